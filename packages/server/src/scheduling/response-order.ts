import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";

/**
 * Holds answers back until every request that came before has been answered: `preserve_ordering`, where several instances
 * finish in any order. A request that is dropped holds nobody up.
 *
 * Invariant: the first request here has no answer yet, but while answers are being delivered.
 */
export class ResponseOrder {
  /** In the order in which requests came, with the answers of those that have one. */
  readonly #answers = new Map<InferenceRequest, InferenceResponse | null>();
  readonly #deliver: (request: InferenceRequest, response: InferenceResponse) => void;

  /** @param deliver takes ownership of the answer */
  constructor(deliver: (request: InferenceRequest, response: InferenceResponse) => void) {
    this.#deliver = deliver;
  }

  /** A request comes in. Before it may be answered, so before it is known whether it will be accepted. */
  onEnqueue(request: InferenceRequest): void {
    this.#answers.set(request, null);
  }

  /** It has an answer, which is delivered when its turn comes. */
  onAnswer(request: InferenceRequest, response: InferenceResponse): void {
    assert(this.#answers.get(request) === null, "a request that came in is answered once");
    this.#answers.set(request, response);
    this.#deliverReady();
  }

  /** It will have none from here: refused, or answered by somebody else. */
  onDrop(request: InferenceRequest): void {
    this.#answers.delete(request);
    this.#deliverReady();
  }

  #deliverReady(): void {
    for (const [request, response] of this.#answers) {
      if (response === null) {
        return;
      }
      this.#answers.delete(request);
      this.#deliver(request, response);
    }
  }
}
