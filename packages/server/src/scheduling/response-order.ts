import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";

/** The answers of one request that wait for their turn. */
interface HeldAnswers {
  readonly responses: (InferenceResponse | null)[];
  /** Whether the last of them ends the request. */
  isComplete: boolean;
}

/**
 * Holds answers back until every request that came before has been answered: `preserve_ordering`, where several instances
 * finish in any order. A request that is dropped holds nobody up.
 *
 * Invariant: the first request here has no answer that is held back, but while answers are being delivered.
 */
export class ResponseOrder {
  /** In the order in which requests came. */
  readonly #answers = new Map<InferenceRequest, HeldAnswers>();
  readonly #deliver: (
    request: InferenceRequest,
    response: InferenceResponse | null,
    isFinal: boolean,
  ) => void;

  /** @param deliver takes ownership of the answer */
  constructor(
    deliver: (
      request: InferenceRequest,
      response: InferenceResponse | null,
      isFinal: boolean,
    ) => void,
  ) {
    this.#deliver = deliver;
  }

  /** A request comes in. Before it may be answered, so before it is known whether it will be accepted. */
  onEnqueue(request: InferenceRequest): void {
    this.#answers.set(request, { responses: [], isComplete: false });
  }

  /** Whether it has come in and has not had its last answer. */
  has(request: InferenceRequest): boolean {
    return this.#answers.has(request);
  }

  /** It has an answer, which is delivered when its turn comes. */
  onAnswer(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    const held = this.#answers.get(request);
    assert(
      held !== undefined && !held.isComplete,
      "a request that came in is answered until its end",
    );
    held.responses.push(response);
    held.isComplete = isFinal;
    this.#deliverReady();
  }

  /** It will have none from here: refused, or answered by somebody else. */
  onDrop(request: InferenceRequest): void {
    this.#answers.delete(request);
    this.#deliverReady();
  }

  #deliverReady(): void {
    for (const [request, held] of this.#answers) {
      // Delivering one may bring others: the list is walked as it grows, and each is taken before it is delivered.
      while (held.responses.length > 0) {
        const response = held.responses.shift() ?? null;
        this.#deliver(request, response, held.isComplete && held.responses.length === 0);
      }
      if (!held.isComplete) {
        return;
      }
      this.#answers.delete(request);
    }
  }
}
