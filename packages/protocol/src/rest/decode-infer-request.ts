import { decodeInputs } from "./decode-inputs.ts";
import { decodeOutputs } from "./decode-outputs.ts";
import { DecodedInferRequest, DecodedInput } from "./decoded-infer-request.ts";
import { JsonReader } from "./json-reader.ts";
import { internalError, invalidError } from "./request-checks.ts";
import { scanInferRequest } from "./scan-request.ts";

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
  const jsonSize = headerSize ?? body.byteLength;
  if (jsonSize === 0) {
    return decodeRawRequest(body, context);
  }
  if (jsonSize > context.inputSizeMax) {
    throw invalidError(
      `request JSON size of ${jsonSize} bytes exceeds the maximum allowed input size of ${context.inputSizeMax} bytes. ` +
        "Use --http-max-input-size to increase the limit.",
    );
  }
  if (jsonSize > body.byteLength) {
    throw invalidError(
      `unexpected size for request JSON, expecting ${jsonSize - body.byteLength} more bytes`,
    );
  }
  const scan = scanInferRequest(new JsonReader(body, jsonSize), context.inputSizeMax);
  const { request } = scan;
  if (scan.hasId) {
    if (scan.id === null) {
      throw internalError("Unable to parse 'id': attempt to access JSON non-string as string");
    }
    request.id = scan.id;
  }
  if (scan.parametersError !== null) {
    throw scan.parametersError;
  }
  decodeInputs(scan, body, jsonSize, context);
  decodeOutputs(request, scan);
  return request;
}

function decodeRawRequest(body: Uint8Array, context: InferRequestContext): DecodedInferRequest {
  if (body.byteLength > context.inputSizeMax) {
    throw invalidError(
      `Raw input has a byte_size (${body.byteLength} bytes) that exceeds the maximum allowed value of ` +
        `${context.inputSizeMax} bytes. Use --http-max-input-size to increase the limit.`,
    );
  }
  const request = new DecodedInferRequest();
  request.isRaw = true;
  request.isBinaryOutputDefault = true;
  request.inputs.push(new DecodedInput("raw_input", "<invalid>", [], body, null));
  return request;
}
