import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";

/** An input as a client gives it. */
export interface ClientInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; BYTES elements length-prefixed (see `encodeBytesTensor`). */
  readonly bytes: Uint8Array;
  /** False sends JSON numbers or strings instead. */
  readonly isBinary: boolean;
}

/** An output as a client asks for it. */
export interface ClientOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** Classes wanted; 0 returns the tensor itself. */
  readonly classCount: number;
}

/** An infer request as a client makes it. */
export interface ClientInferRequest {
  /** Empty for none. */
  readonly id: string;
  readonly inputs: readonly ClientInput[];
  /** Empty for every output of the model. */
  readonly outputs: readonly ClientOutput[];
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** A request body, and the value of Inference-Header-Content-Length (null: do not send it, the body is all JSON). */
export interface EncodedInferRequest {
  readonly body: Uint8Array;
  readonly headerSize: number | null;
}

/**
 * Encodes an infer request: JSON, followed by the bytes of the binary inputs.
 *
 * @throws {TritonError} InvalidArg for FP16 or BF16 as JSON, or BYTES that are not length-prefixed
 */
export function encodeInferRequest(request: ClientInferRequest): EncodedInferRequest {
  throw new TritonError(StatusCode.Unsupported, `request ${request.id}`);
}
