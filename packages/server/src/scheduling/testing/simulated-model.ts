import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { InferenceRequest, ResponseSender } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import type { FailureReason } from "../../model/statistics.ts";
import { DefaultScheduler } from "../default-scheduler.ts";
import { DynamicBatcher } from "../dynamic-batcher.ts";
import { ResponseOrder } from "../response-order.ts";
import type { Alarm, Scheduler, SchedulerActions } from "../scheduler.ts";
import type { SlotTurns } from "../slot-turns.ts";
import { EventQueue } from "./event-queue.ts";
import { FlowShares } from "./flow-shares.ts";
import { checkBatch, checkQueueSizes, checkSettled } from "./invariants.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { randomRequest, SimulatedRequest } from "./simulated-request.ts";

/** Events of one simulation at most: far beyond what a scheduler that comes to an end needs. */
const EVENT_COUNT_MAX = 100_000;

const NS_PER_US = 1000;

/** Of the turns that are asked for, those that have come at once. */
const IMMEDIATE_TURN_SHARE = 0.3;

/** With a latency target: of the arrivals, those after which the batcher has other limits. */
const LIMIT_CHANGE_SHARE = 0.1;

/** What came of a simulation. */
export interface SimulationSummary {
  readonly acceptedCount: number;
  readonly refusedCount: number;
  readonly rejectedCount: number;
  readonly cancelledCount: number;
  readonly batchCount: number;
}

/** A model whose instances, clients and clock are simulated, around a real scheduler; it checks what the scheduler does. */
export class SimulatedModel implements SchedulerActions<number>, SlotTurns<number>, ResponseSender {
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #events = new EventQueue();
  readonly #scheduler: Scheduler<number>;
  readonly #order: ResponseOrder | null;
  readonly #records = new Map<InferenceRequest, SimulatedRequest>();
  readonly #waiting = new Map<InferenceRequest, SimulatedRequest>();
  /** By busy slot, the batches that it was given: the running one, then those ahead of their time. */
  readonly #busy = new Map<number, (readonly InferenceRequest[])[]>();
  /** Slots that wait for their turn, each with what ends that. */
  readonly #asked = new Map<number, () => void>();
  /** Slots whose turn it is. */
  readonly #ready = new Set<number>();
  /** By level and flow: the last request that started in time. */
  readonly #lastStarted = new Map<string, number>();
  readonly #shares: FlowShares | null;
  #nowNs = 0;
  /** When the last run began. */
  #begunNs = 0;
  /** When an instance last ended a batch. */
  #freedNs = 0;
  #eventNumber = 0;
  #alarm: Alarm | null = null;
  #alarmNumber = 0;
  #sentCount = 0;
  #lastDelivered = -1;
  #refusedCount = 0;
  #rejectedCount = 0;
  #cancelledCount = 0;
  #batchCount = 0;

  constructor(scenario: Scenario, random: Random) {
    const { model, slotCount, queueSizeMax } = scenario;
    this.#scenario = scenario;
    this.#random = random;
    const slots = Array.from({ length: slotCount }, (_, slot) => slot);
    const clock = { nowNs: () => this.#nowNs };
    const batching = model.dynamicBatching;
    this.#scheduler =
      batching === null
        ? new DefaultScheduler(slots, this, clock, queueSizeMax)
        : new DynamicBatcher({
            model,
            batching,
            slots,
            turns: scenario.turnMeanNs === 0 ? null : this,
            actions: this,
            clock,
            queueSizeMax,
          });
    this.#shares = createShares(scenario);
    this.#order =
      batching?.isOrderPreserved === true
        ? new ResponseOrder((request, response) => this.#deliverInOrder(request, response))
        : null;
  }

  /** Lets everything happen. */
  simulate(): SimulationSummary {
    this.#planArrival();
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      assert(this.#eventNumber < EVENT_COUNT_MAX, "the simulation comes to an end");
      this.#eventNumber++;
      this.#nowNs = Math.max(this.#nowNs, event.atNs);
      event.happen();
      this.#checkBetweenEvents();
    }
    const activeCount = this.#busy.size + this.#asked.size + this.#ready.size;
    assert(this.#waiting.size === 0 && activeCount === 0, "nothing waits at the end");
    for (const { answerCount } of this.#records.values()) {
      assert(answerCount === 1, "every accepted request is answered");
    }
    return {
      acceptedCount: this.#records.size,
      refusedCount: this.#refusedCount,
      rejectedCount: this.#rejectedCount,
      cancelledCount: this.#cancelledCount,
      batchCount: this.#batchCount,
    };
  }

  run(slot: number, requests: readonly InferenceRequest[]): void {
    const given = this.#busy.get(slot);
    const isAhead = given !== undefined;
    const mayBeAhead = this.#busy.size === this.#scenario.slotCount;
    assert(!isAhead || mayBeAhead, "a busy instance is given a batch only while none is idle");
    assert(!isAhead || given.length <= this.lookahead(), "and no more than it takes");
    if (this.#hasTurns) {
      assert(this.#ready.delete(slot), "an instance runs when it is its turn");
    }
    if (isAhead) {
      given.push(requests);
    } else {
      this.#busy.set(slot, [requests]);
    }
    this.#batchCount++;
    const batch = requests.map((request) => this.#start(request));
    checkBatch(this.#scenario, batch, this.#waiting, {
      nowNs: this.#nowNs,
      eventNumber: this.#eventNumber,
    });
    if (!isAhead) {
      this.#begin(slot, requests);
    }
  }

  lookahead(): number {
    return this.#scenario.lookahead;
  }

  #begin(slot: number, requests: readonly InferenceRequest[]): void {
    const { runMeanNs, inlineShare } = this.#scenario;
    const durationNs = this.#random.exponential(runMeanNs);
    this.#begunNs = this.#nowNs;
    if (this.#random.isLikely(inlineShare)) {
      this.#nowNs += durationNs;
      this.#finish(slot, requests);
    } else {
      this.#events.plan(this.#nowNs + durationNs, () => this.#finish(slot, requests));
    }
  }

  ask(slot: number, onTurn: () => void): void {
    const isFree = !this.#busy.has(slot) && !this.#asked.has(slot) && !this.#ready.has(slot);
    assert(isFree, "an instance asks for one turn");
    const come = (): void => {
      if (this.#asked.get(slot) === come) {
        this.#asked.delete(slot);
        this.#ready.add(slot);
        onTurn();
      }
    };
    this.#asked.set(slot, come);
    if (this.#random.isLikely(IMMEDIATE_TURN_SHARE)) {
      come();
    } else {
      const afterNs = this.#random.exponential(this.#scenario.turnMeanNs);
      this.#events.plan(this.#nowNs + afterNs, come);
    }
  }

  giveUp(slot: number): void {
    const isKnown = this.#asked.delete(slot) || this.#ready.delete(slot);
    assert(isKnown, "only what was asked for is given up");
  }

  drop(request: InferenceRequest, error: TritonError, reason: FailureReason): void {
    const record = this.#records.get(request);
    assert(record !== undefined && this.#waiting.delete(request), "only who waits is dropped");
    this.#shares?.onLeave(record);
    if (reason === "CANCELED") {
      assert(record.wasCancelled && error.code === StatusCode.Cancelled, "it was cancelled");
      this.#cancelledCount++;
    } else {
      assert(error.message === "Request timeout expired", "the only other reason to be dropped");
      assert(record.policy.timeoutAction === "REJECT", "its policy rejects");
      assert(this.#nowNs > record.deadlineNs, "its time is over");
      this.#rejectedCount++;
    }
    this.#order?.onDrop(request);
    request.respond(InferenceResponse.failed(error), true);
  }

  setTimer(alarm: Alarm | null): void {
    this.#alarm = alarm;
    this.#alarmNumber++;
    if (alarm === null) {
      return;
    }
    const number = this.#alarmNumber;
    const { preciseLatenessNs, coarseLatenessNs } = this.#scenario;
    const latenessNs = alarm.isPrecise ? preciseLatenessNs : coarseLatenessNs;
    const atNs = Math.max(alarm.atNs, this.#nowNs) + this.#random.integer(0, latenessNs);
    this.#events.plan(atNs, () => {
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
    const { returnShare, returnMeanNs } = this.#scenario;
    if (this.#random.isLikely(returnShare)) {
      const atNs = this.#nowNs + this.#random.exponential(returnMeanNs);
      this.#events.plan(atNs, () => this.#sendRequest());
    }
    if (this.#random.isLikely(this.#scenario.reentrantShare)) {
      if (this.#random.isLikely(0.5)) {
        this.#sendRequest();
      } else {
        this.#cancelOne();
      }
    }
  }

  /** Whether the scheduler is one that asks for turns. */
  get #hasTurns(): boolean {
    return this.#scenario.turnMeanNs > 0 && this.#scenario.model.dynamicBatching !== null;
  }

  #planArrival(): void {
    const { requestCount, arrivalMeanNs, turnRequestCountMax } = this.#scenario;
    if (this.#sentCount >= requestCount) {
      return;
    }
    this.#events.plan(this.#nowNs + this.#random.exponential(arrivalMeanNs), () => {
      for (let count = this.#random.integer(1, turnRequestCountMax); count > 0; count--) {
        this.#sendRequest();
      }
      this.#changeLimits();
      this.#planArrival();
    });
  }

  /** As the latency controller does it: within the configuration's. */
  #changeLimits(): void {
    const { model } = this.#scenario;
    const batching = model.dynamicBatching;
    if (
      this.#scheduler instanceof DynamicBatcher &&
      batching !== null &&
      batching.latencyTargetUs !== null &&
      this.#random.isLikely(LIMIT_CHANGE_SHARE)
    ) {
      this.#scheduler.setLimits({
        batchSizeMax: this.#random.integer(1, Math.max(1, model.batchSizeMax)),
        queueDelayNs: this.#random.integer(0, batching.queueDelayUsMax) * NS_PER_US,
      });
    }
  }

  #sendRequest(): void {
    const { requestCount, cancellationShare, arrivalMeanNs } = this.#scenario;
    if (this.#sentCount >= requestCount) {
      return;
    }
    this.#sentCount++;
    const request = randomRequest(this.#random, this.#scenario, this, this.#nowNs);
    const record = new SimulatedRequest(request, this.#records.size, this.#eventNumber);
    this.#records.set(request, record);
    this.#waiting.set(request, record);
    this.#shares?.onWait(record);
    this.#order?.onEnqueue(request);
    try {
      this.#scheduler.enqueue(request);
    } catch (error) {
      this.#takeBack(record, error);
      return;
    }
    if (this.#random.isLikely(cancellationShare)) {
      const afterNs = this.#random.exponential(arrivalMeanNs * 3);
      this.#events.plan(this.#nowNs + afterNs, () => this.#cancel(record));
    }
  }

  #takeBack(record: SimulatedRequest, error: unknown): void {
    const { request, level, policy } = record;
    assert(error instanceof TritonError, `refused for a reason: ${String(error)}`);
    assert(error.code === StatusCode.Unavailable, "refused because it is full");
    assert(request.state === "initialized", "a refused request is as it was");
    this.#records.delete(request);
    this.#waiting.delete(request);
    this.#shares?.onLeave(record);
    this.#refusedCount++;
    const waiting = [...this.#waiting.values()];
    const levelCount = waiting.filter((other) => other.level === level).length;
    const isLevelFull = policy.queueSizeMax !== 0 && levelCount >= policy.queueSizeMax;
    assert(isLevelFull || waiting.length >= this.#scenario.queueSizeMax, "it is full");
    this.#order?.onDrop(request);
  }

  #cancelOne(): void {
    const [record] = this.#waiting.values();
    if (record !== undefined) {
      this.#cancel(record);
    }
  }

  #cancel(record: SimulatedRequest): void {
    const { request } = record;
    const isWaiting = this.#waiting.has(request) && request.waitingPlace !== "none";
    record.wasCancelled = true;
    this.#scheduler.cancel(request);
    const isBatching = this.#scenario.model.dynamicBatching !== null;
    assert(!isBatching || !isWaiting || record.answerCount === 1, "cancelled at once");
  }

  #start(request: InferenceRequest): SimulatedRequest {
    const record = this.#records.get(request);
    assert(record !== undefined && this.#waiting.delete(request), "only who waits can start");
    assert(request.state === "executing", "a request that starts is executing");
    this.#shares?.onServe(record);
    this.#shares?.onLeave(record);
    if (this.#nowNs <= record.deadlineNs) {
      const bucket = this.#scenario.model.padding === null ? "" : record.bucket;
      const key = `${record.level} ${record.flow ?? ""} ${bucket}`;
      const last = this.#lastStarted.get(key) ?? -1;
      assert(record.order > last, "in the order in which they came");
      this.#lastStarted.set(key, record.order);
    }
    return record;
  }

  #finish(slot: number, requests: readonly InferenceRequest[]): void {
    const hasFailed = this.#random.isLikely(this.#scenario.failureShare);
    const given = this.#busy.get(slot);
    assert(given?.shift() === requests, "batches end in the order in which they were given");
    const [next] = given;
    if (next === undefined) {
      this.#busy.delete(slot);
    } else {
      // Not from inside: what is ahead of its time begins when the instance has let go of the one before.
      this.#events.plan(this.#nowNs, () => this.#begin(slot, next));
    }
    this.#freedNs = this.#nowNs;
    this.#scheduler.onInstanceFree(slot);
    for (const request of requests) {
      const response = hasFailed
        ? InferenceResponse.failed(new TritonError(StatusCode.Internal, "failed"))
        : InferenceResponse.ok([]);
      if (this.#order === null) {
        request.respond(response, true);
      } else {
        this.#order.onAnswer(request, response, true);
      }
    }
  }

  #deliverInOrder(request: InferenceRequest, response: InferenceResponse | null): void {
    const order = this.#records.get(request)?.order ?? -1;
    assert(order > this.#lastDelivered, "answered in the order in which they came");
    this.#lastDelivered = order;
    request.respond(response, true);
  }

  #checkBetweenEvents(): void {
    assert(this.#scheduler.pendingCount === this.#waiting.size, "the pending requests are counted");
    checkQueueSizes(this.#scenario, this.#waiting);
    const isPausing = this.#alarm !== null && this.#alarm.atNs <= this.#nowNs;
    assert(this.#ready.size === 0 || isPausing, "a turn is used or given up");
    assert(this.#asked.size <= this.#waiting.size, "nobody asks for a turn without a request");
    checkSettled(this.#scenario, this.#waiting, {
      // Who waits for a turn would not have it sooner for asking twice.
      idleCount: this.#asked.size > 0 ? 0 : this.#scenario.slotCount - this.#busy.size,
      alarm: this.#alarm,
      begunNs: this.#begunNs,
      freedNs: this.#freedNs,
      nowNs: this.#nowNs,
    });
  }
}

/** null where shares cannot be measured from outside: who waits changes while a batch is made, or delayed requests have a turn of their own. */
function createShares({ model, reentrantShare, rowCountMax }: Scenario): FlowShares | null {
  const { dynamicBatching: batching } = model;
  if (!batching?.fairness || reentrantShare > 0) {
    return null;
  }
  const policies = [batching.queuePolicyDefault, ...batching.queuePolicies.values()];
  return policies.some(({ timeoutUsDefault }) => timeoutUsDefault > 0)
    ? null
    : new FlowShares(batching.fairness, rowCountMax);
}
