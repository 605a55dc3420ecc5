import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import type { FailureReason } from "../../model/statistics.ts";
import { Tensor } from "../../model/tensor.ts";
import type { Alarm, SchedulerActions } from "../scheduler.ts";
import type { SequenceListener } from "../sequence/live-sequences.ts";
import { SequenceScheduler } from "../sequence/sequence-scheduler.ts";
import { EventQueue } from "./event-queue.ts";
import type { Random } from "./random.ts";
import type { SequenceScenario } from "./sequence-scenario.ts";
import type { SimulationSummary } from "./simulated-model.ts";
import {
  checkControls,
  SequenceRequest,
  SimulatedSequence,
  SimulatedState,
} from "./simulated-sequence.ts";

const EVENT_COUNT_MAX = 100_000;
const NS_PER_US = 1000;
/** Times that one iterative request goes on at most. */
const ITERATION_COUNT_MAX = 6;

/** What every simulated sequence scheduler must hold to, in the words that `npm run simulate` prints. */
export const SEQUENCE_INVARIANTS: readonly string[] = [
  "the requests of a sequence run on one instance, in one row where the strategy is direct, in order and one at a time",
  "every run of a sequence has its own state, made at its START, released once and not while it is used",
  "controls say what the request is; rows without a request are not ready",
  "a sequence is refused only if it has not begun, has ended, was cancelled, overdue or idle for long enough",
  "a request is dropped only with its sequence: cancelled, or overdue in the backlog",
  "every accepted request is answered once, and at the end every slot is free",
];

/** A model of sequences whose instances, clients and clock are simulated, around a real scheduler. */
export class SimulatedSequences
  implements SchedulerActions<number>, ResponseSender, SequenceListener
{
  readonly #scenario: SequenceScenario;
  readonly #random: Random;
  readonly #events = new EventQueue();
  readonly #scheduler: SequenceScheduler<number>;
  readonly #records = new Map<InferenceRequest, SequenceRequest>();
  readonly #waiting = new Set<SequenceRequest>();
  readonly #busy = new Set<number>();
  readonly #states: SimulatedState[] = [];
  /** By id, the sequence that a client thinks it is in. */
  readonly #current = new Map<bigint, SimulatedSequence>();
  #liveCount = 0;
  #nowNs = 0;
  #eventCount = 0;
  #alarm: Alarm | null = null;
  #alarmNumber = 0;
  #sentCount = 0;
  #isEpilogue = false;
  #insideDepth = 0;
  readonly #summary = {
    acceptedCount: 0,
    refusedCount: 0,
    rejectedCount: 0,
    cancelledCount: 0,
    batchCount: 0,
  };

  constructor(scenario: SequenceScenario, random: Random) {
    const { model, batching, instanceCount, queueSizeMax } = scenario;
    this.#scenario = scenario;
    this.#random = random;
    this.#scheduler = new SequenceScheduler({
      model,
      batching,
      slots: Array.from({ length: instanceCount }, (_, slot) => slot),
      actions: this,
      clock: { nowNs: () => this.#nowNs },
      log: { warning() {} },
      listener: this,
      createState: (instance) => {
        const state = new SimulatedState(instance);
        this.#states.push(state);
        return state;
      },
      queueSizeMax,
    });
  }

  /** Lets everything happen. */
  simulate(): SimulationSummary {
    this.#planArrival();
    this.#letHappen();
    assert(this.#waiting.size === 0 && this.#busy.size === 0, "nothing waits at the end");
    assert(this.#liveCount === 0, "every sequence has ended or has been idle for too long");
    this.#fillSlots();
    this.#scheduler.close();
    assert(this.#liveCount === 0, "none is left");
    for (const { answerCount } of this.#records.values()) {
      assert(answerCount === 1, "every accepted request is answered");
    }
    assert(
      this.#states.every(({ isReleased }) => isReleased),
      "no state is left",
    );
    return this.#summary;
  }

  run(slot: number, requests: readonly InferenceRequest[]): void {
    assert(!this.#busy.has(slot), "an instance runs one batch at a time");
    this.#busy.add(slot);
    this.#summary.batchCount++;
    const { model, batching, runMeanNs, inlineShare } = this.#scenario;
    assert(requests.length <= Math.max(1, model.batchSizeMax), "a batch within the limit");
    assert(
      requests.some(({ isNull }) => !isNull),
      "somebody waits for a batch",
    );
    const widths = new Set(requests.map(({ inputs: [input] }) => input?.shape.at(-1)));
    assert(widths.size === 1, "the shapes of a batch fit");
    for (const [row, request] of requests.entries()) {
      assert(request.state === "executing", "a request that starts is executing");
      if (request.isNull) {
        assert(batching.strategy.kind === "direct", "only direct batches have empty rows");
        checkControls(request, false, false);
        assert(request.sequenceState === null, "an empty row has no state");
      } else {
        this.#start(slot, row, request);
      }
    }
    const durationNs = this.#isEpilogue ? 0 : this.#random.exponential(runMeanNs);
    if (this.#isEpilogue || this.#random.isLikely(inlineShare)) {
      this.#nowNs += durationNs;
      this.#finish(slot, requests);
    } else {
      this.#events.plan(this.#nowNs + durationNs, () => this.#finish(slot, requests));
    }
  }

  drop(request: InferenceRequest, error: TritonError, reason: FailureReason): void {
    const record = this.#records.get(request);
    assert(record !== undefined && this.#waiting.delete(record), "only who waits is dropped");
    const { sequence } = record;
    if (reason === "CANCELED") {
      assert(error.code === StatusCode.Cancelled, "it was cancelled");
      assert(sequence.isBroken, "its sequence was cancelled");
      this.#summary.cancelledCount++;
    } else {
      assert(reason === "REJECTED", "the only other reason to be dropped");
      assert(error.message === "timeout of the corresponding sequence has been expired", "overdue");
      assert(sequence.instance === null, "only who has not run is overdue");
      sequence.isBroken = true;
      this.#summary.rejectedCount++;
    }
    request.respond(InferenceResponse.failed(error), true);
  }

  setTimer(alarm: Alarm | null): void {
    this.#alarm = alarm;
    this.#alarmNumber++;
    if (alarm === null) {
      return;
    }
    const number = this.#alarmNumber;
    const latenessNs = this.#random.integer(0, this.#scenario.latenessNs);
    this.#events.plan(Math.max(alarm.atNs, this.#nowNs) + latenessNs, () => {
      if (number === this.#alarmNumber) {
        this.#alarm = null;
        this.#scheduler.onTimer();
      }
    });
  }

  send(request: InferenceRequest): void {
    const record = this.#records.get(request);
    assert(record !== undefined, "only accepted requests are answered");
    record.answerCount++;
    assert(record.answerCount === 1, "a request is answered once");
    if (!this.#isEpilogue && this.#random.isLikely(this.#scenario.reentrantShare)) {
      this.#actFromInside();
    }
  }

  #actFromInside(): void {
    this.#insideDepth++;
    const [other] = this.#waiting;
    if (this.#random.isLikely(0.5)) {
      this.#sendRequest();
    } else if (other !== undefined) {
      this.#cancel(other);
    }
    this.#insideDepth--;
  }

  onSequenceStart(): void {
    this.#liveCount++;
  }

  onSequenceEnd(): void {
    this.#liveCount--;
    assert(this.#liveCount >= 0, "a sequence ends once");
  }

  #letHappen(): void {
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      assert(this.#eventCount < EVENT_COUNT_MAX, "the simulation comes to an end");
      this.#eventCount++;
      this.#nowNs = Math.max(this.#nowNs, event.atNs);
      event.happen();
      assert(this.#scheduler.pendingCount === this.#waiting.size, "the pending are counted");
      const isQuiet = this.#waiting.size === 0 && this.#busy.size === 0;
      assert(!isQuiet || this.#liveCount === 0 || this.#alarm !== null, "nobody idles for ever");
    }
  }

  /** After everything has ended: as many sequences as there are slots, none of which ends, must all run before one is idle. */
  #fillSlots(): void {
    this.#isEpilogue = true;
    const { instanceCount, batching } = this.#scenario;
    const startNs = this.#nowNs;
    const requests: InferenceRequest[] = [];
    for (let slot = 0; slot < Math.min(instanceCount * batching.slotCount, 8); slot++) {
      const request = this.#request(BigInt(1_000_000 + slot));
      request.isSequenceStart = true;
      requests.push(request);
      this.#enqueue(request, new SimulatedSequence());
    }
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      if (event.atNs >= startNs + batching.idleUsMax * NS_PER_US) {
        break;
      }
      this.#nowNs = Math.max(this.#nowNs, event.atNs);
      event.happen();
    }
    assert(
      requests.every((request) => this.#records.get(request)?.answerCount === 1),
      "every slot is free",
    );
  }

  #planArrival(): void {
    const { requestCount, arrivalMeanNs } = this.#scenario;
    if (this.#sentCount < requestCount) {
      this.#events.plan(this.#nowNs + this.#random.exponential(arrivalMeanNs), () => {
        this.#sendRequest();
        this.#planArrival();
      });
    }
  }

  #request(id: bigint): InferenceRequest {
    const { model } = this.#scenario;
    const request = new InferenceRequest(model, this, this.#nowNs);
    request.queueStartNs = this.#nowNs;
    request.correlationId = id;
    const isVariable = model.inputs[0]?.dims[0] === -1;
    const width = isVariable && this.#random.isLikely(0.3) ? 2 : 1;
    const shape = model.batchSizeMax === 0 ? [width] : [1, width];
    request.inputs = [new Tensor("A", "UINT8", shape, new Uint8Array(width), null)];
    return request;
  }

  #sendRequest(): void {
    const { requestCount, idCount, endShare, restartShare, timeoutShare, batching } =
      this.#scenario;
    if (this.#sentCount >= requestCount) {
      return;
    }
    this.#sentCount++;
    const random = this.#random;
    const id = batching.isIterative ? 0n : BigInt(random.integer(1, idCount));
    const request = this.#request(id);
    const current = this.#current.get(id) ?? null;
    // Now and then a client forgets that it must start.
    request.isSequenceStart =
      current === null ? !random.isLikely(0.05) : random.isLikely(restartShare);
    request.isSequenceEnd = random.isLikely(endShare);
    request.timeoutUs = random.isLikely(timeoutShare) ? random.integer(1, 3000) : 0;
    const isNew = request.isSequenceStart || batching.isIterative || current === null;
    this.#enqueue(request, isNew ? new SimulatedSequence() : current);
  }

  #enqueue(request: InferenceRequest, sequence: SimulatedSequence): void {
    const { cancellationShare, arrivalMeanNs, batching } = this.#scenario;
    const { correlationId: id, isSequenceStart: isStart } = request;
    const atNs = this.#nowNs;
    const deadlineNs =
      request.timeoutUs > 0 ? atNs + request.timeoutUs * NS_PER_US : Number.POSITIVE_INFINITY;
    const record = new SequenceRequest(request, sequence, deadlineNs);
    // Before the scheduler has it: it may be answered before this returns.
    this.#records.set(request, record);
    this.#waiting.add(record);
    const wasEnded = sequence.hasEnd || sequence.isBroken;
    const previous = typeof id === "bigint" ? (this.#current.get(id) ?? null) : null;
    sequence.acceptedCount++;
    sequence.hasEnd ||= request.isSequenceEnd;
    if (typeof id === "bigint" && !batching.isIterative) {
      this.#current.set(id, sequence);
    }
    try {
      this.#scheduler.enqueue(request);
    } catch (error) {
      this.#takeBack(record, error, { wasEnded, previous });
      return;
    }
    assert(
      isStart || batching.isIterative || !wasEnded,
      "only a sequence that goes on is accepted",
    );
    this.#summary.acceptedCount++;
    sequence.lastUseNs = Math.max(sequence.lastUseNs, atNs);
    if (sequence.hasEnd && typeof id === "bigint" && this.#current.get(id) === sequence) {
      this.#current.delete(id);
    }
    if (!this.#isEpilogue && this.#random.isLikely(cancellationShare)) {
      const afterNs = this.#random.exponential(arrivalMeanNs * 3);
      this.#events.plan(this.#nowNs + afterNs, () => {
        const isWaiting = this.#waiting.has(record);
        this.#cancel(record);
        assert(!isWaiting || record.answerCount === 1, "cancelled at once");
      });
    }
  }

  #takeBack(
    record: SequenceRequest,
    error: unknown,
    before: { readonly wasEnded: boolean; readonly previous: SimulatedSequence | null },
  ): void {
    const { request, sequence } = record;
    assert(error instanceof TritonError, `refused for a reason: ${String(error)}`);
    assert(request.state === "initialized", "a refused request is as it was");
    this.#records.delete(request);
    this.#waiting.delete(record);
    sequence.acceptedCount--;
    const { correlationId: id } = request;
    if (typeof id === "bigint") {
      if (before.previous === null) {
        this.#current.delete(id);
      } else {
        this.#current.set(id, before.previous);
      }
    }
    this.#summary.refusedCount++;
    if (error.code === StatusCode.Unavailable) {
      assert(this.#waiting.size >= this.#scenario.queueSizeMax, "it is full");
      sequence.hasEnd = before.wasEnded && sequence.hasEnd;
      return;
    }
    assert(error.message.includes("must specify the START flag"), error.message);
    assert(!record.isStart, "only who does not start is refused");
    const idleNs = this.#nowNs - sequence.lastUseNs;
    const isIdle = idleNs >= this.#scenario.batching.idleUsMax * NS_PER_US;
    const isGone = sequence.acceptedCount === 0 || before.wasEnded || isIdle;
    // From inside an answer it may be too early to know what else has just gone.
    assert(isGone || this.#insideDepth > 0, "only a sequence that has gone is refused");
    if (typeof id === "bigint") {
      this.#current.delete(id);
    }
  }

  #cancel(record: SequenceRequest): void {
    const { request } = record;
    if (record.answerCount > 0) {
      return;
    }
    record.wasCancelled = true;
    request.isCancelled = true;
    const isWaiting = this.#waiting.has(record);
    if (isWaiting) {
      record.sequence.isBroken = true;
      for (const [id, sequence] of this.#current) {
        if (sequence === record.sequence) {
          this.#current.delete(id);
        }
      }
    }
    this.#scheduler.cancel(request);
  }

  #start(slot: number, row: number, request: InferenceRequest): void {
    const record = this.#records.get(request);
    assert(record !== undefined && this.#waiting.delete(record), "only who waits can start");
    const { sequence } = record;
    const { batching } = this.#scenario;
    const isFirst = record.runCount === 0;
    record.runCount++;
    assert(!record.wasCancelled || batching.isIterative, "a cancelled request does not start");
    assert(!sequence.isRunning, "one at a time");
    assert(record.order === sequence.startedCount - (isFirst ? 0 : 1), "in order");
    sequence.startedCount += isFirst ? 1 : 0;
    sequence.isRunning = true;
    sequence.instance ??= slot;
    assert(sequence.instance === slot, "a sequence stays on its instance");
    if (batching.strategy.kind === "direct") {
      sequence.row ??= row;
      assert(sequence.row === row, "a sequence stays in its row");
    }
    const isStart = isFirst && (batching.isIterative || record.isStart);
    checkControls(request, isStart, isFirst && record.isEnd && !batching.isIterative);
    const state = request.sequenceState;
    assert(state instanceof SimulatedState, "a request has a state");
    assert(!state.isReleased && !state.isInUse && state.instance === slot, "a state to use");
    assert(isStart ? state.user === null : state.user === sequence, "a state of its own");
    assert(sequence.state === null || sequence.state === state, "the same all the time");
    state.user = sequence;
    state.isInUse = true;
    sequence.state = state;
  }

  #finish(slot: number, requests: readonly InferenceRequest[]): void {
    const { failureShare, rescheduleShare, batching } = this.#scenario;
    const hasFailed = this.#random.isLikely(failureShare);
    this.#busy.delete(slot);
    const answered: InferenceRequest[] = [];
    for (const request of requests) {
      const record = this.#records.get(request);
      let isRescheduled = false;
      if (record !== undefined) {
        const { sequence } = record;
        sequence.isRunning = false;
        sequence.lastUseNs = this.#nowNs;
        if (sequence.state !== null) {
          sequence.state.isInUse = false;
        }
        isRescheduled =
          batching.isIterative &&
          !this.#isEpilogue &&
          record.runCount < ITERATION_COUNT_MAX &&
          this.#random.isLikely(rescheduleShare);
        if (isRescheduled) {
          this.#waiting.add(record);
          sequence.isBroken ||= record.wasCancelled;
        } else {
          answered.push(request);
        }
      }
      this.#scheduler.onRequestDone(request, isRescheduled);
    }
    this.#scheduler.onInstanceFree(slot);
    for (const request of answered) {
      const response = hasFailed
        ? InferenceResponse.failed(new TritonError(StatusCode.Internal, "failed"))
        : InferenceResponse.ok([]);
      request.respond(response, true);
    }
  }
}
