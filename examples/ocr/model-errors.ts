import { TritonError as ProtocolError, StatusCode } from "@nereid/protocol";
import { TritonError } from "@nereid/server/model";

/** What a model answers with in place of a failure: bad pictures are the client's fault, everything else is ours. */
export function asModelError(error: unknown): TritonError {
  if (error instanceof TritonError) {
    return error;
  }
  const isInput = error instanceof ProtocolError && error.code === StatusCode.InvalidArg;
  const message = error instanceof Error ? error.message : String(error);
  return new TritonError(message, isInput ? "INVALID_ARG" : "INTERNAL");
}
