import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import { RingQueue } from "../base/ring-queue.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { Scheduler, SchedulerActions } from "./scheduler.ts";

/** Requests one model version lets wait. The real server has no limit here; ours has one so that overload is an answer, not memory. */
export const DEFAULT_QUEUE_SIZE_MAX: number = 1 << 20;

/**
 * The scheduler of a model without a batcher: first in, first out, each request alone, to whichever instance is free.
 *
 * ```
 *   enqueue ──► queue ──► run(slot)         invariant: idle instances and waiting requests never coexist
 *      ▲          │                         outside `#dispatch`
 *   cancel ───────┴─────► drop
 * ```
 * @see Triton core src/dynamic_batch_scheduler.cc (dynamic batching disabled)
 */
export class DefaultScheduler<Slot> implements Scheduler<Slot> {
  readonly #queue: RingQueue<InferenceRequest>;
  readonly #idle: Slot[];
  readonly #actions: SchedulerActions<Slot>;
  /** Cancelled requests still in the ring, skipped when they reach its head. */
  #cancelledCount = 0;
  #isDispatching = false;

  constructor(
    slots: readonly Slot[],
    actions: SchedulerActions<Slot>,
    queueSizeMax: number = DEFAULT_QUEUE_SIZE_MAX,
  ) {
    assert(slots.length > 0, "a scheduler has instances");
    this.#idle = [...slots];
    this.#actions = actions;
    this.#queue = new RingQueue(queueSizeMax);
  }

  /** Requests waiting, the cancelled ones left out. */
  get pendingCount(): number {
    return this.#queue.size - this.#cancelledCount;
  }

  enqueue(request: InferenceRequest): void {
    assert(request.state === "initialized", "a request is enqueued once");
    if (this.#queue.isFull) {
      throw new TritonError(
        StatusCode.Unavailable,
        `${request.logPrefix}Exceeds maximum queue size`,
      );
    }
    request.state = "pending";
    this.#queue.push(request);
    this.#dispatch();
  }

  /** Answers a waiting request at once; it leaves the queue when it reaches the head. */
  cancel(request: InferenceRequest): void {
    if (request.state !== "pending") {
      return;
    }
    this.#cancelledCount++;
    this.#actions.drop(request, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
  }

  onInstanceFree(slot: Slot): void {
    assert(!this.#idle.includes(slot), "an instance is freed once");
    this.#idle.push(slot);
    this.#dispatch();
  }

  /**
   * Runs waiting requests while instances are free. Not re-entrant: an instance that finishes inside `run` only becomes
   * idle, and this loop goes on, so a long queue of quick requests needs no deep stack and keeps its order.
   */
  #dispatch(): void {
    if (this.#isDispatching) {
      return;
    }
    this.#isDispatching = true;
    try {
      while (this.#idle.length > 0) {
        const request = this.#queue.shift();
        if (request === undefined) {
          return;
        }
        if (request.state !== "pending") {
          this.#cancelledCount--;
          continue;
        }
        const slot = this.#idle.pop();
        assert(slot !== undefined, "the loop saw an idle instance");
        request.state = "executing";
        this.#actions.run(slot, [request]);
      }
    } finally {
      this.#isDispatching = false;
    }
  }
}
