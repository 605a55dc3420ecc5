/** Whose error an in-band message of a stream is about. */
export interface StreamErrorSubject {
  /** The request's id; empty for none. */
  readonly id: string;
  /** Empty where the error came before the model was asked, as are the version then and `isFinal` (null). */
  readonly modelName: string;
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
  throw new Error(`not written yet: ${message} ${subject.id}`);
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
  throw new Error(`not written yet: ${id} ${modelName} ${modelVersion}`);
}
