import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig } from "@nereid/protocol";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import { InferenceRequest } from "../../model/request.ts";
import type {
  CorrelationIdControlSpec,
  SequenceControlsSpec,
} from "../../model/sequence-batching-spec.ts";
import { SequenceControls } from "./sequence-controls.ts";

const flag = (name: string) =>
  ({ name, datatype: "INT32", falseBytes: Uint8Array.of(0), trueBytes: Uint8Array.of(1) }) as const;

const FLAGS: SequenceControlsSpec = {
  start: flag("START"),
  end: flag("END"),
  ready: flag("READY"),
  correlationId: null,
};

function requestOf(maxBatchSize = 4): InferenceRequest {
  const model = compileModelSpec(createModelConfig({ name: "m", maxBatchSize }), 1n, new Map());
  return new InferenceRequest(model, { send() {} }, 0);
}

function applied(request: InferenceRequest, spec: SequenceControlsSpec) {
  new SequenceControls(request.model, spec).apply(request);
  return request.overrideInputs?.map(({ name, bytes }) => [name, [...bytes]]);
}

const PLACES = [
  [true, false],
  [false, false],
  [false, true],
  [true, true],
] as const;

for (const [isStart, isEnd] of PLACES) {
  test(`controls of a request with START ${isStart} and END ${isEnd}`, () => {
    const request = requestOf();
    request.isSequenceStart = isStart;
    request.isSequenceEnd = isEnd;
    assert.deepEqual(applied(request, FLAGS), [
      ["START", [Number(isStart)]],
      ["END", [Number(isEnd)]],
      ["READY", [1]],
    ]);
  });
}

test("controls have a batch dimension if the model batches", () => {
  for (const [maxBatchSize, shape] of [
    [4, [1, 1]],
    [0, [1]],
  ] as const) {
    const request = requestOf(maxBatchSize);
    applied(request, FLAGS);
    assert.deepEqual(request.overrideInputs?.[0]?.shape, shape);
  }
});

const ID = 0x1_0000_0005n;
const CORRELATION_IDS: readonly (readonly [
  CorrelationIdControlSpec["datatype"],
  bigint | string,
  readonly number[],
])[] = [
  ["UINT64", ID, [5, 0, 0, 0, 1, 0, 0, 0]],
  ["INT64", 2n ** 64n - 1n, [255, 255, 255, 255, 255, 255, 255, 255]],
  ["UINT32", ID, [5, 0, 0, 0]],
  ["INT32", ID, [5, 0, 0, 0]],
  ["BYTES", "é1", [3, 0, 0, 0, 0xc3, 0xa9, 0x31]],
];

for (const [datatype, id, bytes] of CORRELATION_IDS) {
  test(`the correlation id as ${datatype}, and none for an empty row`, () => {
    const request = requestOf();
    request.correlationId = id;
    const spec = { ...FLAGS, correlationId: { name: "ID", datatype } };
    assert.deepEqual(applied(request, spec)?.at(-1), ["ID", bytes]);
    const empty = new SequenceControls(request.model, spec).nullRequest(request, 0);
    assert.deepEqual(
      empty.overrideInputs?.map((tensor) => tensor.bytes.every((byte) => byte === 0)),
      [true, true, true, true],
    );
  });
}

test("a model without controls gets none", () => {
  const none = { start: null, end: null, ready: null, correlationId: null };
  assert.equal(applied(requestOf(), none), undefined);
});

test("a null request has the other's inputs, and nobody who waits", () => {
  const request = requestOf();
  const empty = new SequenceControls(request.model, FLAGS).nullRequest(request, 7);
  assert.equal(empty.isNull, true);
  assert.equal(empty.inputs, request.inputs);
  assert.equal(empty.sequenceState, null);
  empty.respond(null, true);
});
