import { StatusCode, TritonError } from "@nereid/protocol";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import type { ServerBuffers } from "./server-buffers.ts";
import type { WireOutcome } from "./wire/outcome-codec.ts";
import type { ReadTensor } from "./wire/tensor-codec.ts";

const CODES: readonly StatusCode[] = Object.values(StatusCode);

/** The error of a failed outcome. */
export function errorOf(outcome: Extract<WireOutcome, { kind: "failed" }>): TritonError {
  return new TritonError(CODES[outcome.code] ?? StatusCode.Internal, outcome.message);
}

/** Tensors of the server's from what was read: those in shared buffers hold them until they are released. */
export function tensorsOf(tensors: readonly ReadTensor[], buffers: ServerBuffers): Tensor[] {
  return tensors.map(
    ({ name, datatype, shape, bytes, place }) =>
      new Tensor(name, datatype, shape, bytes, place === null ? null : buffers.hold(place)),
  );
}

/** The response of an outcome; null where there is none. */
export function responseOf(
  outcome: WireOutcome<ReadTensor>,
  buffers: ServerBuffers,
): InferenceResponse | null {
  switch (outcome.kind) {
    case "failed":
      return InferenceResponse.failed(errorOf(outcome));
    case "answered": {
      const response = InferenceResponse.ok(tensorsOf(outcome.outputs, buffers));
      response.parameters = outcome.parameters === null ? null : new Map(outcome.parameters);
      return response;
    }
    case "none":
    case "rescheduled":
      return null;
  }
}
