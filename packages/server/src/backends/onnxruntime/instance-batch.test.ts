// Tests OnnxRuntimeInstance with batches of several requests.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { addSubModel, type Graph, identityModel } from "@nereid/onnx-writer";
import { encodeBytesTensor, StatusCode } from "@nereid/protocol";
import { executeBatch, makeRequest, type TestRequest, takeOutputs } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
const { buffers } = backend.runtime.resources;
after(() => backend.close());

/** Runs requests as one batch. */
async function run(model: LoadedModel, tests: readonly TestRequest[]) {
  const requests = tests.map((each) => makeRequest(model.spec, each));
  const { batch, responses } = executeBatch(model.instance, requests);
  return { batch, responses: await responses };
}

function rows(count: number, width: number, value: number) {
  return { shape: [count, width], data: new Int32Array(count * width).fill(value) };
}

/** The first element of an output's every row. */
function rowValues(bytes: Uint8Array | undefined, width: number): number[] {
  const values = new Int32Array(bytes?.slice().buffer ?? new ArrayBuffer(0));
  return [...values].filter((_, index) => index % width === 0);
}

for (const width of [4, 4096]) {
  test(`rows of several requests run together and go back to their own (${width} wide)`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: addSubModel({ dims: [width], isBatched: true }),
      config: { maxBatchSize: 8 },
    });
    for (let round = 0; round < 3; round++) {
      const { batch, responses } = await run(model, [
        { inputs: { INPUT0: rows(1, width, 10), INPUT1: rows(1, width, 1) } },
        { inputs: { INPUT1: rows(3, width, 2), INPUT0: rows(3, width, 20) } },
        { inputs: { INPUT0: rows(2, width, 30), INPUT1: rows(2, width, 3) } },
      ]);
      assert.equal(batch.size, 6);
      const values = responses.map((response) =>
        takeOutputs(response).map(({ name, shape, bytes }) => [
          name,
          shape,
          rowValues(bytes, width),
        ]),
      );
      assert.deepEqual(values, [
        [
          ["OUTPUT0", [1, width], [11]],
          ["OUTPUT1", [1, width], [9]],
        ],
        [
          ["OUTPUT0", [3, width], [22, 22, 22]],
          ["OUTPUT1", [3, width], [18, 18, 18]],
        ],
        [
          ["OUTPUT0", [2, width], [33, 33]],
          ["OUTPUT1", [2, width], [27, 27]],
        ],
      ]);
      assert.equal(buffers.leasedCount, 0);
    }
  });
}

test("a large batch of one copies nothing, a larger one each request once, and outputs never", async () => {
  const width = 4096;
  const { copies } = backend.runtime.resources;
  await using model = await LoadedModel.load(backend, {
    onnx: addSubModel({ dims: [width], isBatched: true }),
    config: { maxBatchSize: 8 },
  });
  const request = (rowCount: number): TestRequest => ({
    inputs: { INPUT0: rows(rowCount, width, 3), INPUT1: rows(rowCount, width, 1) },
  });
  for (const batch of [[4], [1, 2, 1]]) {
    const { inputCount: inputCountBefore, inputBytes, outputCount } = copies;
    const { responses } = await run(model, batch.map(request));
    for (const response of responses) {
      takeOutputs(response);
    }
    const inputCount = batch.length === 1 ? 0 : 2 * batch.length;
    assert.deepEqual(
      [copies.inputCount - inputCountBefore, copies.inputBytes - inputBytes],
      [inputCount, inputCount === 0 ? 0 : 2 * 4 * width * 4],
    );
    assert.equal(copies.outputCount, outputCount);
  }
});

test("the shares of a large output outlive one another", async () => {
  const width = 4096;
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "INT32", dims: [width], isBatched: true }),
    config: { maxBatchSize: 4 },
  });
  const { responses } = await run(model, [
    { inputs: { INPUT0: rows(1, width, 1) } },
    { inputs: { INPUT0: rows(2, width, 2) } },
  ]);
  assert.equal(buffers.leasedCount, 1);
  responses[0]?.release();
  assert.equal(buffers.leasedCount, 1);
  assert.deepEqual(rowValues(responses[1]?.outputs[0]?.bytes, width), [2, 2]);
  responses[1]?.release();
  assert.equal(buffers.leasedCount, 0);
});

test("each request gets the outputs that it asked for, in the order of their names", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: addSubModel({ dims: [2], isBatched: true }),
    config: { maxBatchSize: 4 },
  });
  const inputs = { INPUT0: rows(1, 2, 5), INPUT1: rows(1, 2, 3) };
  const { responses } = await run(model, [
    { inputs, outputs: ["OUTPUT1"] },
    { inputs, outputs: ["OUTPUT1", "OUTPUT0"] },
    { inputs },
    { inputs, outputs: ["OUTPUT0"] },
  ]);
  assert.deepEqual(
    responses.map((response) => takeOutputs(response).map(({ name }) => name)),
    [["OUTPUT1"], ["OUTPUT0", "OUTPUT1"], ["OUTPUT0", "OUTPUT1"], ["OUTPUT0"]],
  );
});

test("outputs come in the real server's order: by the bytes of their names", async () => {
  const names = ["b", "Z", "a", "\u{1f600}", "\uffee"];
  const float = (name: string) => ({ name, elementType: "FLOAT" as const, dims: [1] });
  const graph: Graph = {
    name: "order",
    inputs: [float("X")],
    outputs: names.map(float),
    nodes: names.map((name) => ({ opType: "Identity", inputs: ["X"], outputs: [name] })),
  };
  await using model = await LoadedModel.load(backend, { onnx: { graph } });
  const { responses } = await run(model, [
    { inputs: { X: { shape: [1], data: Float32Array.of(1) } } },
  ]);
  assert.deepEqual(
    takeOutputs(responses[0]).map(({ name }) => name),
    ["Z", "a", "b", "\uffee", "\u{1f600}"],
  );
});

test("strings are put together and taken apart like other rows", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "STRING", dims: [2], isBatched: true }),
    config: { maxBatchSize: 4 },
  });
  const first = ["a", "bb\0"];
  const second = ["", "ccc", "d", "e"];
  for (let round = 0; round < 2; round++) {
    const { responses } = await run(model, [
      { inputs: { INPUT0: { shape: [1, 2], data: first } } },
      { inputs: { INPUT0: { shape: [2, 2], data: second } } },
    ]);
    assert.deepEqual(
      responses.map((response) => takeOutputs(response)[0]?.bytes),
      [encodeBytesTensor(first), encodeBytesTensor(second)],
    );
  }
});

test("a request whose strings are broken fails alone", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "STRING", dims: [1], isBatched: true }),
    config: { maxBatchSize: 4 },
  });
  const good = { shape: [1, 1], data: ["good"] };
  const broken = { shape: [1, 1], data: Uint8Array.of(9, 0, 0, 0, 1) };
  const { responses } = await run(model, [
    { inputs: { INPUT0: good } },
    { inputs: { INPUT0: broken } },
    { inputs: { INPUT0: good } },
  ]);
  assert.deepEqual(takeOutputs(responses[0])[0]?.bytes, encodeBytesTensor(["good"]));
  assert.equal(responses[1]?.error?.code, StatusCode.InvalidArg);
  assert.equal(
    responses[1]?.error?.message,
    "incomplete string data for inference input 'INPUT0', expecting string of length 9 but only 1 bytes available",
  );
  assert.deepEqual(takeOutputs(responses[2])[0]?.bytes, encodeBytesTensor(["good"]));
});

/** Y is the rows of X [b, 4] for which C [b, 1] holds: fewer rows than the batch has, unless all hold. */
const SELECT_ROWS: Graph = {
  name: "select_rows",
  inputs: [
    { name: "X", elementType: "INT32", dims: ["b", 2048] },
    { name: "C", elementType: "BOOL", dims: ["b"] },
  ],
  outputs: [{ name: "Y", elementType: "INT32", dims: ["c", 2048] }],
  nodes: [
    {
      opType: "Compress",
      inputs: ["X", "C"],
      outputs: ["Y"],
      attributes: { axis: { int: 0 } },
    },
  ],
};

test("requests for which the model gave no rows fail, the others do not", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: { graph: SELECT_ROWS },
    config: { maxBatchSize: 8 },
  });
  const select = (count: number, chosen: readonly number[]): TestRequest => ({
    id: `r${count}`,
    inputs: {
      X: rows(count, 2048, count),
      C: { shape: [count, 1], data: Uint8Array.from(chosen) },
    },
  });
  const { responses } = await run(model, [select(1, [1]), select(2, [1, 0]), select(3, [1, 1, 1])]);
  // Five of six rows are left: enough for the first two requests, not for the third.
  assert.deepEqual(rowValues(takeOutputs(responses[0])[0]?.bytes, 2048), [1]);
  assert.deepEqual(rowValues(takeOutputs(responses[1])[0]?.bytes, 2048), [2, 3]);
  assert.equal(responses[2]?.error?.code, StatusCode.Unsupported);
  assert.equal(
    responses[2]?.error?.message,
    "[request id: r3] failed to split the output tensor 'Y' in responses: expected batch size of at least 6 in model output, got 5",
  );
  assert.equal(buffers.leasedCount, 0);
});

test("rows beyond the batch are nobody's", async () => {
  const graph: Graph = {
    name: "twice",
    inputs: [{ name: "X", elementType: "INT32", dims: ["b", 2] }],
    outputs: [{ name: "Y", elementType: "INT32", dims: ["c", 2] }],
    nodes: [
      { opType: "Concat", inputs: ["X", "X"], outputs: ["Y"], attributes: { axis: { int: 0 } } },
    ],
  };
  await using model = await LoadedModel.load(backend, { onnx: { graph } });
  const { responses } = await run(model, [{ inputs: { X: rows(2, 2, 7) } }]);
  const [output] = takeOutputs(responses[0]);
  assert.deepEqual(output?.shape, [2, 2]);
  assert.deepEqual(rowValues(output?.bytes, 2), [7, 7]);
});

for (const elementType of ["INT32", "STRING"] as const) {
  test(`a ${elementType} scalar has one row, the first, whatever the batch`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: identityModel({ elementType, dims: [] }),
      config: {
        maxBatchSize: 4,
        input: [{ name: "INPUT0", dims: [1n], dataType: elementType === "INT32" ? 8 : 13 }],
        output: [{ name: "OUTPUT0", dims: [1n], dataType: elementType === "INT32" ? 8 : 13 }],
      },
    });
    const scalars = (id: string, ...values: readonly number[]): TestRequest => ({
      id,
      inputs: {
        INPUT0: {
          shape: [values.length, 1],
          data: elementType === "INT32" ? Int32Array.from(values) : values.map(String),
        },
      },
    });
    const tooFew = (id: string, rows: number) =>
      `[request id: ${id}] failed to split the output tensor 'OUTPUT0' in responses: ` +
      `expected batch size of at least ${rows} in model output, got 1`;
    for (let round = 0; round < 4; round++) {
      const { responses } = await run(model, [scalars("a", 7), scalars("b", 8)]);
      const [output] = takeOutputs(responses[0]);
      assert.deepEqual(output?.shape, [1]);
      assert.deepEqual(
        output?.bytes,
        elementType === "INT32" ? Uint8Array.of(7, 0, 0, 0) : encodeBytesTensor(["7"]),
      );
      assert.equal(responses[1]?.error?.message, tooFew("b", 2));
      const { responses: ofOne } = await run(model, [scalars("c", 7, 8, 9)]);
      assert.equal(ofOne[0]?.error?.code, StatusCode.Unsupported);
      assert.equal(ofOne[0]?.error?.message, tooFew("c", 3));
    }
  });
}

test("a batch beyond the model's size is refused", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "INT32", dims: [2], isBatched: true }),
    config: { maxBatchSize: 2 },
  });
  const { responses } = await run(model, [
    { inputs: { INPUT0: rows(2, 2, 1) } },
    { inputs: { INPUT0: rows(1, 2, 1) } },
  ]);
  for (const { error } of responses) {
    assert.equal(error?.code, StatusCode.Internal);
    assert.equal(error?.message, "batch size 3 for 'm_0_0', max allowed is 2");
  }
});

test("ragged inputs are put together into one row", async () => {
  const graph: Graph = {
    name: "ragged",
    inputs: [{ name: "X", elementType: "INT32", dims: ["n"] }],
    outputs: [{ name: "Y", elementType: "INT32", dims: ["n", 1] }],
    nodes: [{ opType: "Reshape", inputs: ["X", "shape"], outputs: ["Y"] }],
    initializers: {
      shape: {
        elementType: "INT64",
        dims: [2],
        data: new Uint8Array(BigInt64Array.of(-1n, 1n).buffer),
      },
    },
  };
  await using model = await LoadedModel.load(backend, {
    onnx: { graph },
    config: {
      maxBatchSize: 8,
      input: [{ name: "X", dataType: 8, dims: [-1n], allowRaggedBatch: true }],
      output: [{ name: "Y", dataType: 8, dims: [1n] }],
    },
  });
  const ragged = (values: readonly number[]): TestRequest => ({
    inputs: { X: { shape: [1, values.length], data: Int32Array.from(values) } },
  });
  for (let round = 0; round < 3; round++) {
    const { responses } = await run(model, [
      ragged([1 + round]),
      ragged([2, 3]),
      ragged([4, 5, 6]),
    ]);
    // Every request is one row of the batch, so it gets one row of the output.
    assert.deepEqual(
      responses.map((response) => rowValues(takeOutputs(response)[0]?.bytes, 1)),
      [[1 + round], [2], [3]],
    );
  }
});
