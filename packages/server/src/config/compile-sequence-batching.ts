import {
  ModelSequenceBatching_Control_Kind as ControlKind,
  DataType,
  datatypeFromDataType,
  type ModelConfig,
  type ModelSequenceBatching,
  type ModelSequenceBatching_Control,
  type ModelSequenceBatching_StrategyOldest,
} from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type {
  BooleanControlSpec,
  CorrelationIdControlSpec,
  DirectStrategySpec,
  OldestStrategySpec,
  SequenceBatchingSpec,
} from "../model/sequence-batching-spec.ts";
import { NO_POLICY, numberFromUint64 } from "./compile-batching.ts";

/** The sequence batcher that a valid configuration asks for, or null if it asks for none. */
export function compileSequenceBatching(config: ModelConfig): SequenceBatchingSpec | null {
  const { schedulingChoice } = config;
  if (schedulingChoice.case !== "sequenceBatching") {
    return null;
  }
  const batching = schedulingChoice.value;
  const { strategyChoice } = batching;
  const candidateCount =
    strategyChoice.case === "oldest" ? strategyChoice.value.maxCandidateSequences : 0;
  return {
    slotCount: candidateCount > 0 ? candidateCount : Math.max(1, config.maxBatchSize),
    idleUsMax: numberFromUint64(batching.maxSequenceIdleMicroseconds),
    isIterative: batching.iterativeSequence,
    hasState: batching.state.length > 0,
    controls: {
      start: compileBoolean(batching, ControlKind.CONTROL_SEQUENCE_START),
      end: compileBoolean(batching, ControlKind.CONTROL_SEQUENCE_END),
      ready: compileBoolean(batching, ControlKind.CONTROL_SEQUENCE_READY),
      correlationId: compileCorrelationId(batching),
    },
    strategy:
      strategyChoice.case === "oldest"
        ? compileOldest(strategyChoice.value)
        : compileDirect(batching),
  };
}

/** The strategy of a configuration that names none, too. */
function compileDirect({ strategyChoice }: ModelSequenceBatching): DirectStrategySpec {
  const direct = strategyChoice.case === "direct" ? strategyChoice.value : null;
  return {
    kind: "direct",
    queueDelayUsMax: numberFromUint64(direct?.maxQueueDelayMicroseconds ?? 0n),
    slotUtilizationMin: direct?.minimumSlotUtilization ?? 0,
  };
}

function compileOldest(oldest: ModelSequenceBatching_StrategyOldest): OldestStrategySpec {
  return {
    kind: "oldest",
    batching: {
      preferredBatchSizes: [...new Set(oldest.preferredBatchSize)].sort((a, b) => a - b),
      queueDelayUsMax: numberFromUint64(oldest.maxQueueDelayMicroseconds),
      isOrderPreserved: oldest.preserveOrdering,
      priorityLevelCount: 0,
      priorityLevelDefault: 0,
      queuePolicyDefault: NO_POLICY,
      queuePolicies: new Map(),
      fairness: null,
      latencyTargetUs: null,
    },
  };
}

function findControl(
  batching: ModelSequenceBatching,
  kind: ControlKind,
): { readonly name: string; readonly control: ModelSequenceBatching_Control } | null {
  for (const { name, control: controls } of batching.controlInput) {
    const control = controls.find((candidate) => candidate.kind === kind);
    if (control !== undefined) {
      return { name, control };
    }
  }
  return null;
}

/** As validated: one kind of value is given, and two of it. */
function compileBoolean(
  batching: ModelSequenceBatching,
  kind: ControlKind,
): BooleanControlSpec | null {
  const found = findControl(batching, kind);
  if (found === null) {
    return null;
  }
  const { name, control } = found;
  const { int32FalseTrue, fp32FalseTrue, boolFalseTrue } = control;
  if (int32FalseTrue.length > 0) {
    const [falseBytes, trueBytes] = elementsOf(Int32Array.from(int32FalseTrue));
    return { name, datatype: "INT32", falseBytes, trueBytes };
  }
  if (fp32FalseTrue.length > 0) {
    const [falseBytes, trueBytes] = elementsOf(Float32Array.from(fp32FalseTrue));
    return { name, datatype: "FP32", falseBytes, trueBytes };
  }
  const [falseBytes, trueBytes] = elementsOf(Uint8Array.from(boolFalseTrue, Number));
  return { name, datatype: "BOOL", falseBytes, trueBytes };
}

/** The bytes of two elements, each in memory of its own. */
function elementsOf(values: Int32Array | Float32Array | Uint8Array): [Uint8Array, Uint8Array] {
  assert(values.length === 2, "a control has a value for false and one for true");
  const bytes = new Uint8Array(values.buffer);
  const { BYTES_PER_ELEMENT: size } = values;
  return [bytes.slice(0, size), bytes.slice(size)];
}

function compileCorrelationId(batching: ModelSequenceBatching): CorrelationIdControlSpec | null {
  const found = findControl(batching, ControlKind.CONTROL_SEQUENCE_CORRID);
  if (found === null) {
    return null;
  }
  const { name, control } = found;
  switch (control.dataType) {
    case DataType.TYPE_UINT64:
      return { name, datatype: "UINT64" };
    case DataType.TYPE_INT64:
      return { name, datatype: "INT64" };
    case DataType.TYPE_UINT32:
      return { name, datatype: "UINT32" };
    case DataType.TYPE_INT32:
      return { name, datatype: "INT32" };
    default:
      assert(datatypeFromDataType(control.dataType) === "BYTES", "a correlation id's data type");
      return { name, datatype: "BYTES" };
  }
}
