import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { EqualInputs } from "./equal-inputs.ts";
import type { BatchLimits } from "./latency-controller.ts";
import type { Payload } from "./payload.ts";

/** What decides which payloads are merged. */
export interface PayloadQueueOptions {
  readonly batchSizeMax: number;
  /** 0: payloads are not merged. */
  readonly queueDelayNs: number;
  /** null: nothing to compare. */
  readonly equalInputs: EqualInputs | null;
}

/**
 * Payloads that wait for an instance. Few, as the batcher fills at most two an instance; whoever takes the first one takes
 * those behind it too, as far as they fit and have waited for longer than the queue delay.
 *
 * Invariant: none of them is empty.
 *
 * @see Triton core src/instance_queue.cc
 */
export class PayloadQueue {
  #options: PayloadQueueOptions;
  readonly #payloads: Payload[] = [];

  constructor(options: PayloadQueueOptions) {
    this.#options = options;
  }

  setLimits(limits: BatchLimits): void {
    this.#options = { ...this.#options, ...limits };
  }

  get size(): number {
    return this.#payloads.length;
  }

  /** Rows of the payload that is taken next; 0 while there is none. */
  get firstBatchSize(): number {
    return this.#payloads[0]?.batchSize ?? 0;
  }

  push(payload: Payload): void {
    assert(payload.requests.length > 0 && !payload.isScheduled, "a payload is scheduled once");
    payload.isScheduled = true;
    this.#payloads.push(payload);
  }

  /** The first payload, which is the caller's now, merged with what follows where that is due. */
  take(nowNs: number): Payload {
    const payload = this.#payloads.shift();
    assert(payload !== undefined, "a payload waits");
    payload.isClosed = true;
    const { batchSizeMax, queueDelayNs } = this.#options;
    if (queueDelayNs === 0 || batchSizeMax <= 1 || payload.isSaturated) {
      return payload;
    }
    let next = this.#payloads[0];
    while (next !== undefined && !next.isSaturated && nowNs - next.oldestNs > queueDelayNs) {
      // Looked at is enough: it does not grow any more, merged or not.
      next.isClosed = true;
      if (payload.batchSize + next.batchSize > batchSizeMax || !this.#areEqual(payload, next)) {
        break;
      }
      payload.merge(next);
      this.#payloads.shift();
      next = this.#payloads[0];
    }
    return payload;
  }

  /** Takes a cancelled request out of whichever payload has it, and that payload out if nothing is left of it. */
  remove(request: InferenceRequest): boolean {
    const index = this.#payloads.findIndex((payload) => payload.remove(request));
    const payload = this.#payloads[index];
    if (payload === undefined) {
      return false;
    }
    if (payload.requests.length === 0) {
      this.#payloads.splice(index, 1);
      payload.isClosed = true;
    }
    return true;
  }

  #areEqual({ requests: [first] }: Payload, { requests: [second] }: Payload): boolean {
    assert(first !== undefined && second !== undefined, "no payload is empty");
    return this.#options.equalInputs?.areEqual(first, second) ?? true;
  }
}
