import {
  type BatchInput,
  BatchInput_Kind,
  type BatchOutput,
  DataType,
  type ModelConfig,
  type ModelQueuePolicy,
  ModelQueuePolicy_TimeoutAction,
} from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type {
  BatchInputKind,
  BatchInputSpec,
  BatchOutputSpec,
  DynamicBatchingSpec,
  QueuePolicy,
} from "../model/batching-spec.ts";
import { compileFairQueue } from "./compile-fair-queue.ts";
import { compileLatencyTarget } from "./compile-latency-target.ts";

/** What holds where no policy is configured: everybody waits, for as long as it takes. */
export const NO_POLICY: QueuePolicy = {
  timeoutAction: "REJECT",
  timeoutUsDefault: 0,
  isTimeoutOverrideAllowed: false,
  queueSizeMax: 0,
};

/**
 * The dynamic batcher that a valid configuration asks for, or null if it asks for none.
 *
 * @throws {TritonError} InvalidArg for a parameter of ours that is wrong, or that there is no dynamic batcher for
 */
export function compileDynamicBatching(config: ModelConfig): DynamicBatchingSpec | null {
  const { schedulingChoice } = config;
  const fairness = compileFairQueue(config);
  const latencyTargetUs = compileLatencyTarget(config);
  if (schedulingChoice.case !== "dynamicBatching") {
    return null;
  }
  const batching = schedulingChoice.value;
  const hasLevels = batching.priorityLevels > 0n;
  // Policies of levels count only where there are levels.
  const policies = hasLevels ? Object.entries(batching.priorityQueuePolicy) : [];
  return {
    preferredBatchSizes: [...new Set(batching.preferredBatchSize)].sort((a, b) => a - b),
    queueDelayUsMax: numberFromUint64(batching.maxQueueDelayMicroseconds),
    isOrderPreserved: batching.preserveOrdering,
    priorityLevelCount: numberFromUint64(batching.priorityLevels),
    priorityLevelDefault: hasLevels ? numberFromUint64(batching.defaultPriorityLevel) : 0,
    queuePolicyDefault: compilePolicy(batching.defaultQueuePolicy),
    queuePolicies: new Map(
      policies.map(([level, policy]) => [numberFromUint64(BigInt(level)), compilePolicy(policy)]),
    ),
    fairness,
    latencyTargetUs,
  };
}

function compilePolicy(policy: ModelQueuePolicy | undefined): QueuePolicy {
  if (policy === undefined) {
    return NO_POLICY;
  }
  return {
    timeoutAction:
      policy.timeoutAction === ModelQueuePolicy_TimeoutAction.DELAY ? "DELAY" : "REJECT",
    timeoutUsDefault: numberFromUint64(policy.defaultTimeoutMicroseconds),
    isTimeoutOverrideAllowed: policy.allowTimeoutOverride,
    queueSizeMax: policy.maxQueueSize,
  };
}

/** Times of 285 years and more are one to us. */
export function numberFromUint64(value: bigint): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

const BATCH_INPUT_KINDS: Readonly<Record<BatchInput_Kind, BatchInputKind>> = {
  [BatchInput_Kind.BATCH_ELEMENT_COUNT]: "ELEMENT_COUNT",
  [BatchInput_Kind.BATCH_ACCUMULATED_ELEMENT_COUNT]: "ACCUMULATED_ELEMENT_COUNT",
  [BatchInput_Kind.BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO]:
    "ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
  [BatchInput_Kind.BATCH_MAX_ELEMENT_COUNT_AS_SHAPE]: "MAX_ELEMENT_COUNT_AS_SHAPE",
  [BatchInput_Kind.BATCH_ITEM_SHAPE]: "ITEM_SHAPE",
  [BatchInput_Kind.BATCH_ITEM_SHAPE_FLATTEN]: "ITEM_SHAPE_FLATTEN",
};

/** An input made from the batch, as validated: a known kind, one source, one of two data types. */
export function compileBatchInput(input: BatchInput): BatchInputSpec {
  const [sourceInput] = input.sourceInput;
  const kind = BATCH_INPUT_KINDS[input.kind];
  assert(sourceInput !== undefined && kind !== undefined, "a batch input has a kind and a source");
  return {
    kind,
    targetNames: input.targetName,
    datatype: input.dataType === DataType.TYPE_FP32 ? "FP32" : "INT32",
    sourceInput,
  };
}

/** Outputs cut by an input's shapes, as validated: the one kind there is, one source. */
export function compileBatchOutput(output: BatchOutput): BatchOutputSpec {
  const [sourceInput] = output.sourceInput;
  assert(sourceInput !== undefined, "a batch output has a source");
  return { targetNames: output.targetName, sourceInput };
}
