import type { QueuePolicy } from "../../model/batching-spec.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { Tensor } from "../../model/tensor.ts";
import type { Random } from "./random.ts";
import { BUCKETS, FLOWS, type Scenario } from "./scenario.ts";

const NS_PER_US = 1000;

const NO_POLICY: QueuePolicy = {
  timeoutAction: "REJECT",
  timeoutUsDefault: 0,
  isTimeoutOverrideAllowed: false,
  queueSizeMax: 0,
};

/** A request and what a simulation knows of it, worked out without the scheduler's help. */
export class SimulatedRequest {
  readonly request: InferenceRequest;
  /** Its place among the accepted requests. */
  readonly order: number;
  readonly level: number;
  readonly policy: QueuePolicy;
  /** The value of the key of fairness; null without one. */
  readonly flow: string | null;
  /** What it is as wide as in a batch. */
  readonly bucket: number;
  /** Clock nanoseconds after which its policy acts; Infinity for never. */
  readonly deadlineNs: number;
  /** The number of the event in which it came. */
  readonly eventNumber: number;
  answerCount = 0;
  wasCancelled = false;

  constructor(request: InferenceRequest, order: number, eventNumber: number) {
    const batching = request.model.dynamicBatching;
    const levelCount = batching?.priorityLevelCount ?? 0;
    const isKnownLevel = request.priority >= 1 && request.priority <= levelCount;
    this.request = request;
    this.order = order;
    this.eventNumber = eventNumber;
    this.level = isKnownLevel ? request.priority : (batching?.priorityLevelDefault ?? 0);
    const flow = request.parameters?.get(batching?.fairness?.key ?? "");
    this.flow = flow === undefined ? null : String(flow);
    this.bucket = bucketOf(request);
    this.policy =
      batching?.queuePolicies.get(this.level) ?? batching?.queuePolicyDefault ?? NO_POLICY;
    const { timeoutUsDefault, isTimeoutOverrideAllowed } = this.policy;
    const isShortened = isTimeoutOverrideAllowed && request.timeoutUs !== 0;
    const timeoutUs = isShortened
      ? Math.min(request.timeoutUs, timeoutUsDefault)
      : timeoutUsDefault;
    this.deadlineNs =
      timeoutUs === 0 ? Number.POSITIVE_INFINITY : request.queueStartNs + timeoutUs * NS_PER_US;
  }
}

function bucketOf({ inputs, model }: InferenceRequest): number {
  const width = inputs[0]?.shape.at(-1) ?? 0;
  const bucket = BUCKETS.find((size) => size >= width) ?? width;
  return model.padding === null ? width : bucket;
}

/** Draws a request as the engine would hand it over. */
export function randomRequest(
  random: Random,
  scenario: Scenario,
  sender: ResponseSender,
  nowNs: number,
): InferenceRequest {
  const { model } = scenario;
  const request = new InferenceRequest(model, sender, nowNs);
  request.queueStartNs = nowNs;
  request.batchSize = model.batchSizeMax === 0 ? 1 : random.integer(1, scenario.rowCountMax);
  request.inputs = randomInputs(random, model, request.batchSize);
  const levelCount = model.dynamicBatching?.priorityLevelCount ?? 0;
  request.priority = random.isLikely(0.3) ? 0 : random.integer(1, levelCount + 1);
  request.timeoutUs = random.isLikely(0.3) ? random.integer(1, 2000) : 0;
  const fairness = model.dynamicBatching?.fairness ?? null;
  const flow = fairness === null ? null : random.pick(FLOWS);
  if (fairness !== null && flow !== null) {
    request.parameters = new Map([[fairness.key, flow]]);
  }
  return request;
}

function randomInputs(random: Random, model: ModelSpec, rowCount: number): Tensor[] {
  const tensors: Tensor[] = [];
  for (const { name, dims, isOptional } of model.inputs) {
    if (!isOptional || random.isLikely(0.5)) {
      const widthMax = model.padding === null ? 2 : 5;
      const width = dims[0] === -1 && random.isLikely(0.3) ? random.integer(1, widthMax) : 1;
      const shape = model.batchSizeMax === 0 ? [width] : [rowCount, width];
      tensors.push(new Tensor(name, "UINT8", shape, new Uint8Array(width * rowCount), null));
    }
  }
  return tensors;
}
