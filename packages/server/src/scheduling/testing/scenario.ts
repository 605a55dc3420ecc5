import type { DynamicBatchingSpec, FairQueueSpec, QueuePolicy } from "../../model/batching-spec.ts";
import type { InputSpec, ModelSpec } from "../../model/model-spec.ts";
import type { PaddingSpec } from "../../model/padding-spec.ts";
import { modelSpec } from "../../model/testing/model-spec.ts";
import type { Random } from "./random.ts";

/** What one simulation does: the model, its instances and its clients. All times in nanoseconds unless named otherwise. */
export interface Scenario {
  readonly model: ModelSpec;
  readonly slotCount: number;
  /** Batches that a busy instance takes in beyond the one it runs, where the scheduler gives it any. */
  readonly lookahead: number;
  /** How long an instance waits for its turn to run, as with a rate limiter; 0: no turns. */
  readonly turnMeanNs: number;
  readonly queueSizeMax: number;
  readonly requestCount: number;
  readonly arrivalMeanNs: number;
  /** Requests that are received in one turn of the event loop, at most. */
  readonly turnRequestCountMax: number;
  readonly rowCountMax: number;
  readonly runMeanNs: number;
  /** Of the batches, those that end before `run` returns. */
  readonly inlineShare: number;
  readonly failureShare: number;
  readonly cancellationShare: number;
  /** Of the answers, those whose receiver sends another request, or cancels one, from inside. */
  readonly reentrantShare: number;
  /** Of the answers, those whose client sends its next request, and how much later. */
  readonly returnShare: number;
  readonly returnMeanNs: number;
  /** How much later than asked timers may call. */
  readonly preciseLatenessNs: number;
  readonly coarseLatenessNs: number;
}

const NS_PER_US = 1000;

/** The flows of simulated requests: those with weights, one without, and requests that belong to none. */
export const FLOWS = ["gold", "silver", "other", null] as const;

/** Sizes to which simulated requests are padded. */
export const BUCKETS = [2, 4] as const;

const PADDING: PaddingSpec = {
  inputs: new Map([
    [
      "A",
      {
        name: "A",
        datatype: "UINT8",
        rules: [{ kind: "list", sizes: BUCKETS }],
        value: Uint8Array.of(0),
      },
    ],
  ]),
  masks: [],
  outputs: [],
};

const FAIRNESS: FairQueueSpec = {
  key: "flow",
  weights: new Map([
    ["gold", 4],
    ["silver", 2],
  ]),
  weightDefault: 1,
};

function randomPolicy(random: Random, mayDelay: boolean): QueuePolicy {
  return {
    timeoutAction: mayDelay && random.isLikely(0.4) ? "DELAY" : "REJECT",
    timeoutUsDefault: random.isLikely(0.5) ? random.integer(1, 3000) : 0,
    isTimeoutOverrideAllowed: random.isLikely(0.3),
    queueSizeMax: random.isLikely(0.3) ? random.integer(1, 12) : 0,
  };
}

function randomBatching(random: Random, batchSizeMax: number): DynamicBatchingSpec {
  const isOrderPreserved = random.isLikely(0.25);
  const priorityLevelCount =
    isOrderPreserved || random.isLikely(0.5) ? random.integer(0, 1) : random.integer(2, 5);
  const hasPolicies = random.isLikely(0.6);
  const policies = new Map<number, QueuePolicy>();
  for (let level = 1; hasPolicies && level <= priorityLevelCount; level++) {
    if (random.isLikely(0.5)) {
      policies.set(level, randomPolicy(random, !isOrderPreserved));
    }
  }
  const preferred = new Set<number>();
  for (let count = random.integer(0, 3); count > 0 && batchSizeMax > 0; count--) {
    preferred.add(random.integer(1, batchSizeMax));
  }
  if (preferred.size === 0 && batchSizeMax > 0) {
    preferred.add(batchSizeMax);
  }
  return {
    preferredBatchSizes: [...preferred].sort((left, right) => left - right),
    queueDelayUsMax: random.isLikely(0.4) ? 0 : random.integer(1, 2000),
    isOrderPreserved,
    priorityLevelCount,
    priorityLevelDefault: priorityLevelCount === 0 ? 0 : random.integer(1, priorityLevelCount),
    queuePolicyDefault: hasPolicies
      ? randomPolicy(random, !isOrderPreserved)
      : {
          timeoutAction: "REJECT",
          timeoutUsDefault: 0,
          isTimeoutOverrideAllowed: false,
          queueSizeMax: 0,
        },
    queuePolicies: policies,
    fairness: isOrderPreserved || random.isLikely(0.7) ? null : FAIRNESS,
    latencyTargetUs: random.isLikely(0.2) ? 1000 : null,
  };
}

/** The inputs of simulated models: A is always given, B only where it is optional and the client wants it. */
function randomInputs(random: Random): InputSpec[] {
  const isVariable = random.isLikely(0.4);
  const input = {
    datatype: "UINT8",
    dims: [isVariable ? -1 : 1],
    fullShape: [],
    reshape: null,
    isRaggedBatchAllowed: isVariable && random.isLikely(0.3),
    isShapeTensor: false,
  } as const;
  const inputs: InputSpec[] = [{ ...input, name: "A", isOptional: false }];
  if (random.isLikely(0.2)) {
    inputs.push({ ...input, name: "B", dims: [1], isOptional: true });
  }
  return inputs;
}

/** Draws a scenario. */
export function randomScenario(random: Random): Scenario {
  const batchSizeMax = random.isLikely(0.1) ? 0 : random.integer(1, 16);
  const inputs = randomInputs(random);
  const isExact = random.isLikely(0.5);
  const [first] = inputs;
  const isVariable = first?.dims[0] === -1 && !first.isRaggedBatchAllowed;
  const isPadded = batchSizeMax > 0 && isVariable && random.isLikely(0.5);
  const runMeanNs = random.pick([5, 100, 1000]) * NS_PER_US;
  const hasReturns = random.isLikely(0.25);
  return {
    model: modelSpec({
      batchSizeMax,
      inputs,
      dynamicBatching: random.isLikely(0.15) ? null : randomBatching(random, batchSizeMax),
      padding: isPadded ? PADDING : null,
    }),
    slotCount: hasReturns ? 1 : random.integer(1, 4),
    lookahead: random.pick([0, 1, 3]),
    turnMeanNs: random.isLikely(0.7) ? 0 : runMeanNs * random.pick([0.1, 1, 10]),
    queueSizeMax: random.pick([4, 16, 1000]),
    // Whether they return is found out over many runs.
    requestCount: hasReturns ? random.integer(200, 400) : random.integer(20, 160),
    // From far too many to now and then.
    arrivalMeanNs: runMeanNs * random.pick([0.02, 0.2, 1, 5]),
    turnRequestCountMax: random.pick([1, 4]),
    rowCountMax: Math.max(1, random.integer(1, Math.max(1, batchSizeMax))),
    runMeanNs,
    inlineShare: random.pick([0, 0.3, 1]),
    failureShare: random.pick([0, 0.1, 1]),
    cancellationShare: random.pick([0, 0.1, 0.5]),
    reentrantShare: random.pick([0, 0.2]),
    returnShare: hasReturns ? 0.9 : 0,
    returnMeanNs: random.pick([20, 200]) * NS_PER_US,
    preciseLatenessNs: isExact ? 0 : 300 * NS_PER_US,
    coarseLatenessNs: isExact ? 0 : 2000 * NS_PER_US,
  };
}
