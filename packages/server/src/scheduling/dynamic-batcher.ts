import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { DynamicBatchingSpec } from "../model/batching-spec.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { BatchSearch } from "./batch-search.ts";
import { paddedBucketKey } from "./bucket-order.ts";
import { DEFAULT_QUEUE_SIZE_MAX } from "./default-scheduler.ts";
import { DispatchTurn } from "./dispatch-turn.ts";
import { EqualInputs } from "./equal-inputs.ts";
import type { BatchLimits } from "./latency-controller.ts";
import { Payload, rowCount } from "./payload.ts";
import { PayloadQueue } from "./payload-queue.ts";
import { PriorityQueue, timeoutError } from "./priority-queue.ts";
import { ReturnCollector } from "./return-collector.ts";
import type { Alarm, Scheduler, SchedulerActions } from "./scheduler.ts";
import { FreeSlots, type SlotTurns } from "./slot-turns.ts";
import { TurnCollector } from "./turn-collector.ts";

const NS_PER_US = 1000;

/** Payloads an instance that may be formed before it is free: the one it takes next and one more. */
const PAYLOADS_AN_INSTANCE = 2;

/** While instances are busy, overdue requests are looked for no more often than this: each time means a look at them all. */
export const REJECTION_INTERVAL_NS = 1_000_000;

/** What a batcher is made of. */
export interface DynamicBatcherOptions<Slot> {
  readonly model: ModelSpec;
  readonly batching: DynamicBatchingSpec;
  readonly slots: readonly Slot[];
  /** Who says when a slot may run; a free one always may unless stated. */
  readonly turns?: SlotTurns<Slot> | null;
  readonly actions: SchedulerActions<Slot>;
  readonly clock: Pick<Clock, "nowNs">;
  /** {@link DEFAULT_QUEUE_SIZE_MAX} unless stated. */
  readonly queueSizeMax?: number;
}

/**
 * The scheduler of a model with a dynamic batcher.
 *
 * ```
 *   enqueue ─► PriorityQueue ─ BatchSearch ─► current payload ─► PayloadQueue ─ idle slot ─► run
 *                  │  policies                    grows until it is taken           (merges what is due)
 *                  └──► drop: overdue, cancelled
 * ```
 * Where no policy could be hurt by it, payloads are formed ahead for busy instances; otherwise only for an idle one.
 * Where runs are cheap, an idle slot may wait for the end of the event loop's turn, so that what has been received
 * together runs together ({@link TurnCollector}).
 *
 * Invariants outside `#update`: no idle slot beside a payload; no idle slot beside a request that has waited for longer
 * than the queue delay and the turn in which it came. Calls from inside an action only leave notes for the update that is
 * going on.
 *
 * @see Triton core src/dynamic_batch_scheduler.cc
 */
export class DynamicBatcher<Slot> implements Scheduler<Slot> {
  readonly #actions: SchedulerActions<Slot>;
  readonly #clock: Pick<Clock, "nowNs">;
  readonly #queue: PriorityQueue;
  readonly #payloads: PayloadQueue;
  readonly #search: BatchSearch;
  readonly #comparesInputs: boolean;
  readonly #slots: FreeSlots<Slot>;
  /** Payloads that may wait for busy instances; 0: none. */
  readonly #payloadCountMax: number;
  readonly #turn = new DispatchTurn();
  /** null: a request that waited for others might be refused or overdue for it. */
  readonly #collector: TurnCollector | null;
  /** null: for the same reason, or because there are other instances to take what comes. */
  readonly #returns: ReturnCollector | null;
  /** The instance that waits for returns. */
  #heldSlot: Slot | null = null;
  readonly #queueSizeMax: number;
  /** Whether requests wait for longer than a turn anyhow. */
  #hasDelay: boolean;
  #current = new Payload();
  #isSaturated = false;
  /** Whether a payload is to be formed as soon as it is a slot's turn. */
  #isTurnNeeded = false;
  /** Rows in the queue. */
  #queuedSize = 0;
  /** When the search wants to be made again; null for not before something happens. */
  #searchAtNs: number | null = null;
  #lastRejectionNs = Number.NEGATIVE_INFINITY;
  #rejected: InferenceRequest[] = [];
  #batchedCount = 0;
  #isUpdating = false;
  #alarm: Alarm | null = null;

  constructor(options: DynamicBatcherOptions<Slot>) {
    const { model, batching, slots } = options;
    const equality = new EqualInputs(model);
    const common = {
      batchSizeMax: Math.max(1, model.batchSizeMax),
      queueDelayNs: batching.queueDelayUsMax * NS_PER_US,
      equalInputs: equality.isNeeded ? equality : null,
    };
    this.#actions = options.actions;
    this.#clock = options.clock;
    this.#slots = new FreeSlots(slots, options.turns ?? null, () => {
      this.#update(this.#clock.nowNs());
    });
    this.#payloadCountMax = mayPrefetch(batching) ? slots.length * PAYLOADS_AN_INSTANCE : 0;
    this.#payloads = new PayloadQueue(common);
    this.#search = new BatchSearch({
      ...common,
      preferredBatchSizes: batching.preferredBatchSizes,
    });
    this.#comparesInputs = equality.isNeeded;
    const mayCollect = common.batchSizeMax > 1 && !hasWaitLimits(batching);
    this.#collector = mayCollect ? new TurnCollector() : null;
    this.#returns = mayCollect && slots.length === 1 ? new ReturnCollector() : null;
    this.#hasDelay = common.queueDelayNs > 0;
    this.#queueSizeMax = options.queueSizeMax ?? DEFAULT_QUEUE_SIZE_MAX;
    this.#queue = new PriorityQueue({
      batching,
      sizeMax: this.#queueSizeMax,
      bucketKey: model.padding === null ? null : paddedBucketKey(model),
      onRejected: (request) => {
        this.#queuedSize -= rowCount(request);
        this.#rejected.push(request);
      },
    });
  }

  /** Requests waiting, in the queue and in payloads. */
  get pendingCount(): number {
    return this.#queue.size + this.#batchedCount;
  }

  enqueue(request: InferenceRequest): void {
    assert(request.state === "initialized", "a request is enqueued once");
    const nowNs = this.#clock.nowNs();
    this.#queue.push(request, nowNs);
    request.state = "pending";
    this.#queuedSize += rowCount(request);
    if (this.#heldSlot !== null) {
      this.#endReturns(this.#heldSlot, nowNs, false);
      return;
    }
    if (this.#slots.idleCount > 0 && !this.#hasDelay) {
      this.#collector?.onRequest(nowNs);
    }
    const isHeld = this.#alarm !== null && this.#isCollecting();
    if (!isHeld && !this.#waitsForMore(request)) {
      this.#update(nowNs);
    }
  }

  /** Answers a waiting request at once, also one in a payload that no instance has taken. */
  cancel(request: InferenceRequest): void {
    switch (request.waitingPlace) {
      case "none":
        return;
      case "batched":
        this.#removeBatched(request);
        break;
      case "queued":
      case "delayed":
        this.#queue.remove(request);
        this.#queuedSize -= rowCount(request);
        break;
    }
    this.#actions.drop(request, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
    // Whoever stood behind it may fit a batch now.
    this.#update(this.#clock.nowNs());
  }

  /** Batches formed from now on are made by these limits, which lie within the configuration's. */
  setLimits(limits: BatchLimits): void {
    this.#hasDelay = limits.queueDelayNs > 0;
    this.#search.setLimits(limits);
    this.#payloads.setLimits(limits);
    this.#update(this.#clock.nowNs());
  }

  onInstanceFree(slot: Slot): void {
    const nowNs = this.#clock.nowNs();
    if (this.#startReturns(nowNs)) {
      this.#heldSlot = slot;
      this.#setAlarm();
      return;
    }
    this.#slots.add(slot);
    this.#update(nowNs);
  }

  onTimer(): void {
    this.#alarm = null;
    this.#turn.onTimer();
    if (this.#heldSlot !== null) {
      this.#endReturns(this.#heldSlot, this.#clock.nowNs(), true);
      return;
    }
    this.#collector?.onTurnEnd();
    this.#update(this.#clock.nowNs());
  }

  /** Whether an instance that has finished a run, not on the event loop, waits for returns. */
  #startReturns(nowNs: number): boolean {
    if (this.#returns === null || this.#isUpdating) {
      return false;
    }
    const mayWait = !(this.#hasDelay || this.#isFull());
    this.#returns.onRunEnd(nowNs, this.pendingCount, mayWait);
    return this.#returns.heldUntilNs !== null;
  }

  /** Lets the instance that waits for returns go on if all are here, or there is no room for more. */
  #endReturns(slot: Slot, nowNs: number, isTimeOver: boolean): void {
    const isFull = this.#isFull();
    if (isTimeOver || isFull || this.#returns?.isComplete(this.pendingCount) === true) {
      this.#returns?.onRelease(this.pendingCount, isFull);
      this.#heldSlot = null;
      this.#slots.add(slot);
      this.#update(nowNs);
    }
  }

  /** Whether a request more would not fit the next batch, as far as that is known, or the queue. */
  #isFull(): boolean {
    return (
      this.#payloads.size > 1 ||
      this.#queuedSize + this.#payloads.firstBatchSize >= this.#search.preferredSizeMax ||
      this.#queue.size >= this.#queueSizeMax
    );
  }

  /** Whether a new request changes nothing: the batch that waits for time to pass is still too small. */
  #waitsForMore(request: InferenceRequest): boolean {
    return (
      this.#searchAtNs !== null &&
      this.#alarm !== null &&
      !this.#comparesInputs &&
      request.waitingDeadlineNs === 0 &&
      this.#queuedSize < this.#search.nextPreferredSize
    );
  }

  /** Does everything that can be done now, then asks for the time at which there is more to do. Not re-entrant. */
  #update(nowNs: number): void {
    if (this.#isUpdating) {
      // From inside an action: the update goes on, and looks again.
      this.#searchAtNs = null;
      return;
    }
    this.#isUpdating = true;
    this.#turn.start(nowNs);
    try {
      let timeNs = nowNs;
      do {
        this.#formPayloads(timeNs);
        this.#dropRejected();
        timeNs = this.#runPayload(timeNs);
        this.#slots.balance(this.#neededTurnCount());
      } while (this.#canGoOn());
      this.#setAlarm();
    } finally {
      this.#isUpdating = false;
    }
  }

  /** Fills payloads from the queue until there is no room for one, nobody waits, or waiting is better. */
  #formPayloads(nowNs: number): void {
    this.#searchAtNs = null;
    while (this.#queue.size > 0 && this.#hasRoom()) {
      if (this.#isSaturated || this.#current.isClosed) {
        this.#renewPayload();
      }
      const waitNs = this.#search.search(this.#queue, this.#current, nowNs);
      this.#isSaturated = this.#search.isSaturated;
      if (waitNs > 0) {
        this.#searchAtNs = nowNs + waitNs;
        return;
      }
      this.#movePending(this.#search.pendingCount);
      const hasProgress = this.#search.pendingCount > 0 || this.#isSaturated;
      assert(hasProgress || this.#queue.size === 0, "a search takes, closes, waits or empties");
    }
    if (this.#mayAsk()) {
      this.#isTurnNeeded = this.#isBatchDue(nowNs);
    }
    this.#rejectOverdue(nowNs);
  }

  /** Whether it is to be found out if a turn is needed: where payloads are not formed ahead, one is formed when it has come. */
  #mayAsk(): boolean {
    return (
      this.#slots.hasTurns &&
      this.#payloadCountMax === 0 &&
      this.#queue.size > 0 &&
      this.#searchAtNs === null &&
      this.#slots.turnCount === 0 &&
      this.#slots.idleCount > 0 &&
      !this.#isCollecting()
    );
  }

  /** Whether a payload would be formed now if it were a slot's turn. */
  #isBatchDue(nowNs: number): boolean {
    const waitNs = this.#search.search(this.#queue, new Payload(), nowNs);
    if (waitNs > 0) {
      this.#searchAtNs = nowNs + waitNs;
      return false;
    }
    return this.#search.pendingCount > 0;
  }

  /** One for each payload, or for the one that will be formed. */
  #neededTurnCount(): number {
    const isOneNeeded = this.#isTurnNeeded && this.#queue.size > 0 && this.#searchAtNs === null;
    return this.#payloads.size === 0 && isOneNeeded ? 1 : this.#payloads.size;
  }

  /** While there is no room for them, nobody comes to those whose time is over: they are looked for. */
  #rejectOverdue(nowNs: number): void {
    const isDue = nowNs > this.#queue.rejectionNs;
    if (isDue && nowNs - this.#lastRejectionNs >= REJECTION_INTERVAL_NS) {
      this.#lastRejectionNs = nowNs;
      this.#queue.rejectOverdue(nowNs);
    }
  }

  /** Whether waiting requests are left for the end of the turn: there is room for more of them, in batch and queue. */
  #isCollecting(): boolean {
    const collector = this.#collector;
    return (
      collector?.isCollecting === true &&
      collector.askedNs !== null &&
      this.#slots.idleCount > 0 &&
      !this.#hasDelay &&
      this.#queuedSize < this.#search.preferredSizeMax &&
      this.#queue.size < this.#queueSizeMax
    );
  }

  /** Whether a payload may be formed or grow. */
  #hasRoom(): boolean {
    if (this.#isCollecting()) {
      return false;
    }
    return this.#payloadCountMax === 0
      ? this.#slots.readyCount > 0 && this.#payloads.size === 0 && !this.#turn.isOver
      : this.#payloads.size < this.#payloadCountMax;
  }

  #renewPayload(): void {
    this.#current = new Payload();
    this.#isSaturated = false;
  }

  #movePending(count: number): void {
    for (let index = 0; index < count; index++) {
      const request = this.#queue.shift();
      this.#queuedSize -= rowCount(request);
      this.#batchedCount++;
      this.#current.add(request);
    }
    if (count > 0 && !this.#current.isScheduled) {
      this.#payloads.push(this.#current);
    }
  }

  /** Gives the first payload to an idle slot, which may be idle again afterwards. Returns the time. */
  #runPayload(nowNs: number): number {
    if (this.#slots.readyCount === 0 || this.#payloads.size === 0 || this.#turn.isOver) {
      return nowNs;
    }
    const slot = this.#slots.take();
    this.#isTurnNeeded = false;
    const { requests, batchSize } = this.#payloads.take(nowNs);
    this.#batchedCount -= requests.length;
    for (const request of requests) {
      request.waitingPlace = "none";
      request.state = "executing";
    }
    this.#returns?.onRun(nowNs, requests.length, batchSize);
    this.#actions.run(slot, requests);
    const endNs = this.#clock.nowNs();
    this.#turn.onRun(endNs);
    if (this.#slots.isLastIdle(slot)) {
      this.#collector?.onInlineRun(requests.length, endNs - nowNs);
    } else {
      this.#collector?.onThreadRun(requests.length);
    }
    return endNs;
  }

  /** Whether another round would do something. */
  #canGoOn(): boolean {
    if (this.#turn.isOver) {
      return false;
    }
    const canRun = this.#slots.readyCount > 0 && this.#payloads.size > 0;
    const canForm = this.#queue.size > 0 && this.#hasRoom() && this.#searchAtNs === null;
    return canRun || canForm || this.#mayAsk() || this.#rejected.length > 0;
  }

  #dropRejected(): void {
    while (this.#rejected.length > 0) {
      const rejected = this.#rejected;
      this.#rejected = [];
      for (const request of rejected) {
        this.#actions.drop(request, timeoutError(), "REJECTED");
      }
    }
  }

  #removeBatched(request: InferenceRequest): void {
    const isFound = this.#payloads.remove(request);
    assert(isFound, "a payload that is not empty is scheduled");
    this.#batchedCount--;
  }

  #setAlarm(): void {
    const alarm = this.#nextAlarm();
    const isSame = alarm?.atNs === this.#alarm?.atNs && alarm?.isPrecise === this.#alarm?.isPrecise;
    if (!isSame) {
      this.#alarm = alarm;
      this.#actions.setTimer(alarm);
    }
  }

  #nextAlarm(): Alarm | null {
    if (this.#turn.isOver) {
      return this.#turn.alarm;
    }
    const heldUntilNs = this.#returns?.heldUntilNs ?? null;
    if (heldUntilNs !== null) {
      return { atNs: heldUntilNs, isPrecise: true };
    }
    const askedNs = this.#collector?.askedNs ?? null;
    if (askedNs !== null) {
      return { atNs: askedNs, isPrecise: true };
    }
    if (this.#searchAtNs !== null) {
      return { atNs: this.#searchAtNs, isPrecise: this.#slots.idleCount > 0 };
    }
    const { rejectionNs } = this.#queue;
    if (rejectionNs === Number.POSITIVE_INFINITY) {
      return null;
    }
    const soonestNs = this.#lastRejectionNs + REJECTION_INTERVAL_NS;
    return { atNs: Math.max(rejectionNs + NS_PER_US, soonestNs), isPrecise: false };
  }
}

/** Whether a request that waits may be refused or overdue, or make another one so. */
function hasWaitLimits({ queuePolicyDefault, queuePolicies }: DynamicBatchingSpec): boolean {
  return [queuePolicyDefault, ...queuePolicies.values()].some(
    (policy) =>
      policy.timeoutUsDefault !== 0 || policy.isTimeoutOverrideAllowed || policy.queueSizeMax !== 0,
  );
}

/** Whether requests may leave their queue before an instance is free: not where one could still overtake them or expire. */
function mayPrefetch({
  priorityLevelCount,
  queuePolicyDefault: policy,
  fairness,
}: DynamicBatchingSpec): boolean {
  return (
    priorityLevelCount === 0 &&
    fairness === null &&
    policy.timeoutUsDefault === 0 &&
    !policy.isTimeoutOverrideAllowed &&
    policy.queueSizeMax === 0
  );
}
