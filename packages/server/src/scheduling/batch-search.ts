import type { InferenceRequest } from "../model/request.ts";
import type { EqualInputs } from "./equal-inputs.ts";
import type { BatchLimits } from "./latency-controller.ts";
import { type Payload, rowCount } from "./payload.ts";
import type { PriorityQueue } from "./priority-queue.ts";

const NS_PER_US = 1000;

/** What a search goes by. */
export interface BatchSearchOptions {
  /** Ascending, each once; may be empty. */
  readonly preferredBatchSizes: readonly number[];
  /** At least 1. */
  readonly batchSizeMax: number;
  readonly queueDelayNs: number;
  /** null: nothing to compare. */
  readonly equalInputs: EqualInputs | null;
}

/**
 * Decides how many of the first waiting requests a payload takes now, or how long it should wait for more.
 *
 * Sizes are rows. Requests are never split, nor are they passed over: the batch is a beginning of the queue.
 * ```
 *   payload (already formed)  |  pending (walked over)  |  the rest
 *                                   ▲ mark: a preferred size was reached here, or the largest would be exceeded
 * ```
 * @see Triton core src/dynamic_batch_scheduler.cc, GetDynamicBatch
 */
export class BatchSearch {
  #options: BatchSearchOptions;
  #preferred: ReadonlySet<number>;
  #preferredMax: number;
  /** Results of the last search. Requests to take: only if it did not ask for a wait. */
  pendingCount = 0;
  /** Whether the payload is to take no more after this. */
  isSaturated = false;
  /** Rows of waiting requests below which another search would give no batch before the time is over. */
  nextPreferredSize = 0;
  // The walk's running totals.
  #pendingSize = 0;
  #markCount = 0;
  #markSize = 0;
  #oldestNs = 0;
  #deadlineNs = 0;
  #mustSend = false;

  constructor(options: BatchSearchOptions) {
    this.#options = options;
    this.#preferred = new Set(options.preferredBatchSizes);
    this.#preferredMax = options.preferredBatchSizes.at(-1) ?? 0;
  }

  /** Rows that end every wait. */
  get preferredSizeMax(): number {
    return this.#preferredMax;
  }

  /** From now on the only preferred size is the greatest, and these are size and delay. Not during a search. */
  setLimits(limits: BatchLimits): void {
    const preferredBatchSizes = [limits.batchSizeMax];
    this.#options = { ...this.#options, ...limits, preferredBatchSizes };
    this.#preferred = new Set(preferredBatchSizes);
    this.#preferredMax = limits.batchSizeMax;
  }

  /** @returns 0 to take `pendingCount` requests now (none if all were overdue), otherwise the nanoseconds to wait */
  search(queue: PriorityQueue, payload: Payload, nowNs: number): number {
    this.isSaturated = false;
    this.#walk(queue, payload, nowNs);
    const { queueDelayNs } = this.#options;
    const ageNs = nowNs - this.#oldestNs;
    const isDelayOver = queueDelayNs !== 0 && ageNs >= queueDelayNs;
    if (this.#markSize !== 0 && !isDelayOver) {
      this.isSaturated ||= queueDelayNs === 0;
      this.pendingCount = this.#markCount;
      return 0;
    }
    if (this.pendingCount === 0) {
      // All were overdue, or the first one does not fit: then it begins the next payload.
      this.isSaturated ||= payload.isSaturated;
      return 0;
    }
    const totalSize = payload.batchSize + this.#pendingSize;
    if (this.#mustSend || totalSize >= this.#preferredMax) {
      this.isSaturated = true;
      return 0;
    }
    if (isDelayOver || queueDelayNs === 0) {
      return 0;
    }
    this.nextPreferredSize = this.#nextPreferred(totalSize) - payload.batchSize;
    if (payload.batchSize !== 0 && !this.#preferred.has(payload.batchSize)) {
      // It waits for an instance and is no preferred batch anyhow: the larger the better.
      return 0;
    }
    return this.#waitNs(queueDelayNs - ageNs, nowNs);
  }

  #walk(queue: PriorityQueue, payload: Payload, nowNs: number): void {
    const { batchSizeMax, equalInputs } = this.#options;
    this.#reset();
    let first: InferenceRequest | null = payload.requests[0] ?? null;
    queue.startWalk();
    for (let request = queue.candidate(nowNs); request !== null; request = queue.candidate(nowNs)) {
      if (first === null) {
        first = request;
      } else {
        const size = payload.batchSize + this.#pendingSize + rowCount(request);
        if (size > this.#preferredMax && this.#markSize === 0) {
          this.#mark();
          this.isSaturated = true;
        }
        this.#mustSend = size > batchSizeMax;
        if (!this.#mustSend && equalInputs?.areEqual(first, request) === false) {
          payload.isSaturated = true;
          this.#mustSend = true;
        }
        if (this.#mustSend) {
          return;
        }
      }
      this.#include(request);
      queue.advance();
      if (this.#preferred.has(payload.batchSize + this.#pendingSize)) {
        this.#mark();
      }
    }
  }

  #reset(): void {
    this.pendingCount = 0;
    this.#pendingSize = 0;
    this.#markCount = 0;
    this.#markSize = 0;
    this.#oldestNs = Number.POSITIVE_INFINITY;
    this.#deadlineNs = Number.POSITIVE_INFINITY;
    this.#mustSend = false;
  }

  #include(request: InferenceRequest): void {
    this.pendingCount++;
    this.#pendingSize += rowCount(request);
    this.#oldestNs = Math.min(this.#oldestNs, request.queueStartNs);
    if (request.waitingDeadlineNs !== 0) {
      this.#deadlineNs = Math.min(this.#deadlineNs, request.waitingDeadlineNs);
    }
  }

  #mark(): void {
    this.#markCount = this.pendingCount;
    this.#markSize = this.#pendingSize;
  }

  #nextPreferred(size: number): number {
    const sizes = this.#options.preferredBatchSizes;
    return sizes.find((preferred) => preferred > size) ?? sizes[0] ?? 0;
  }

  /** Until the delay or the first request's time is over; in whole microseconds, as the real server counts. */
  #waitNs(delayNs: number, nowNs: number): number {
    // A request is overdue only after its deadline, so a wait that ends with it would be for nothing.
    const waitNs = Math.min(delayNs, this.#deadlineNs + NS_PER_US - nowNs);
    return Math.floor(waitNs / NS_PER_US) * NS_PER_US;
  }
}
