import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "../model/request.ts";

/** Rows that a request takes of a batch; an empty one counts as one, as in the real server. */
export function rowCount(request: InferenceRequest): number {
  return Math.max(1, request.batchSize);
}

/**
 * A batch on its way to an instance. It grows for as long as no instance has taken it.
 *
 * @see Triton core src/payload.h
 */
export class Payload {
  readonly requests: InferenceRequest[] = [];
  /** Rows in all. */
  batchSize = 0;
  /** Whether it waits in the payload queue. */
  isScheduled = false;
  /** Whether it takes no more requests. */
  isClosed = false;
  /** Whether the next request would not have fitted it, so that merging it with another payload is not tried. */
  isSaturated = false;

  add(request: InferenceRequest): void {
    assert(!this.isClosed, "a closed payload does not grow");
    request.waitingPlace = "batched";
    this.requests.push(request);
    this.batchSize += rowCount(request);
  }

  /** Takes a request out again; false if it is not here. */
  remove(request: InferenceRequest): boolean {
    const index = this.requests.indexOf(request);
    if (index < 0) {
      return false;
    }
    this.requests.splice(index, 1);
    this.batchSize -= rowCount(request);
    request.waitingPlace = "none";
    return true;
  }

  /** Takes over all requests of another payload. */
  merge(other: Payload): void {
    this.requests.push(...other.requests);
    this.batchSize += other.batchSize;
  }

  /** Clock nanoseconds at which its oldest request came. */
  get oldestNs(): number {
    let oldestNs = Number.POSITIVE_INFINITY;
    for (const { queueStartNs } of this.requests) {
      oldestNs = Math.min(oldestNs, queueStartNs);
    }
    return oldestNs;
  }
}
