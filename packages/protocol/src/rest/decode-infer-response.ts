import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";

/** One output of a response, as bytes whichever way it travelled. */
export interface ClientOutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; BYTES elements length-prefixed. Empty for shared memory. */
  readonly bytes: Uint8Array;
}

/** A decoded infer response. */
export interface ClientInferResponse {
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly outputs: readonly ClientOutputTensor[];
}

/**
 * Decodes the body of a successful infer response. Binary outputs are views of `body`.
 *
 * @param headerSize value of Inference-Header-Content-Length, null if the answer had none
 * @throws {TritonError} Internal if the body is not a well-formed infer response
 */
export function decodeInferResponse(
  body: Uint8Array,
  headerSize: number | null,
): ClientInferResponse {
  throw new TritonError(
    StatusCode.Unsupported,
    `response of ${body.byteLength} bytes (${headerSize})`,
  );
}
