import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { InferenceRequest } from "../model/request.ts";
import { DispatchTurn } from "./dispatch-turn.ts";
import { queueFullError } from "./policy-queue.ts";
import { RequestList } from "./request-list.ts";
import type { Scheduler, SchedulerActions } from "./scheduler.ts";

/** Requests one model version lets wait. The real server has no limit here; ours has one so that overload is an answer, not memory. */
export const DEFAULT_QUEUE_SIZE_MAX: number = 1 << 20;

/** With more instances than this, others run while one waits for its next request: nothing is given to them ahead. */
export const LOOKAHEAD_SLOT_COUNT_MAX = 16;

/**
 * The scheduler of a model without a batcher: first in, first out, each request alone, to whichever instance is free, or
 * ahead of time to the one that has fewest, if none is and it takes more.
 *
 * ```
 *   enqueue ──► queue ──► run(slot)         invariant: idle instances and waiting requests never coexist
 *      ▲          │                         outside `#dispatch`
 *   cancel ───────┴─────► drop
 * ```
 * @see Triton core src/dynamic_batch_scheduler.cc (dynamic batching disabled)
 */
export class DefaultScheduler<Slot> implements Scheduler<Slot> {
  readonly #queue = new RequestList("queued");
  readonly #queueSizeMax: number;
  readonly #slots: readonly Slot[];
  readonly #idle: Slot[];
  /** By busy instance, the batches it has beyond the running one; absent if none. */
  readonly #aheadCounts = new Map<Slot, number>();
  readonly #actions: SchedulerActions<Slot>;
  readonly #clock: Pick<Clock, "nowNs">;
  readonly #turn = new DispatchTurn();
  #isDispatching = false;

  constructor(
    slots: readonly Slot[],
    actions: SchedulerActions<Slot>,
    clock: Pick<Clock, "nowNs">,
    queueSizeMax: number = DEFAULT_QUEUE_SIZE_MAX,
  ) {
    assert(slots.length > 0, "a scheduler has instances");
    this.#slots = slots;
    this.#idle = [...slots];
    this.#actions = actions;
    this.#clock = clock;
    this.#queueSizeMax = queueSizeMax;
  }

  get pendingCount(): number {
    return this.#queue.size;
  }

  enqueue(request: InferenceRequest): void {
    assert(request.state === "initialized", "a request is enqueued once");
    if (this.#queue.size >= this.#queueSizeMax) {
      throw queueFullError(request);
    }
    request.state = "pending";
    this.#queue.push(request);
    this.#dispatch();
  }

  cancel(request: InferenceRequest): void {
    if (request.waitingPlace === "none") {
      return;
    }
    this.#queue.remove(request);
    this.#actions.drop(request, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
  }

  onInstanceFree(slot: Slot): void {
    assert(!this.#idle.includes(slot), "an instance is freed once");
    const aheadCount = this.#aheadCounts.get(slot);
    if (aheadCount === undefined) {
      this.#idle.push(slot);
    } else if (aheadCount === 1) {
      this.#aheadCounts.delete(slot);
    } else {
      this.#aheadCounts.set(slot, aheadCount - 1);
    }
    this.#dispatch();
  }

  onTimer(): void {
    this.#turn.onTimer();
    this.#dispatch();
  }

  /**
   * Runs waiting requests while instances are free. Not re-entrant: an instance that finishes inside `run` only becomes
   * idle, and this loop goes on, so a long queue of quick requests needs no deep stack and keeps its order.
   */
  #dispatch(): void {
    if (this.#isDispatching || this.#turn.isOver) {
      return;
    }
    this.#isDispatching = true;
    try {
      this.#runWaiting();
    } finally {
      this.#isDispatching = false;
    }
  }

  #runWaiting(): void {
    let runCount = 0;
    for (let request = this.#queue.head; request !== null; request = this.#queue.head) {
      const slot = this.#idle.at(-1) ?? this.#slotAhead();
      if (slot === undefined || (runCount > 0 && this.#isTurnOver(runCount))) {
        return;
      }
      if (this.#idle.pop() === undefined) {
        this.#aheadCounts.set(slot, (this.#aheadCounts.get(slot) ?? 0) + 1);
      }
      this.#queue.remove(request);
      runCount++;
      request.state = "executing";
      this.#actions.run(slot, [request]);
    }
  }

  /** The instance that takes a batch ahead and has fewest; undefined if none does. */
  #slotAhead(): Slot | undefined {
    if (this.#actions.lookahead === undefined || this.#slots.length > LOOKAHEAD_SLOT_COUNT_MAX) {
      return undefined;
    }
    let chosen: Slot | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots) {
      const count = this.#aheadCounts.get(slot) ?? 0;
      if (count < fewest && count < this.#actions.lookahead(slot)) {
        chosen = slot;
        fewest = count;
      }
    }
    return chosen;
  }

  /** Asked only if another request is to run in the same turn: most turns have one, which costs no look at the clock. */
  #isTurnOver(runCount: number): boolean {
    const nowNs = this.#clock.nowNs();
    if (runCount === 1) {
      this.#turn.start(nowNs);
      return false;
    }
    this.#turn.onRun(nowNs);
    const { alarm } = this.#turn;
    if (alarm !== null) {
      this.#actions.setTimer(alarm);
    }
    return alarm !== null;
  }
}
