import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createModelConfig,
  DataType,
  ModelSequenceBatching_Control_Kind as Kind,
} from "@nereid/protocol";
import type { SequenceBatchingSpec } from "../model/sequence-batching-spec.ts";
import { compileSequenceBatching } from "./compile-sequence-batching.ts";

type Options = NonNullable<Parameters<typeof createModelConfig>[0]>;
type Value = Extract<Options["schedulingChoice"], { case: "sequenceBatching" }>["value"];

function compile(value: Value, maxBatchSize = 4): SequenceBatchingSpec {
  const config = createModelConfig({
    name: "m",
    maxBatchSize,
    schedulingChoice: { case: "sequenceBatching", value },
  });
  const spec = compileSequenceBatching(config);
  assert.ok(spec !== null);
  return spec;
}

test("a model without sequence_batching has none", () => {
  assert.equal(compileSequenceBatching(createModelConfig({ name: "m" })), null);
});

test("no strategy is the direct one, without delay, with a slot a row", () => {
  const spec = compile({ maxSequenceIdleMicroseconds: 7n });
  assert.deepEqual(spec, {
    slotCount: 4,
    idleUsMax: 7,
    isIterative: false,
    hasState: false,
    controls: { start: null, end: null, ready: null, correlationId: null },
    strategy: { kind: "direct", queueDelayUsMax: 0, slotUtilizationMin: 0 },
  });
  assert.equal(compile({}, 0).slotCount, 1);
});

test("the direct strategy has its delay and utilization", () => {
  const value = { maxQueueDelayMicroseconds: 9n, minimumSlotUtilization: 0.5 };
  assert.deepEqual(compile({ strategyChoice: { case: "direct", value } }).strategy, {
    kind: "direct",
    queueDelayUsMax: 9,
    slotUtilizationMin: 0.5,
  });
});

test("the oldest strategy has its candidates, or a slot a row", () => {
  const value = {
    maxCandidateSequences: 32,
    preferredBatchSize: [4, 2, 4],
    maxQueueDelayMicroseconds: 9n,
    preserveOrdering: true,
  };
  const spec = compile({ strategyChoice: { case: "oldest", value } });
  assert.equal(spec.slotCount, 32);
  assert.ok(spec.strategy.kind === "oldest");
  assert.deepEqual(spec.strategy.batching.preferredBatchSizes, [2, 4]);
  assert.equal(spec.strategy.batching.queueDelayUsMax, 9);
  assert.equal(spec.strategy.batching.isOrderPreserved, true);
  assert.equal(compile({ strategyChoice: { case: "oldest", value: {} } }).slotCount, 4);
});

test("iterative sequences and implicit state are noticed", () => {
  const spec = compile({ iterativeSequence: true, state: [{ inputName: "i", outputName: "o" }] });
  assert.equal(spec.isIterative, true);
  assert.equal(spec.hasState, true);
});

test("boolean controls hold the bytes of their two values", () => {
  const { controls } = compile({
    controlInput: [
      { name: "START", control: [{ kind: Kind.CONTROL_SEQUENCE_START, int32FalseTrue: [3, -1] }] },
      { name: "END", control: [{ kind: Kind.CONTROL_SEQUENCE_END, fp32FalseTrue: [0, 1.5] }] },
      {
        name: "READY",
        control: [{ kind: Kind.CONTROL_SEQUENCE_READY, boolFalseTrue: [false, true] }],
      },
    ],
  });
  assert.deepEqual(controls.start, {
    name: "START",
    datatype: "INT32",
    falseBytes: Uint8Array.of(3, 0, 0, 0),
    trueBytes: Uint8Array.of(255, 255, 255, 255),
  });
  assert.deepEqual(controls.end, {
    name: "END",
    datatype: "FP32",
    falseBytes: Uint8Array.of(0, 0, 0, 0),
    trueBytes: Uint8Array.of(0, 0, 0xc0, 0x3f),
  });
  assert.deepEqual(controls.ready, {
    name: "READY",
    datatype: "BOOL",
    falseBytes: Uint8Array.of(0),
    trueBytes: Uint8Array.of(1),
  });
});

const TYPES = [
  [DataType.TYPE_UINT64, "UINT64"],
  [DataType.TYPE_INT64, "INT64"],
  [DataType.TYPE_UINT32, "UINT32"],
  [DataType.TYPE_INT32, "INT32"],
  [DataType.TYPE_STRING, "BYTES"],
] as const;

for (const [dataType, datatype] of TYPES) {
  test(`a correlation id may be ${datatype}`, () => {
    const control = [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType }];
    const { controls } = compile({ controlInput: [{ name: "ID", control }] });
    assert.deepEqual(controls.correlationId, { name: "ID", datatype });
  });
}
