import { assert } from "../base/assert.ts";
import type { InferenceRequest, WaitingPlace } from "../model/request.ts";
import type { RequestOrder } from "./request-order.ts";

/**
 * Requests in the order in which they came, linked through the requests themselves: one that is cancelled, or whose time
 * is over, is taken out of the middle at once and without allocation, which a ring cannot do.
 *
 * Invariant: a request is in at most one list, and its `waitingPlace` is that list's.
 */
export class RequestList implements RequestOrder {
  readonly #place: Exclude<WaitingPlace, "none" | "batched">;
  readonly lists: readonly RequestList[] = [this];
  #head: InferenceRequest | null = null;
  #tail: InferenceRequest | null = null;
  #size = 0;

  constructor(place: Exclude<WaitingPlace, "none" | "batched">) {
    this.#place = place;
  }

  get size(): number {
    return this.#size;
  }

  get head(): InferenceRequest | null {
    return this.#head;
  }

  push(request: InferenceRequest): void {
    assert(request.waitingPlace === "none", "a request waits in one place");
    request.waitingPlace = this.#place;
    request.waitingPrevious = this.#tail;
    if (this.#tail === null) {
      this.#head = request;
    } else {
      this.#tail.waitingNext = request;
    }
    this.#tail = request;
    this.#size++;
  }

  remove(request: InferenceRequest): void {
    assert(request.waitingPlace === this.#place, "only a request of this list leaves it");
    const { waitingPrevious: previous, waitingNext: next } = request;
    if (previous === null) {
      this.#head = next;
    } else {
      previous.waitingNext = next;
    }
    if (next === null) {
      this.#tail = previous;
    } else {
      next.waitingPrevious = previous;
    }
    request.waitingPlace = "none";
    request.waitingPrevious = null;
    request.waitingNext = null;
    this.#size--;
  }

  shift(): InferenceRequest | null {
    const request = this.#head;
    if (request !== null) {
      this.remove(request);
    }
    return request;
  }

  startWalk(): InferenceRequest | null {
    return this.#head;
  }

  pass(request: InferenceRequest): InferenceRequest | null {
    return request.waitingNext;
  }

  skip(request: InferenceRequest): InferenceRequest | null {
    return request.waitingNext;
  }
}
