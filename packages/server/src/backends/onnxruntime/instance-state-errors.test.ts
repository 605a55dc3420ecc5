// Tests OnnxRuntimeInstance with implicit state where something goes wrong, and that nothing is left of it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accumulatorModel, delayModel, int64Tensor } from "@nereid/onnx-writer";
import { DataType } from "@nereid/protocol";
import type { SequenceState } from "../../model/sequence-state.ts";
import { executeBatch, type TestInput } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";
import {
  firstInts,
  ints,
  makeStep,
  runSteps,
  startSequence,
  statefulConfig,
  step,
  stepBatch,
  zeroState,
} from "./testing/sequences.ts";

const backend = createTestBackend();
const { buffers } = backend.runtime.resources;
after(() => backend.close());

test("a run that fails leaves the states as they were", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: accumulatorModel({ dims: [null], isBatched: true }),
    config: statefulConfig({
      dims: [-1],
      maxBatchSize: 2,
      state: { initialState: zeroState(DataType.TYPE_INT32, [2]) },
    }),
  });
  const [a, b] = [startSequence(model), startSequence(model)];
  const row = (...values: number[]) => ints(values, [1, values.length]);
  assert.deepEqual(await step(model, a, row(1, 2)), [1, 2]);
  for (const steps of [
    [{ state: a, input: row(1, 2, 3) }],
    [
      { state: a, input: row(1, 2, 3) },
      { state: b, input: row(1, 2, 3) },
    ],
  ]) {
    for (const answer of await runSteps(model, steps)) {
      assert.ok(typeof answer === "string");
      assert.match(answer, /^onnx runtime error/);
    }
  }
  assert.deepEqual(await step(model, a, row(1, 2)), [2, 4]);
  assert.deepEqual(await step(model, b, row(5, 5)), [5, 5]);
  a.release();
  b.release();
  assert.equal(model.states.valueCount, 0);
  assert.equal(buffers.leasedCount, 0);
});

test("what the model does not have, or has otherwise, fails with its runs and changes nothing", async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ inputName: "NOPE" }, /^Failed to retrieve the ONNX input tensor info from 'NOPE'\.$/],
    [{ outputName: "NOPE" }, /^onnx runtime error 2: Invalid output name: NOPE$/],
    [{ dataType: DataType.TYPE_FP32 }, /^onnx runtime error 2: Unexpected input data type/],
    [{ dims: [2n] }, /^onnx runtime error 2: Got invalid dimensions for input: STATE_IN/],
  ];
  for (const [state, message] of cases) {
    await using model = await LoadedModel.load(backend, {
      onnx: accumulatorModel(),
      config: statefulConfig({ state }),
    });
    const sequence = startSequence(model);
    for (let round = 0; round < 2; round++) {
      const [answer] = await runSteps(model, [{ state: sequence, input: ints([1]) }]);
      assert.ok(typeof answer === "string");
      assert.match(answer, message);
    }
    sequence.release();
    assert.equal(model.states.valueCount, 0);
  }
});

test("a sequence whose strings are broken fails alone and keeps its state", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: delayModel({ elementType: "STRING", isBatched: true }),
    config: statefulConfig({ datatype: "BYTES", maxBatchSize: 2 }),
  });
  const [a, b] = [startSequence(model), startSequence(model)];
  const good = (text: string): TestInput => ({ shape: [1, 1], data: [text] });
  const broken: TestInput = { shape: [1, 1], data: Uint8Array.of(9, 0, 0, 0, 1) };
  const texts = async (...inputs: (readonly [SequenceState, TestInput])[]) => {
    const outputs = await runSteps(
      model,
      inputs.map(([state, input]) => ({ state, input })),
    );
    return outputs.map((each) =>
      Array.isArray(each) ? Buffer.from(each[0]!.bytes.subarray(4)).toString() : "failed",
    );
  };
  assert.deepEqual(await texts([a, good("a")], [b, good("b")]), ["", ""]);
  assert.deepEqual(await texts([a, broken], [b, good("bb")]), ["failed", "b"]);
  assert.deepEqual(await texts([a, good("")], [b, good("")]), ["a", "bb"]);
  a.release();
  b.release();
});

test("a model that gives too few rows of a state fails those that get none, with the real server's words", async () => {
  // STATE_OUT is the sum over all rows: one row for the batch.
  const { graph } = accumulatorModel({ isBatched: true });
  const summed = {
    graph: {
      ...graph,
      nodes: [
        { opType: "Add", inputs: ["STATE_IN", "INPUT0"], outputs: ["OUTPUT0"] },
        {
          opType: "ReduceSum",
          inputs: ["OUTPUT0", "axis"],
          outputs: ["STATE_OUT"],
          attributes: { keepdims: { int: 1 } },
        },
      ],
      initializers: { axis: int64Tensor([0]) },
    },
  };
  await using model = await LoadedModel.load(backend, {
    onnx: summed,
    config: statefulConfig({ maxBatchSize: 2 }),
  });
  const [a, b] = [startSequence(model), startSequence(model)];
  assert.deepEqual(await stepBatch(model, [[b, 7]]), [[7]]);
  assert.deepEqual(
    await stepBatch(model, [
      [a, 1],
      [b, 2],
    ]),
    [
      [1],
      "[request id: <id_unknown>] failed to split the output state tensor 'STATE_OUT' in responses: expected batch size of " +
        "at least 2 in model output, got 1",
    ],
  );
  assert.deepEqual(await stepBatch(model, [[a, 0]]), [[10]]);
  assert.deepEqual(await stepBatch(model, [[b, 0]]), [[7]]);
  a.release();
  b.release();
});

test("a request outside of any sequence, as warm-ups are, starts from the beginning and leaves nothing", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: accumulatorModel(),
    config: statefulConfig(),
  });
  for (let round = 0; round < 2; round++) {
    const [outputs] = await runSteps(model, [{ state: null, input: ints([3]) }]);
    assert.deepEqual(firstInts(outputs), [3]);
  }
  assert.equal(model.states.valueCount, 0);
});

test("100,000 sequences leave nothing behind", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: accumulatorModel({ isBatched: true }),
    config: statefulConfig({ maxBatchSize: 8 }),
    parameters: { NEREID_EXECUTION_MODE: "inline" },
  });
  const batchCount = 100_000 / 8;
  for (let batch = 0; batch < batchCount; batch++) {
    const states = Array.from({ length: 8 }, () => startSequence(model));
    const input = ints([1], [1, 1]);
    const requests = states.map((state) => makeStep(model, { state, input }));
    for (const response of await executeBatch(model.instance, requests).responses) {
      response.release();
    }
    assert.equal(model.states.valueCount, 8);
    for (const state of states) {
      state.release();
    }
  }
  assert.equal(model.states.valueCount, 0);
  assert.equal(model.states.sequenceCount, 0);
  assert.equal(buffers.leasedCount, 0);
});
