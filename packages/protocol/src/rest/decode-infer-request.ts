import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import type { DecodedInferRequest } from "./decoded-infer-request.ts";

/** What decoding needs to know of the server. */
export interface InferRequestContext {
  /** For the texts of errors. */
  readonly modelName: string;
  /** `--http-max-input-size`, bytes: limits the JSON part, each JSON tensor, and a raw body; not the binary tail. */
  readonly inputSizeMax: number;
}

/**
 * Decodes the body of an infer request: JSON, JSON with a binary tail, or a raw tensor.
 *
 * Binary inputs are views of `body`: it must stay unchanged as long as they are read. JSON tensors are decoded straight
 * into memory of their datatype. A header size of 0, or an empty body without a header size, is a raw request: the result
 * then has `isRaw` and one nameless input, to be completed by `resolveRawInput`.
 *
 * @param headerSize value of Inference-Header-Content-Length (see `parseInferenceHeaderLength`), null if it was not sent
 * @throws {TritonError} Internal for malformed JSON and wrong JSON types, otherwise InvalidArg; the texts and the order
 * of the checks are those of the real server
 * @see Triton server src/http_server.cc, EVBufferToInput, EVBufferToRawInput
 */
export function decodeInferRequest(
  body: Uint8Array,
  headerSize: number | null,
  context: InferRequestContext,
): DecodedInferRequest {
  throw new TritonError(
    StatusCode.Unsupported,
    `infer request of ${body.byteLength} bytes (${headerSize}) for ${context.modelName}`,
  );
}
