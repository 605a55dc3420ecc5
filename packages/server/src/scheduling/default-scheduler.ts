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
  readonly #queue = new RequestList("queued");
  readonly #queueSizeMax: number;
  readonly #idle: Slot[];
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
    this.#idle.push(slot);
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
    while (this.#idle.length > 0) {
      if (runCount > 0 && this.#queue.size > 0 && this.#isTurnOver(runCount)) {
        return;
      }
      const request = this.#queue.head;
      if (request === null) {
        return;
      }
      this.#queue.remove(request);
      runCount++;
      const slot = this.#idle.pop();
      assert(slot !== undefined, "the loop saw an idle instance");
      request.state = "executing";
      this.#actions.run(slot, [request]);
    }
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
