// Tests OnnxRuntimeInstance with runs that fail, outputs that surprise, and cancellation.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { matmulLoopModel, nonZeroModel, reshapeModel } from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import type { Instance } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import { executeBatch, infer, makeRequest } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

// No model here batches, whatever its file allows.
const backend = createTestBackend({ "default-max-batch-size": "0" });
const { buffers } = backend.runtime.resources;
after(() => backend.close());

function floats(bytes: Uint8Array | undefined): number[] {
  return [...new Float32Array(bytes?.slice().buffer ?? new ArrayBuffer(0))];
}

/** The inputs of `reshapeModel`: `count` ones, to be given the shape. */
function reshapeInputs(count: number, shape: readonly number[]) {
  return {
    INPUT0: { shape: [count], data: new Float32Array(count).fill(1) },
    SHAPE: { shape: [shape.length], data: BigInt64Array.from(shape.map(BigInt)) },
  };
}

for (const mode of ["inline", "thread"]) {
  test(`a run that fails answers ONNX Runtime's words, and the next one runs (${mode})`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: reshapeModel({ outputDims: ["a", "b"] }),
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    for (let round = 0; round < 5; round++) {
      await assert.rejects(
        infer(model.instance, model.spec, { inputs: reshapeInputs(7, [2, 2]) }),
        {
          code: StatusCode.Internal,
          message:
            /^onnx runtime error 1: Non-zero status code returned while running Reshape node\./,
        },
      );
      const [output] = await infer(model.instance, model.spec, {
        inputs: reshapeInputs(4, [2, 2]),
      });
      assert.deepEqual(output?.shape, [2, 2]);
      assert.deepEqual(floats(output?.bytes), [1, 1, 1, 1]);
    }
  });

  test(`outputs of which only the run tells the shape are right every time (${mode})`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: nonZeroModel(),
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    // Often enough the same to be learnt, then something else.
    const patterns = [
      [1, 0, 0, 1],
      [1, 0, 0, 1],
      [1, 0, 0, 1],
      [1, 0, 0, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 1, 0, 0],
    ];
    for (const pattern of [...patterns, ...patterns]) {
      const [output] = await infer(model.instance, model.spec, {
        inputs: { INPUT0: { shape: [4], data: Float32Array.from(pattern) } },
      });
      const expected = pattern.flatMap((value, index) => (value === 0 ? [] : [BigInt(index)]));
      assert.deepEqual(output?.shape, [1, expected.length]);
      assert.deepEqual([...new BigInt64Array(output.bytes.buffer as ArrayBuffer)], expected);
    }
    assert.equal(buffers.leasedCount, 0);
  });

  test(`outputs whose shape the model file tells wrongly are right all the same (${mode})`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: reshapeModel({ outputDims: ["n", 2048] }),
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    // By its symbol the output would have 4096 rows.
    for (const shape of [[2, 2048], [2, 2048], [2048, 2], [2, 2048], [4096]]) {
      const [output] = await infer(model.instance, model.spec, {
        inputs: reshapeInputs(4096, shape),
      });
      assert.deepEqual(output?.shape, shape);
      assert.equal(output.bytes.byteLength, 4096 * 4);
    }
    assert.equal(buffers.leasedCount, 0);
  });
}

/** The inputs of a loop of so many multiplications. */
function loopInputs(count: number) {
  return {
    INPUT0: { shape: [1], data: Float32Array.of(2) },
    COUNT: { shape: [1], data: BigInt64Array.of(BigInt(count)) },
  };
}

/** More than anybody waits for. */
const ENDLESS = 1e9;

/** Tells the instance that every client of a batch has gone. */
function cancelAll(instance: Instance, batch: Batch): void {
  for (const request of batch.requests) {
    request.isCancelled = true;
  }
  instance.cancel(batch);
}

test("a running batch can be cancelled, and the instance goes on", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  for (let round = 0; round < 2; round++) {
    const request = makeRequest(model.spec, { inputs: loopInputs(ENDLESS) });
    const { batch, responses } = executeBatch(model.instance, [request]);
    cancelAll(model.instance, batch);
    cancelAll(model.instance, batch);
    const [response] = await responses;
    assert.equal(response?.error?.code, StatusCode.Cancelled);
    const [output] = await infer(model.instance, model.spec, { inputs: loopInputs(1) });
    assert.deepEqual(floats(output?.bytes), [2]);
  }
});

test("a batch runs on while one of its clients still waits", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  const request = makeRequest(model.spec, { inputs: loopInputs(100) });
  const { batch, responses } = executeBatch(model.instance, [request]);
  model.instance.cancel(batch);
  const [response] = await responses;
  assert.equal(response?.error, null);
});

test("cancelling what does not run has no effect", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  const request = makeRequest(model.spec, { inputs: loopInputs(1) });
  const { batch, responses } = executeBatch(model.instance, [request]);
  await responses;
  cancelAll(model.instance, batch);
  const [output] = await infer(model.instance, model.spec, { inputs: loopInputs(1) });
  assert.deepEqual(floats(output?.bytes), [2]);
});

test("instances run at the same time, each on a thread of its own", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
    instanceCount: 3,
  });
  const [first, second, third] = model.instances;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const endless = [first, second].map((instance) =>
    executeBatch(instance, [makeRequest(model.spec, { inputs: loopInputs(ENDLESS) })]),
  );
  // The third one's run ends although two never do.
  const [output] = await infer(third, model.spec, { inputs: loopInputs(1) });
  assert.deepEqual(floats(output?.bytes), [2]);
  assert.ok(backend.runtime.threads.threadCount >= 3);
  cancelAll(first, endless[0]!.batch);
  cancelAll(second, endless[1]!.batch);
  for (const { responses } of endless) {
    assert.equal((await responses)[0]?.error?.code, StatusCode.Cancelled);
  }
});

test("an instance is closed once, and not while it runs", async () => {
  const model = await LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  const request = makeRequest(model.spec, { inputs: loopInputs(ENDLESS) });
  const { batch, responses } = executeBatch(model.instance, [request]);
  await assert.rejects(model.instance.close(), /closed when it is idle/);
  assert.throws(() => executeBatch(model.instance, [request]), /one batch at a time/);
  cancelAll(model.instance, batch);
  await responses;
  await model[Symbol.asyncDispose]();
  await assert.rejects(model.instance.close(), { name: "AssertionError" });
});
