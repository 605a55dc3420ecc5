import type { ModelSpec } from "../../model/model-spec.ts";
import type {
  BooleanControlSpec,
  SequenceBatchingSpec,
} from "../../model/sequence-batching-spec.ts";
import { modelSpec } from "../../model/testing/model-spec.ts";
import type { Random } from "./random.ts";

/** What one simulation of sequences does: the model, its instances and its clients. Times in nanoseconds unless named otherwise. */
export interface SequenceScenario {
  readonly model: ModelSpec;
  readonly batching: SequenceBatchingSpec;
  readonly instanceCount: number;
  readonly queueSizeMax: number;
  readonly requestCount: number;
  readonly arrivalMeanNs: number;
  readonly runMeanNs: number;
  /** Correlation ids that clients use: few, so that they meet. */
  readonly idCount: number;
  /** Of the requests of a sequence that has begun: those that end it, those that begin it anew. */
  readonly endShare: number;
  readonly restartShare: number;
  readonly timeoutShare: number;
  readonly inlineShare: number;
  readonly failureShare: number;
  readonly cancellationShare: number;
  /** Of the answers, those whose receiver sends another request, or cancels one, from inside. */
  readonly reentrantShare: number;
  /** Of an iterative model's runs, those after which the request goes on. */
  readonly rescheduleShare: number;
  readonly latenessNs: number;
}

const NS_PER_US = 1000;

function flag(name: string): BooleanControlSpec {
  return { name, datatype: "BOOL", falseBytes: Uint8Array.of(0), trueBytes: Uint8Array.of(1) };
}

function randomStrategy(random: Random, batchSizeMax: number): SequenceBatchingSpec["strategy"] {
  const queueDelayUsMax = random.isLikely(0.5) ? 0 : random.integer(1, 2000);
  if (random.isLikely(0.5)) {
    const slotUtilizationMin = random.pick([0, 0.3, 0.5, 1]);
    return { kind: "direct", queueDelayUsMax, slotUtilizationMin };
  }
  return {
    kind: "oldest",
    batching: {
      preferredBatchSizes: batchSizeMax === 0 ? [] : [random.integer(1, batchSizeMax)],
      queueDelayUsMax,
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
  };
}

function randomBatching(random: Random, batchSizeMax: number): SequenceBatchingSpec {
  const strategy = randomStrategy(random, batchSizeMax);
  const slotCount = strategy.kind === "oldest" ? random.integer(1, 6) : Math.max(1, batchSizeMax);
  return {
    slotCount,
    idleUsMax: random.pick([5000, 50_000]),
    isIterative: random.isLikely(0.2),
    hasState: true,
    controls: {
      start: flag("START"),
      end: flag("END"),
      ready: flag("READY"),
      correlationId: { name: "ID", datatype: "UINT64" },
    },
    strategy,
  };
}

/** Draws a scenario. */
export function randomSequenceScenario(random: Random): SequenceScenario {
  const batchSizeMax = random.integer(0, 5);
  const batching = randomBatching(random, batchSizeMax);
  const input = {
    name: "A",
    datatype: "UINT8",
    dims: [random.isLikely(0.4) ? -1 : 1],
    fullShape: [],
    reshape: null,
    isOptional: false,
    isRaggedBatchAllowed: false,
    isShapeTensor: false,
  } as const;
  const runMeanNs = random.pick([5, 100, 1000]) * NS_PER_US;
  const instanceCount = random.integer(1, 3);
  return {
    model: modelSpec({
      batchSizeMax,
      inputs: [input],
      sequenceBatching: batching,
    }),
    batching,
    instanceCount,
    queueSizeMax: random.pick([8, 1000, 1000]),
    requestCount: random.integer(20, 160),
    arrivalMeanNs: runMeanNs * random.pick([0.05, 0.5, 2, 10]),
    runMeanNs,
    idCount: random.integer(1, 3 * instanceCount * batching.slotCount),
    endShare: random.pick([0, 0.2, 0.5]),
    restartShare: random.pick([0, 0, 0.1]),
    timeoutShare: random.pick([0, 0, 0.2]),
    inlineShare: random.pick([0, 0.3, 1]),
    failureShare: random.pick([0, 0.1, 1]),
    cancellationShare: random.pick([0, 0, 0.1, 0.4]),
    reentrantShare: random.pick([0, 0.2]),
    rescheduleShare: random.pick([0, 0.5, 0.9]),
    latenessNs: random.pick([0, 300 * NS_PER_US]),
  };
}
