// Tests OnnxRuntimeInstance with inputs that the batch makes and outputs that are cut by the inputs' shapes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Graph, TensorValue } from "@nereid/onnx-writer";
import { BatchInput_Kind, DataType, StatusCode } from "@nereid/protocol";
import { executeBatch, makeRequest, type TestRequest, takeOutputs } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
after(() => backend.close());

function int64(...values: readonly number[]): TensorValue {
  const data = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { elementType: "INT64", dims: [values.length], data };
}

/** RAGGED [n] goes through as VALUES; MADE, the batch's own input, comes out once for every row of ROW [batch, 1]. */
function probe(elementType: "INT32" | "FLOAT", rank: 1 | 2): Graph {
  const made = rank === 1 ? ["m"] : ["m", "r"];
  return {
    name: "probe",
    inputs: [
      { name: "RAGGED", elementType: "FLOAT", dims: ["n"] },
      { name: "ROW", elementType: "FLOAT", dims: ["batch", 1] },
      { name: "MADE", elementType, dims: made },
    ],
    outputs: [
      { name: "VALUES", elementType: "FLOAT", dims: ["n"] },
      { name: "SEEN", elementType, dims: ["batch", ...made] },
    ],
    nodes: [
      { opType: "Identity", inputs: ["RAGGED"], outputs: ["VALUES"] },
      { opType: "Shape", inputs: ["ROW"], outputs: ["row_shape"] },
      { opType: "Slice", inputs: ["row_shape", "zero", "one"], outputs: ["rows"] },
      {
        opType: "Concat",
        inputs: ["rows", "ones"],
        outputs: ["shape"],
        attributes: { axis: { int: 0 } },
      },
      { opType: "Expand", inputs: ["MADE", "shape"], outputs: ["SEEN"] },
    ],
    initializers: { zero: int64(0), one: int64(1), ones: int64(...made.map(() => 1)) },
  };
}

function load(kind: BatchInput_Kind, dataType: DataType, rank: 1 | 2) {
  return LoadedModel.load(backend, {
    onnx: { graph: probe(dataType === DataType.TYPE_FP32 ? "FLOAT" : "INT32", rank) },
    config: {
      maxBatchSize: 8,
      input: [
        { name: "RAGGED", dataType: DataType.TYPE_FP32, dims: [-1n, -1n], allowRaggedBatch: true },
        { name: "ROW", dataType: DataType.TYPE_FP32, dims: [1n] },
      ],
      batchInput: [{ kind, targetName: ["MADE"], dataType, sourceInput: ["RAGGED"] }],
      output: [
        { name: "VALUES", dataType: DataType.TYPE_FP32, dims: [-1n, -1n] },
        { name: "SEEN", dataType, dims: rank === 1 ? [-1n] : [-1n, -1n] },
      ],
      batchOutput: [{ targetName: ["VALUES"], sourceInput: ["RAGGED"] }],
    },
  });
}

function ragged(shape: readonly [number, number, number], first: number): TestRequest {
  const count = shape[0] * shape[1] * shape[2];
  const data = Float32Array.from({ length: count }, (_, index) => first + index);
  const row = { shape: [shape[0], 1], data: new Float32Array(shape[0]) };
  return { inputs: { RAGGED: { shape, data }, ROW: row } };
}

// Element counts 6, 4 and 10.
const BATCH: readonly TestRequest[] = [
  ragged([1, 2, 3], 0),
  ragged([1, 4, 1], 100),
  ragged([2, 1, 5], 200),
];

const KINDS: readonly (readonly [
  kind: keyof typeof BatchInput_Kind,
  rank: 1 | 2,
  shape: number[],
  values: number[],
])[] = [
  ["BATCH_ELEMENT_COUNT", 1, [3], [6, 4, 10]],
  ["BATCH_ACCUMULATED_ELEMENT_COUNT", 1, [3], [6, 10, 20]],
  ["BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO", 1, [4], [0, 6, 10, 20]],
  ["BATCH_MAX_ELEMENT_COUNT_AS_SHAPE", 1, [10], new Array<number>(10).fill(0)],
  ["BATCH_ITEM_SHAPE", 2, [4, 2], [2, 3, 4, 1, 1, 5, 1, 5]],
  ["BATCH_ITEM_SHAPE_FLATTEN", 1, [8], [2, 3, 4, 1, 1, 5, 1, 5]],
];

for (const [kind, rank, shape, values] of KINDS) {
  for (const type of ["TYPE_INT32", "TYPE_FP32"] as const) {
    test(`an input is made from the batch: ${kind} as ${type}`, async () => {
      const dataType = DataType[type];
      await using model = await load(BatchInput_Kind[kind], dataType, rank);
      for (let round = 0; round < 3; round++) {
        const requests = BATCH.map((each) => makeRequest(model.spec, each));
        const responses = await executeBatch(model.instance, requests).responses;
        const outputs = responses.map((response) => takeOutputs(response));
        const seen = outputs.map(([first]) => first);
        assert.deepEqual(
          seen.map((output) => output?.shape),
          [1, 1, 2].map((rowCount) => [rowCount, ...shape]),
        );
        const elements = dataType === DataType.TYPE_FP32 ? Float32Array : Int32Array;
        assert.deepEqual([...new elements(seen[0]?.bytes.slice().buffer ?? [])], values);
        assert.deepEqual(
          outputs.map(([, second]) => [
            second?.shape,
            [...new Float32Array(second?.bytes.slice().buffer ?? [])],
          ]),
          [
            [
              [1, 2, 3],
              [0, 1, 2, 3, 4, 5],
            ],
            [
              [1, 4, 1],
              [100, 101, 102, 103],
            ],
            [[2, 1, 5], Array.from({ length: 10 }, (_, index) => 200 + index)],
          ],
        );
      }
      assert.equal(backend.runtime.resources.buffers.leasedCount, 0);
    });
  }
}

test("a batch output that the model made too small fails the requests that miss something", async () => {
  const graph: Graph = {
    name: "half",
    inputs: [{ name: "X", elementType: "FLOAT", dims: ["n"] }],
    outputs: [{ name: "Y", elementType: "FLOAT", dims: ["m"] }],
    nodes: [{ opType: "Slice", inputs: ["X", "from", "to"], outputs: ["Y"] }],
    initializers: {
      from: int64(0),
      to: int64(4),
    },
  };
  await using model = await LoadedModel.load(backend, {
    onnx: { graph },
    config: {
      maxBatchSize: 8,
      input: [{ name: "X", dataType: DataType.TYPE_FP32, dims: [-1n], allowRaggedBatch: true }],
      output: [{ name: "Y", dataType: DataType.TYPE_FP32, dims: [-1n] }],
      batchOutput: [{ targetName: ["Y"], sourceInput: ["X"] }],
    },
  });
  const of = (count: number): TestRequest => ({
    id: `r${count}`,
    inputs: { X: { shape: [1, count], data: new Float32Array(count) } },
  });
  const requests = [of(3), of(2)].map((each) => makeRequest(model.spec, each));
  const responses = await executeBatch(model.instance, requests).responses;
  assert.deepEqual(takeOutputs(responses[0])[0]?.shape, [1, 3]);
  assert.equal(responses[1]?.error?.code, StatusCode.Unsupported);
  assert.match(responses[1]?.error?.message ?? "", /^\[request id: r2\] failed to split/);
});
