import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { DecodedInferRequest, ParameterValue } from "./decoded-infer-request.ts";
import type { InferResponseTemplate } from "./infer-response-template.ts";

/** One output to encode: row-major, little-endian, packed; BYTES elements length-prefixed. */
export interface ResponseTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a model answered. The server's InferenceResponse is one. */
export interface ResponseContent {
  readonly outputs: readonly ResponseTensor[];
  readonly parameters: ReadonlyMap<string, ParameterValue> | null;
}

/**
 * Appends the JSON part of a response to `writer` and returns the binary parts that follow it, in order. An empty list
 * says that there are none: only otherwise is the answer an application/octet-stream with Inference-Header-Content-Length
 * (the bytes appended to `writer`).
 *
 * The parts are the outputs' own bytes, not copies (classification results are new memory). On an error `writer` is back
 * where it was.
 *
 * @param request the decoded request that is answered: its id and the form of its outputs
 * @throws {TritonError} InvalidArg for FP16 and BF16 as JSON and for what cannot be classified; Internal if an output's
 * bytes do not fit its shape
 * @see Triton server src/http_server.cc, FinalizeResponse
 */
export function encodeInferResponse(
  writer: ByteWriter,
  template: InferResponseTemplate,
  request: DecodedInferRequest,
  content: ResponseContent,
): readonly Uint8Array[] {
  throw new TritonError(
    StatusCode.Unsupported,
    `response ${request.id} of ${template.modelName}: ${content.outputs.length} at ${writer.position}`,
  );
}
