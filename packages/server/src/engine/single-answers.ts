import { StatusCode, TritonError } from "@nereid/protocol";
import type { InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";

/** What a model has answered so far to a request that is to have one answer. */
interface HeldAnswer {
  readonly response: InferenceResponse;
  count: number;
}

/**
 * Sees to it that a model that is not decoupled answers once, however often it does: the answers wait for the final flag,
 * and another number of them than one is an error.
 *
 * @see Triton server src/http_server.cc, InferRequestClass::InferResponseComplete
 */
export class SingleAnswers {
  readonly #held = new Map<InferenceRequest, HeldAnswer>();

  /** Whether no request has been answered without a final flag. */
  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /**
   * Takes ownership of `response`.
   *
   * @returns the one answer, or null while the model may go on
   */
  take(
    request: InferenceRequest,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): InferenceResponse | null {
    let held = this.#held.get(request);
    if (response !== null) {
      if (held === undefined) {
        held = { response, count: 1 };
        this.#held.set(request, held);
      } else {
        held.count++;
        response.release();
      }
    }
    if (!isFinal) {
      return null;
    }
    this.#held.delete(request);
    if (held?.count === 1) {
      return held.response;
    }
    held?.response.release();
    return InferenceResponse.failed(
      new TritonError(StatusCode.Internal, `expected a single response, got ${held?.count ?? 0}`),
    );
  }
}
