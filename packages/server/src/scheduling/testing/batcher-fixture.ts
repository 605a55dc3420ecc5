import assert from "node:assert/strict";
import type { TritonError } from "@nereid/protocol";
import type { DynamicBatchingSpec, QueuePolicy } from "../../model/batching-spec.ts";
import type { InputSpec, ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { modelSpec } from "../../model/testing/model-spec.ts";
import { DynamicBatcher } from "../dynamic-batcher.ts";
import type { Alarm, SchedulerActions } from "../scheduler.ts";
import type { SlotTurns } from "../slot-turns.ts";

const US = 1000;

export const NO_POLICY: QueuePolicy = {
  timeoutAction: "REJECT",
  timeoutUsDefault: 0,
  isTimeoutOverrideAllowed: false,
  queueSizeMax: 0,
};

/** What a test says of its batcher; the preferred size is the maximum, 4, and there is one instance unless stated. */
export interface BatcherOptions extends Partial<DynamicBatchingSpec> {
  readonly batchSizeMax?: number;
  readonly slotCount?: number;
  readonly queueSizeMax?: number;
  readonly turns?: SlotTurns<number>;
  readonly input?: Partial<InputSpec>;
  readonly hasOptional?: boolean;
}

export interface RequestOptions {
  readonly rows?: number;
  readonly width?: number;
  readonly priority?: number;
  readonly timeoutUs?: number;
  readonly hasOptional?: boolean;
}

/** A model of input A [width] (and optional B) with a dynamic batcher. */
export function batchingModel(options: BatcherOptions): ModelSpec {
  const batchSizeMax = options.batchSizeMax ?? 4;
  const input: InputSpec = {
    name: "A",
    datatype: "UINT8",
    dims: [1],
    fullShape: [-1, 1],
    reshape: null,
    isOptional: false,
    isRaggedBatchAllowed: false,
    isShapeTensor: false,
    ...options.input,
  };
  const inputs = options.hasOptional
    ? [input, { ...input, name: "B", dims: [1], isOptional: true }]
    : [input];
  return modelSpec({
    batchSizeMax,
    inputs,
    dynamicBatching: {
      preferredBatchSizes: batchSizeMax === 0 ? [] : [batchSizeMax],
      queueDelayUsMax: 0,
      isOrderPreserved: false,
      priorityLevelCount: 0,
      priorityLevelDefault: 0,
      queuePolicyDefault: NO_POLICY,
      queuePolicies: new Map(),
      fairness: null,
      latencyTargetUs: null,
      ...options,
    },
  });
}

/** A batcher with instances that a test finishes by hand, and a clock that it winds. Requests are known by their ids. */
export class BatcherFixture implements SchedulerActions<number> {
  readonly model: ModelSpec;
  readonly batcher: DynamicBatcher<number>;
  /** Ids of what has been run, a list a batch. */
  readonly batches: string[][] = [];
  readonly dropped: string[] = [];
  readonly running = new Map<number, readonly InferenceRequest[]>();
  alarm: Alarm | null = null;
  nowNs = 0;
  /** Whether batches end before `run` returns. */
  isInline = false;
  #nextId = 1;

  constructor(options: BatcherOptions = {}) {
    this.model = batchingModel(options);
    const batching = this.model.dynamicBatching;
    assert.ok(batching !== null);
    this.batcher = new DynamicBatcher({
      model: this.model,
      batching,
      slots: Array.from({ length: options.slotCount ?? 1 }, (_, slot) => slot),
      turns: options.turns ?? null,
      actions: this,
      clock: { nowNs: () => this.nowNs },
      ...(options.queueSizeMax === undefined ? {} : { queueSizeMax: options.queueSizeMax }),
    });
  }

  /** Sends a request whose id is the next number. */
  send(options: RequestOptions = {}): InferenceRequest {
    const { rows = 1, width = 1 } = options;
    const request = new InferenceRequest(this.model, { send() {} }, this.nowNs);
    request.id = String(this.#nextId++);
    request.batchSize = rows;
    request.queueStartNs = this.nowNs;
    request.priority = options.priority ?? 0;
    request.timeoutUs = options.timeoutUs ?? 0;
    const shape = this.model.batchSizeMax === 0 ? [width] : [rows, width];
    const bytes = new Uint8Array(rows * width);
    request.inputs = [new Tensor("A", "UINT8", shape, bytes, null)];
    if (options.hasOptional) {
      request.inputs.push(new Tensor("B", "UINT8", shape, bytes, null));
    }
    this.batcher.enqueue(request);
    return request;
  }

  /** Ends what an instance runs. */
  finish(slot = 0): void {
    const requests = this.running.get(slot);
    assert.ok(requests !== undefined, `instance ${slot} runs something`);
    this.running.delete(slot);
    this.batcher.onInstanceFree(slot);
    for (const request of requests) {
      request.respond(InferenceResponse.ok([]), true);
    }
  }

  /** Lets time pass, and the alarm ring if it is due. */
  wait(us: number): void {
    this.nowNs += us * US;
    if (this.alarm !== null && this.alarm.atNs <= this.nowNs) {
      this.alarm = null;
      this.batcher.onTimer();
    }
  }

  run(slot: number, requests: readonly InferenceRequest[]): void {
    assert.ok(!this.running.has(slot));
    this.running.set(slot, requests);
    this.batches.push(requests.map(({ id }) => id));
    if (this.isInline) {
      this.finish(slot);
    }
  }

  drop(request: InferenceRequest, error: TritonError, reason: string): void {
    this.dropped.push(`${request.id}: ${reason} ${error.message}`.trimEnd());
    request.respond(InferenceResponse.failed(error), true);
  }

  setTimer(alarm: Alarm | null): void {
    this.alarm = alarm;
  }
}
