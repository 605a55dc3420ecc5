// Tests OnnxRuntimeInstance with implicit state: what sequences hand on from request to request.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accumulatorModel, delayModel, historyModel } from "@nereid/onnx-writer";
import { DataType, type Datatype, encodeBytesTensor } from "@nereid/protocol";
import type { SequenceState } from "../../model/sequence-state.ts";
import { patternBytes } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";
import {
  firstInts,
  ints,
  runSteps,
  startSequence,
  statefulConfig,
  step,
  stepBatch,
  zeroState,
} from "./testing/sequences.ts";

const backend = createTestBackend();
const { buffers, copies } = backend.runtime.resources;
after(() => backend.close());

for (const mode of ["inline", "thread"]) {
  const parameters = { NEREID_EXECUTION_MODE: mode };

  test(`a sequence's requests hand a sum on, another sequence's have their own (${mode})`, async () => {
    const onnx = accumulatorModel();
    await using model = await LoadedModel.load(backend, {
      onnx,
      config: statefulConfig({ state: { initialState: zeroState(DataType.TYPE_INT32) } }),
      parameters,
    });
    const [left, right] = [startSequence(model), startSequence(model)];
    assert.deepEqual(await step(model, left, ints([1])), [1]);
    assert.deepEqual(await step(model, right, ints([100])), [100]);
    assert.deepEqual(await step(model, left, ints([2])), [3]);
    assert.deepEqual(await step(model, right, ints([10])), [110]);
    assert.deepEqual(await step(model, left, ints([3])), [6]);
    left.release();
    right.release();
    assert.equal(model.states.valueCount, 0);
  });

  for (const width of [1, 2000]) {
    test(`any mix of sequences runs together, with null requests (${mode}, ${width} wide)`, async () => {
      const dims = [width];
      await using model = await LoadedModel.load(backend, {
        onnx: accumulatorModel({ dims, isBatched: true }),
        config: statefulConfig({ maxBatchSize: 4, dims }),
        parameters,
      });
      const [a, b, c] = [startSequence(model), startSequence(model), startSequence(model)];
      const run = async (steps: readonly (readonly [SequenceState | null, number])[]) => {
        const outputs = await runSteps(
          model,
          steps.map(([state, value]) => ({
            state,
            input: ints(new Array<number>(width).fill(value), [1, width]),
            isNull: state === null,
          })),
        );
        return outputs.map((each) => {
          const values = firstInts(each);
          return Array.isArray(values) && values.every((value) => value === values[0])
            ? values[0]
            : values;
        });
      };
      assert.deepEqual(await run([[a, 1]]), [1]);
      assert.deepEqual(
        await run([
          [a, 1],
          [null, 5],
          [b, 10],
        ]),
        [2, null, 10],
      );
      assert.deepEqual(
        await run([
          [c, 100],
          [b, 10],
          [a, 1],
        ]),
        [100, 20, 3],
      );
      assert.deepEqual(
        await run([
          [null, 7],
          [c, 100],
        ]),
        [null, 200],
      );
      assert.deepEqual(await run([[b, 10]]), [30]);
      assert.deepEqual(
        await run([
          [b, 10],
          [c, 100],
        ]),
        [40, 300],
      );
      for (const state of [a, b, c]) {
        state.release();
      }
      assert.equal(model.states.valueCount, 0);
      assert.equal(model.states.sequenceCount, 0);
      assert.equal(buffers.leasedCount, 0);
    });
  }
}

test("a sequence alone costs no copy of its state, several one each way", async () => {
  const width = 5000;
  await using model = await LoadedModel.load(backend, {
    onnx: delayModel({ dims: [width], isBatched: true }),
    config: statefulConfig({ maxBatchSize: 2, dims: [width] }),
  });
  const [a, b] = [startSequence(model), startSequence(model)];
  const input = ints(new Array<number>(width).fill(7), [1, width]);
  for (const state of [a, b]) {
    for (let round = 0; round < 4; round++) {
      const before = { inputBytes: copies.inputBytes, outputBytes: copies.outputBytes };
      await runSteps(model, [{ state, input }]);
      assert.equal(copies.inputBytes, before.inputBytes);
      // The first runs may copy OUTPUT0, whose size is being learnt.
      assert.ok(copies.outputBytes - before.outputBytes <= 4 * width);
    }
  }
  const before = { inputBytes: copies.inputBytes, outputBytes: copies.outputBytes };
  await runSteps(
    model,
    [a, b].map((state) => ({ state, input })),
  );
  // Two rows of INPUT0 and of the state are put together; two rows of the state go back.
  assert.equal(copies.inputBytes - before.inputBytes, 4 * 4 * width);
  const rowBytes = 4 * width;
  const stateBytes = copies.outputBytes - before.outputBytes;
  assert.ok(stateBytes >= 2 * rowBytes && stateBytes <= 4 * rowBytes);
  a.release();
  b.release();
});

test("an initial state comes from a file, of which more is left out", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: accumulatorModel({ dims: [2] }),
    config: statefulConfig({
      dims: [2],
      state: {
        initialState: [
          {
            name: "start",
            dataType: DataType.TYPE_INT32,
            dims: [2n],
            stateData: { case: "dataFile", value: "start" },
          },
        ],
      },
    }),
    initialStates: { start: new Uint8Array(Int32Array.of(100, 200, 300).buffer) },
  });
  for (let sequence = 0; sequence < 2; sequence++) {
    const state = startSequence(model);
    assert.deepEqual(await step(model, state, ints([1, 2])), [101, 202]);
    assert.deepEqual(await step(model, state, ints([1, 2])), [102, 204]);
    state.release();
  }
});

test("strings are handed on, alone and together, NULs included", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: delayModel({ elementType: "STRING", dims: [2], isBatched: true }),
    config: statefulConfig({
      datatype: "BYTES",
      dims: [2],
      maxBatchSize: 3,
      state: {
        initialState: [
          {
            name: "start",
            dataType: DataType.TYPE_STRING,
            dims: [2n],
            stateData: { case: "dataFile", value: "start" },
          },
        ],
      },
    }),
    initialStates: { start: encodeBytesTensor(["first", ""]) },
  });
  const run = async (steps: readonly (readonly [SequenceState | null, readonly string[]])[]) => {
    const outputs = await runSteps(
      model,
      steps.map(([state, data]) => ({
        state,
        input: { shape: [1, 2], data },
        isNull: state === null,
      })),
    );
    return outputs.map((each) => (Array.isArray(each) ? Buffer.from(each[0]!.bytes) : each));
  };
  const packed = (...texts: string[]) => Buffer.from(encodeBytesTensor(texts));
  const [a, b] = [startSequence(model), startSequence(model)];
  assert.deepEqual(await run([[a, ["x\0y", "z"]]]), [packed("first", "")]);
  assert.deepEqual(
    await run([
      [b, ["b", "bb"]],
      [null, ["n", "n"]],
      [a, ["", "a\0"]],
    ]),
    [packed("first", ""), null, packed("x\0y", "z")],
  );
  assert.deepEqual(
    await run([
      [a, ["", ""]],
      [b, ["", ""]],
    ]),
    [packed("", "a\0"), packed("b", "bb")],
  );
  a.release();
  b.release();
  assert.equal(model.states.valueCount, 0);
});

const FIXED_SIZE: readonly (readonly [Datatype, Parameters<typeof delayModel>[0]])[] = [
  ["BOOL", { elementType: "BOOL" }],
  ["UINT8", { elementType: "UINT8" }],
  ["UINT16", { elementType: "UINT16" }],
  ["UINT32", { elementType: "UINT32" }],
  ["UINT64", { elementType: "UINT64" }],
  ["INT8", { elementType: "INT8" }],
  ["INT16", { elementType: "INT16" }],
  ["INT64", { elementType: "INT64" }],
  ["FP16", { elementType: "FLOAT16" }],
  ["FP32", { elementType: "FLOAT" }],
  ["FP64", { elementType: "DOUBLE" }],
  ["BF16", { elementType: "BFLOAT16" }],
];

for (const [datatype, options] of FIXED_SIZE) {
  test(`${datatype} states are handed on bit by bit, alone and together`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: delayModel({ ...options, dims: [3], isBatched: true }),
      config: statefulConfig({ datatype, dims: [3], maxBatchSize: 2 }),
    });
    const [a, b] = [startSequence(model), startSequence(model)];
    const first = patternBytes(datatype, 3);
    const second = Uint8Array.from(first)
      .reverse()
      .map((byte) => (datatype === "BOOL" ? byte ^ 1 : byte));
    const run = async (...steps: (readonly [SequenceState, Uint8Array])[]) => {
      const outputs = await runSteps(
        model,
        steps.map(([state, data]) => ({ state, input: { shape: [1, 3], data } })),
      );
      return outputs.map((each) => (Array.isArray(each) ? each[0]!.bytes : each));
    };
    const zeros = new Uint8Array(first.byteLength);
    assert.deepEqual(await run([a, first]), [zeros]);
    assert.deepEqual(await run([b, second], [a, second]), [zeros, first]);
    assert.deepEqual(await run([b, first], [a, first]), [second, second]);
    assert.deepEqual(await run([b, first]), [first]);
    a.release();
    b.release();
  });
}

test("a state that is also an output is returned, where it is asked for", async () => {
  for (const maxBatchSize of [0, 2]) {
    const shape = maxBatchSize === 0 ? [1] : [1, 1];
    await using model = await LoadedModel.load(backend, {
      onnx: accumulatorModel({ isBatched: maxBatchSize > 0 }),
      config: statefulConfig({ maxBatchSize, isReturned: true }),
    });
    const state = startSequence(model);
    for (const sum of [5, 10, 15]) {
      const [outputs] = await runSteps(model, [{ state, input: ints([5], shape) }]);
      assert.ok(Array.isArray(outputs));
      assert.deepEqual(
        outputs.map(({ name, bytes }) => [name, bytes]),
        ["OUTPUT0", "STATE_OUT"].map((name) => [name, new Uint8Array(Int32Array.of(sum).buffer)]),
      );
    }
    state.release();
  }
});

test("a state of any size grows, and sequences of different sizes run in turn", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: historyModel({ isBatched: true }),
    config: statefulConfig({
      dims: [-1],
      maxBatchSize: 4,
      state: { initialState: zeroState(DataType.TYPE_INT32, [0]) },
    }),
  });
  const [a, b, c] = [startSequence(model), startSequence(model), startSequence(model)];
  assert.deepEqual(await stepBatch(model, [[a, 1]]), [[1]]);
  assert.deepEqual(await stepBatch(model, [[a, 2]]), [[1, 2]]);
  assert.deepEqual(
    await stepBatch(model, [
      [b, 10],
      [null, 0],
      [a, 3],
      [c, 20],
    ]),
    [[10], null, [1, 2, 3], [20]],
  );
  assert.deepEqual(
    await stepBatch(model, [
      [a, 4],
      [c, 21],
      [b, 11],
    ]),
    [
      [1, 2, 3, 4],
      [20, 21],
      [10, 11],
    ],
  );
  for (const state of [a, b, c]) {
    state.release();
  }
  assert.equal(model.states.valueCount, 0);
  assert.equal(buffers.leasedCount, 0);
});

test("without an initial state, sizes that may vary start as 1, and all is zero", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: historyModel(),
    config: statefulConfig({ dims: [-1] }),
  });
  const state = startSequence(model);
  assert.deepEqual(await step(model, state, ints([4, 5])), [0, 4, 5]);
  assert.deepEqual(await step(model, state, ints([6])), [0, 4, 5, 6]);
  state.release();
});
