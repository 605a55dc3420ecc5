import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { SequenceBatchingSpec } from "../../model/sequence-batching-spec.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import { DEFAULT_QUEUE_SIZE_MAX } from "../default-scheduler.ts";
import { DispatchTurn } from "../dispatch-turn.ts";
import { queueFullError } from "../policy-queue.ts";
import {
  type Alarm,
  rescheduleError,
  type Scheduler,
  type SchedulerActions,
} from "../scheduler.ts";
import { Backlog } from "./backlog.ts";
import { DirectBatcher } from "./direct-batcher.ts";
import { FreeSlots } from "./free-slots.ts";
import { LiveSequences, type SequenceListener } from "./live-sequences.ts";
import { OldestBatcher } from "./oldest-batcher.ts";
import { isSequenceId, Sequence } from "./sequence.ts";
import { SequenceControls } from "./sequence-controls.ts";
import {
  batchSizeError,
  expiredError,
  missingIdError,
  missingStartError,
  stoppingError,
} from "./sequence-errors.ts";
import type { SlotBatcher, SlotBatcherOwner } from "./slot-batcher.ts";

const NS_PER_US = 1000;

/** What a sequence scheduler is made of. */
export interface SequenceSchedulerOptions<Slot> {
  readonly model: ModelSpec;
  readonly batching: SequenceBatchingSpec;
  readonly slots: readonly Slot[];
  readonly actions: SchedulerActions<Slot>;
  readonly clock: Pick<Clock, "nowNs">;
  readonly log: Pick<Logger, "warning">;
  readonly listener: SequenceListener;
  /** The state of a sequence that starts on an instance; null if the model has none. Must not throw. */
  readonly createState: ((slot: Slot) => SequenceState) | null;
  /** {@link DEFAULT_QUEUE_SIZE_MAX} unless stated. */
  readonly queueSizeMax?: number;
}

/**
 * The scheduler of a model with a sequence batcher: all requests of a sequence run on one instance, in order, one at a time.
 *
 * ```
 *            ┌► sequence's queue ─ its instance's batcher ─► run ─► done ─┐
 *   enqueue ─┤      ▲ slot free                                           └► next request, or slot free
 *            └► backlog (whole sequences, first in, first out)
 * ```
 * Invariant: no slot is free while a sequence is in the backlog. Calls from inside an action only leave notes for what is
 * going on.
 *
 * @see Triton core src/sequence_batch_scheduler/sequence_batch_scheduler.cc
 */
export class SequenceScheduler<Slot> implements Scheduler<Slot>, SlotBatcherOwner<Slot> {
  readonly #isIterative: boolean;
  readonly #slots: readonly Slot[];
  readonly #actions: SchedulerActions<Slot>;
  readonly #clock: Pick<Clock, "nowNs">;
  readonly #log: Pick<Logger, "warning">;
  readonly #createState: ((slot: Slot) => SequenceState) | null;
  readonly #queueSizeMax: number;
  readonly #controls: SequenceControls;
  readonly #batchers: readonly SlotBatcher[];
  readonly #free: FreeSlots;
  readonly #backlog = new Backlog();
  readonly #live: LiveSequences;
  /** Of every request that waits or runs. */
  readonly #sequences = new Map<InferenceRequest, Sequence>();
  /** Instances whose batchers may have something to run. */
  readonly #awake = new Set<number>();
  readonly #turn = new DispatchTurn();
  #pendingCount = 0;
  #isAdvancing = false;
  #isStopped = false;
  /** The next correlation id that is given to a request without one. */
  #nextId = 1n;
  #alarm: Alarm | null = null;

  constructor(options: SequenceSchedulerOptions<Slot>) {
    const { model, batching, slots } = options;
    assert(slots.length > 0, "a scheduler has instances");
    this.#isIterative = batching.isIterative;
    this.#slots = slots;
    this.#actions = options.actions;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#createState = options.createState;
    this.#queueSizeMax = options.queueSizeMax ?? DEFAULT_QUEUE_SIZE_MAX;
    this.#controls = new SequenceControls(model, batching.controls);
    this.#free = new FreeSlots(slots.length, batching.slotCount);
    this.#live = new LiveSequences(batching.idleUsMax * NS_PER_US, options.listener);
    this.#batchers = slots.map((slot) => this.#createBatcher(options, slot));
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** @throws {TritonError} InvalidArg for a request that fits no sequence, Unavailable if it is refused */
  enqueue(request: InferenceRequest): void {
    assert(request.state === "initialized", "a request is enqueued once");
    if (request.batchSize > 1) {
      throw batchSizeError(request);
    }
    this.#identify(request);
    if (this.#isStopped && request.isSequenceStart) {
      throw stoppingError();
    }
    const running = this.#live.get(request.correlationId);
    if (running === null && !request.isSequenceStart) {
      throw missingStartError(request);
    }
    if (this.#pendingCount >= this.#queueSizeMax) {
      throw queueFullError(request);
    }
    if (running !== null && request.isSequenceStart) {
      this.#log.warning(
        `sequence ${request.correlationId} for model '${request.model.name}' has a conflict. The previous sequence did ` +
          "not end before this sequence start. Previous sequence will be terminated early.",
      );
    }
    const nowNs = this.#clock.nowNs();
    request.state = "pending";
    const sequence = running ?? this.#start(request);
    this.#add(sequence, request, nowNs);
    this.#settle();
  }

  /** Cancels the rest of the sequence with it: what follows a request that has not run would not mean the same. */
  cancel(request: InferenceRequest): void {
    const sequence = this.#sequences.get(request);
    if (sequence === undefined || request.state !== "pending") {
      return;
    }
    const dropped = this.#forget(sequence.cut(request));
    if (sequence.isCut && !sequence.isClosed) {
      this.#live.close(sequence);
    }
    if (sequence.issued === request) {
      const isWithdrawn = this.#batcherOf(sequence).withdraw(request);
      assert(isWithdrawn, "a request that is pending can be withdrawn");
    }
    this.#onChange(sequence);
    this.#drop(dropped, new TritonError(StatusCode.Cancelled, ""), "CANCELED");
    this.#settle();
  }

  onRequestDone(request: InferenceRequest, isRescheduled: boolean): void {
    if (request.isNull) {
      return;
    }
    const sequence = this.#sequences.get(request);
    assert(sequence?.issued === request, "a request that is done was issued");
    sequence.issued = null;
    const nowNs = this.#clock.nowNs();
    this.#live.touch(sequence, nowNs);
    if (isRescheduled && this.#isIterative && sequence.place === "slot") {
      this.#reschedule(sequence, request, nowNs);
    } else {
      this.#sequences.delete(request);
      if (this.#isIterative && !sequence.isClosed) {
        this.#live.close(sequence);
      }
      this.#onDone(sequence);
      if (isRescheduled) {
        this.#actions.drop(request, rescheduleError(), "BACKEND");
      }
    }
  }

  onInstanceFree(slot: Slot): void {
    const index = this.#slots.indexOf(slot);
    this.#batcherAt(index).onInstanceFree();
    this.#awake.add(index);
    this.#settle();
  }

  onTimer(): void {
    this.#alarm = null;
    this.#turn.onTimer();
    const nowNs = this.#clock.nowNs();
    for (const [index, batcher] of this.#batchers.entries()) {
      if (batcher.alarm !== null && batcher.alarm.atNs <= nowNs) {
        batcher.onTimer();
      }
      this.#awake.add(index);
    }
    for (;;) {
      const sequence = this.#live.closeIdle(nowNs);
      if (sequence === null) {
        break;
      }
      this.#onChange(sequence);
    }
    this.#expire(nowNs);
    this.#settle();
  }

  /** Refuses new sequences from now on. Those that have begun go on. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Gives back the states of sequences that have not ended. Called once, when nothing waits or runs. */
  close(): void {
    assert(this.#sequences.size === 0, "a scheduler closes when it is idle");
    for (const sequence of this.#live.closeAll()) {
      sequence.releaseState();
    }
  }

  issue(sequence: Sequence): InferenceRequest {
    assert(sequence.issued === null, "a sequence runs one request at a time");
    const request = sequence.queue.shift();
    assert(request !== null, "a request waits");
    sequence.issued = request;
    this.#controls.apply(request);
    if (this.#createState !== null) {
      if (request.isSequenceStart) {
        sequence.releaseState();
      }
      sequence.state ??= this.#createState(this.#slotOf(sequence));
      request.sequenceState = sequence.state;
    }
    return request;
  }

  leave(sequence: Sequence): void {
    assert(sequence.isClosed && sequence.place === "slot", "only a sequence that is over leaves");
    const { instanceIndex, slotNumber } = sequence;
    sequence.place = "left";
    if (sequence.issued === null) {
      sequence.releaseState();
    }
    const next = this.#backlog.head;
    if (next === null) {
      this.#free.give(instanceIndex, slotNumber);
    } else {
      this.#backlog.remove(next);
      this.#enter(next, { instanceIndex, slotNumber });
    }
  }

  run(slot: Slot, requests: readonly InferenceRequest[]): void {
    for (const request of requests) {
      if (!request.isNull) {
        this.#pendingCount--;
        request.state = "executing";
      }
    }
    this.#actions.run(slot, requests);
  }

  onWithdrawn(request: InferenceRequest): void {
    const sequence = this.#sequences.get(request);
    assert(sequence?.issued === request, "a request that is withdrawn was issued");
    sequence.issued = null;
    this.#drop(this.#forget([request]), new TritonError(StatusCode.Cancelled, ""), "CANCELED");
  }

  #createBatcher(options: SequenceSchedulerOptions<Slot>, slot: Slot): SlotBatcher {
    const { model, batching, clock } = options;
    const { strategy } = batching;
    return strategy.kind === "direct"
      ? new DirectBatcher({ model, strategy, controls: this.#controls, slot, owner: this })
      : new OldestBatcher({
          model,
          batching: strategy.batching,
          slot,
          owner: this,
          clock,
          queueSizeMax: this.#queueSizeMax,
        });
  }

  /** An iterative model's requests need no correlation id: each without one is a sequence. */
  #identify(request: InferenceRequest): void {
    if (isSequenceId(request.correlationId)) {
      return;
    }
    if (!this.#isIterative) {
      throw missingIdError(request);
    }
    while (this.#live.get(this.#nextId) !== null) {
      this.#nextId++;
    }
    request.correlationId = this.#nextId++;
    request.isSequenceStart = true;
    request.isSequenceEnd = false;
  }

  #start({ correlationId }: InferenceRequest): Sequence {
    const sequence = new Sequence(correlationId);
    this.#live.add(sequence);
    const place = this.#free.take();
    if (place === null) {
      this.#backlog.push(sequence);
    } else {
      this.#enter(sequence, place);
    }
    return sequence;
  }

  #enter(
    sequence: Sequence,
    { instanceIndex, slotNumber }: Pick<Sequence, "instanceIndex" | "slotNumber">,
  ): void {
    sequence.place = "slot";
    sequence.instanceIndex = instanceIndex;
    sequence.slotNumber = slotNumber;
    this.#live.touch(sequence, this.#clock.nowNs());
    this.#batcherAt(instanceIndex).enter(sequence);
    this.#awake.add(instanceIndex);
  }

  #add(sequence: Sequence, request: InferenceRequest, nowNs: number): void {
    sequence.queue.push(request);
    this.#sequences.set(request, sequence);
    this.#pendingCount++;
    this.#live.touch(sequence, nowNs);
    // An iterative model decides itself when it has done with a request, and so with its sequence.
    if (request.isSequenceEnd && !this.#isIterative) {
      this.#live.close(sequence);
    }
    if (sequence.place === "backlog") {
      this.#backlog.onRequest(sequence, request, nowNs);
    }
    this.#onChange(sequence);
  }

  /** Tells a sequence's batcher that its requests are not what they were. */
  #onChange(sequence: Sequence): void {
    if (sequence.place === "slot") {
      this.#batcherOf(sequence).onChange(sequence);
      this.#awake.add(sequence.instanceIndex);
    } else if (sequence.place === "backlog" && sequence.queue.size === 0) {
      this.#backlog.remove(sequence);
      sequence.place = "left";
    }
  }

  #onDone(sequence: Sequence): void {
    if (sequence.place === "left") {
      sequence.releaseState();
    } else {
      this.#batcherOf(sequence).onDone(sequence);
      this.#awake.add(sequence.instanceIndex);
    }
  }

  #reschedule(sequence: Sequence, request: InferenceRequest, nowNs: number): void {
    request.isSequenceStart = false;
    request.isSequenceEnd = false;
    request.state = "pending";
    request.queueStartNs = nowNs;
    sequence.queue.push(request);
    this.#pendingCount++;
    if (request.isCancelled) {
      this.cancel(request);
    } else {
      this.#onChange(sequence);
    }
  }

  #expire(nowNs: number): void {
    const dropped: InferenceRequest[] = [];
    for (const sequence of this.#backlog.takeExpired(nowNs)) {
      sequence.place = "left";
      if (!sequence.isClosed) {
        this.#live.close(sequence);
      }
      const { queue } = sequence;
      for (let request = queue.shift(); request !== null; request = queue.shift()) {
        dropped.push(request);
      }
    }
    this.#drop(this.#forget(dropped), expiredError(), "REJECTED");
  }

  /** What it does not know any more is dropped after that: whoever is told may cancel the others. */
  #forget(requests: readonly InferenceRequest[]): readonly InferenceRequest[] {
    this.#pendingCount -= requests.length;
    for (const request of requests) {
      this.#sequences.delete(request);
    }
    return requests;
  }

  #drop(
    requests: readonly InferenceRequest[],
    error: TritonError,
    reason: "CANCELED" | "REJECTED",
  ): void {
    for (const request of requests) {
      this.#actions.drop(request, error, reason);
    }
  }

  /** Runs what can be run now, then asks for the time at which there is more to do. Not re-entrant. */
  #settle(): void {
    if (this.#isAdvancing) {
      return;
    }
    this.#isAdvancing = true;
    try {
      this.#advance();
      this.#setAlarm();
    } finally {
      this.#isAdvancing = false;
    }
  }

  #advance(): void {
    if (this.#awake.size === 0 || this.#turn.isOver) {
      return;
    }
    let nowNs = this.#clock.nowNs();
    this.#turn.start(nowNs);
    // Instances that finish at once come again, behind the others.
    for (const index of this.#awake) {
      this.#awake.delete(index);
      if (this.#batcherAt(index).advance(nowNs)) {
        nowNs = this.#clock.nowNs();
        this.#turn.onRun(nowNs);
        if (this.#turn.isOver) {
          return;
        }
      }
    }
  }

  #setAlarm(): void {
    const alarm = this.#nextAlarm();
    const isSame = alarm?.atNs === this.#alarm?.atNs && alarm?.isPrecise === this.#alarm?.isPrecise;
    if (!isSame) {
      this.#alarm = alarm;
      this.#actions.setTimer(alarm);
    }
  }

  /** The first of all, and precise if one of them must be. */
  #nextAlarm(): Alarm | null {
    if (this.#turn.isOver) {
      return this.#turn.alarm;
    }
    let atNs = Math.min(
      this.#live.alarmNs ?? Number.POSITIVE_INFINITY,
      this.#backlog.alarmNs ?? Number.POSITIVE_INFINITY,
    );
    let isPrecise = false;
    for (const { alarm } of this.#batchers) {
      if (alarm !== null) {
        atNs = Math.min(atNs, alarm.atNs);
        isPrecise ||= alarm.isPrecise;
      }
    }
    return atNs === Number.POSITIVE_INFINITY ? null : { atNs, isPrecise };
  }

  #batcherOf({ instanceIndex }: Sequence): SlotBatcher {
    return this.#batcherAt(instanceIndex);
  }

  #batcherAt(index: number): SlotBatcher {
    const batcher = this.#batchers[index];
    assert(batcher !== undefined, "an instance has its batcher");
    return batcher;
  }

  #slotOf({ instanceIndex }: Sequence): Slot {
    const slot = this.#slots[instanceIndex];
    assert(slot !== undefined, "a sequence runs on an instance");
    return slot;
  }
}
