import { StatusCode, TritonError } from "@nereid/protocol";
import type { InferenceRequest } from "../../model/request.ts";

// The real server's words, which have no request id in front.

/** A request has one row only. */
export function batchSizeError({ model }: InferenceRequest): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `inference request to model '${model.name}' must specify batch-size 1 due to requirements of sequence batcher`,
  );
}

/** A request says which sequence it belongs to. */
export function missingIdError({ model }: InferenceRequest): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `inference request to model '${model.name}' must specify a non-zero or non-empty correlation ID`,
  );
}

/** Of a sequence that has not begun, or is over. */
export function missingStartError({ model, correlationId }: InferenceRequest): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `inference request for sequence ${correlationId} to model '${model.name}' must specify the START flag on the ` +
      "first request of the sequence",
  );
}

/** No sequence begins while the model leaves. */
export function stoppingError(): TritonError {
  return new TritonError(
    StatusCode.Unavailable,
    "Server is stopping, scheduler for model has stopped accepting new inference requests",
  );
}

/** It has waited in the backlog for longer than one of its requests allows. */
export function expiredError(): TritonError {
  return new TritonError(
    StatusCode.Unavailable,
    "timeout of the corresponding sequence has been expired",
  );
}
