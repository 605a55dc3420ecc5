import { finalField } from "./final-field.ts";
import { ResponseTag, StreamResponseTag } from "./infer-tags.ts";
import {
  sizedFieldSize,
  textFieldSize,
  writeBytes,
  writeSizedHead,
  writeTextField,
} from "./wire-writer.ts";

const NO_BYTES = new Uint8Array(0);

/** Whose error an in-band message of a stream is about. */
export interface StreamErrorSubject {
  /** The request's id; empty for none. */
  readonly id: string;
  /** Empty where the error came before the model was asked, as are the version then and `isFinal` (null). */
  readonly modelName: string;
  /** As the request gave it, so possibly empty. */
  readonly modelVersion: string;
  /** Parameter `triton_final_response`; null leaves it out. */
  readonly isFinal: boolean | null;
}

/**
 * Encodes an error as an in-band ModelStreamInferResponse.
 *
 * @see Triton server src/grpc/stream_infer_handler.cc
 */
export function encodeStreamError(message: string, subject: StreamErrorSubject): Uint8Array {
  return encodeStreamMessage(message, subject);
}

/**
 * Encodes the message that ends a request whose model sent its final flag without an answer, for clients that asked for it
 * by `triton_enable_empty_final_response`: no outputs, `triton_final_response` true.
 *
 * @param modelVersion as the request gave it, so possibly empty
 */
export function encodeEmptyFinalResponse(
  id: string,
  modelName: string,
  modelVersion: string,
): Uint8Array {
  return encodeStreamMessage("", { id, modelName, modelVersion, isFinal: true });
}

function encodeStreamMessage(errorMessage: string, subject: StreamErrorSubject): Uint8Array {
  const { id, modelName, modelVersion, isFinal } = subject;
  const parameters = isFinal === null ? NO_BYTES : finalField(isFinal);
  const innerSize =
    textFieldSize(modelName) +
    textFieldSize(modelVersion) +
    textFieldSize(id) +
    parameters.byteLength;
  const bytes = new Uint8Array(textFieldSize(errorMessage) + sizedFieldSize(innerSize));
  let position = writeTextField(bytes, 0, StreamResponseTag.ErrorMessage, errorMessage);
  position = writeSizedHead(bytes, position, StreamResponseTag.InferResponse, innerSize);
  position = writeTextField(bytes, position, ResponseTag.ModelName, modelName);
  position = writeTextField(bytes, position, ResponseTag.ModelVersion, modelVersion);
  position = writeTextField(bytes, position, ResponseTag.Id, id);
  writeBytes(bytes, position, parameters);
  return bytes;
}
