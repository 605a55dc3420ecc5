import { assert } from "../../base/assert.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest } from "../../model/request.ts";
import { modelSpec } from "../../model/testing/model-spec.ts";
import { DynamicBatcher } from "../dynamic-batcher.ts";
import { type LatencyChoice, LatencyController } from "../latency-controller.ts";
import type { Alarm, SchedulerActions } from "../scheduler.ts";
import { EventQueue } from "./event-queue.ts";
import { Random } from "./random.ts";

const NS_PER_US = 1000;
const NS_PER_S = 1_000_000_000;

/** A stretch of time with one rate of requests. */
export interface LoadPhase {
  readonly seconds: number;
  /** A second, at random. */
  readonly requestRate: number;
  /** Instead: so many clients, each of which sends its next request when it has its answer. */
  readonly clientCount?: number;
}

/** What is simulated: a model that takes `fixed + rows · perRow` microseconds a run, give or take `noise` of it. */
export interface SimulatedLoadOptions {
  readonly seed: number;
  readonly targetUs: number;
  readonly batchSizeMax: number;
  readonly instanceCount: number;
  readonly fixedUs: number;
  readonly perRowUs: number;
  readonly noise: number;
  readonly phases: readonly LoadPhase[];
  /** False leaves batch size and delay alone: the configuration's size, no delay. */
  readonly isControlled: boolean;
}

/** The state at the end of a controller's window. */
export interface LoadWindow extends LatencyChoice {
  readonly atS: number;
  readonly phase: number;
  readonly meanBatchSize: number;
}

/** A batcher under load, with its controller, in simulated time. */
export class SimulatedLoad implements SchedulerActions<number> {
  readonly windows: LoadWindow[] = [];
  /** Answered requests' latencies by phase. */
  readonly latenciesNs: number[][];
  readonly #options: SimulatedLoadOptions;
  readonly #random: Random;
  readonly #events = new EventQueue();
  readonly #model: ModelSpec;
  readonly #batcher: DynamicBatcher<number>;
  readonly #controller: LatencyController;
  #nowNs = 1;
  #phase = 0;
  /** Whether clients wait for their answers. */
  #isClosed = false;
  #alarmNumber = 0;
  #batchCount = 0;
  #rowCount = 0;

  constructor(options: SimulatedLoadOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.latenciesNs = options.phases.map(() => []);
    this.#model = createModel(options);
    const { instanceCount, batchSizeMax, targetUs } = options;
    const batching = this.#model.dynamicBatching;
    assert(batching !== null, "it was made with one");
    this.#batcher = new DynamicBatcher({
      model: this.#model,
      batching,
      slots: Array.from({ length: instanceCount }, (_, slot) => slot),
      actions: this,
      clock: { nowNs: () => this.#nowNs },
    });
    this.#controller = new LatencyController({
      targetNs: targetUs * NS_PER_US,
      batchSizeMax,
      queueDelayNs: 0,
      instanceCount,
    });
  }

  /** Lets all phases pass; what is then still waiting is left. */
  simulate(): void {
    let startNs = this.#nowNs;
    for (const [phase, { seconds, requestRate, clientCount }] of this.#options.phases.entries()) {
      const endNs = startNs + seconds * NS_PER_S;
      const meanNs = NS_PER_S / requestRate;
      this.#events.plan(startNs, () => {
        this.#phase = phase;
        this.#isClosed = clientCount !== undefined;
        if (clientCount === undefined) {
          this.#arrive(endNs, meanNs);
        }
        for (let client = 0; client < (clientCount ?? 0); client++) {
          this.#send();
        }
      });
      startNs = endNs;
    }
    for (let event = this.#events.next(); event !== undefined; event = this.#events.next()) {
      if (event.atNs > startNs) {
        return;
      }
      this.#nowNs = Math.max(this.#nowNs, event.atNs);
      event.happen();
    }
  }

  run(slot: number, requests: readonly InferenceRequest[]): void {
    const { fixedUs, perRowUs, noise } = this.#options;
    const factor = 1 + noise * (2 * this.#random.next() - 1);
    const runNs = Math.round((fixedUs + perRowUs * requests.length) * factor * NS_PER_US);
    this.#batchCount++;
    this.#rowCount += requests.length;
    this.#events.plan(this.#nowNs + runNs, () => this.#finish(slot, requests, runNs));
  }

  drop(): void {
    assert(false, "nothing is dropped here");
  }

  setTimer(alarm: Alarm | null): void {
    const number = ++this.#alarmNumber;
    if (alarm !== null) {
      this.#events.plan(Math.max(alarm.atNs, this.#nowNs), () => {
        if (number === this.#alarmNumber) {
          this.#batcher.onTimer();
        }
      });
    }
  }

  #arrive(endNs: number, meanNs: number): void {
    this.#send();
    const nextNs = this.#nowNs + this.#random.exponential(meanNs);
    if (nextNs < endNs) {
      this.#events.plan(nextNs, () => this.#arrive(endNs, meanNs));
    }
  }

  #send(): void {
    const request = new InferenceRequest(this.#model, { send() {} }, this.#nowNs);
    request.queueStartNs = this.#nowNs;
    this.#batcher.enqueue(request);
  }

  #finish(slot: number, requests: readonly InferenceRequest[], runNs: number): void {
    for (const { queueStartNs } of requests) {
      this.latenciesNs[this.#phase]?.push(this.#nowNs - queueStartNs);
      this.#controller.onAnswer(queueStartNs, this.#nowNs);
    }
    if (this.#controller.onBatch(requests.length, runNs, this.#nowNs)) {
      this.#endWindow();
    }
    this.#batcher.onInstanceFree(slot);
    for (let answer = 0; this.#isClosed && answer < requests.length; answer++) {
      this.#send();
    }
  }

  #endWindow(): void {
    const { choice } = this.#controller;
    this.windows.push({
      ...choice,
      atS: this.#nowNs / NS_PER_S,
      phase: this.#phase,
      meanBatchSize: this.#rowCount / this.#batchCount,
    });
    this.#batchCount = 0;
    this.#rowCount = 0;
    if (this.#options.isControlled) {
      this.#batcher.setLimits(choice);
    }
  }
}

function createModel({ batchSizeMax }: SimulatedLoadOptions): ModelSpec {
  return modelSpec({
    batchSizeMax,
    dynamicBatching: {
      preferredBatchSizes: [batchSizeMax],
      queueDelayUsMax: 0,
      isOrderPreserved: false,
      priorityLevelCount: 0,
      priorityLevelDefault: 0,
      queuePolicyDefault: {
        timeoutAction: "REJECT",
        timeoutUsDefault: 0,
        isTimeoutOverrideAllowed: false,
        queueSizeMax: 0,
      },
      queuePolicies: new Map(),
      fairness: null,
      latencyTargetUs: null,
    },
  });
}
