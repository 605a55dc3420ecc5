// Tests whose memory OnnxRuntimeInstance reads and writes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Graph, identityModel, optionalInputModel } from "@nereid/onnx-writer";
import { DataType, StatusCode } from "@nereid/protocol";
import { executeBatch, infer, makeRequest } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
const { buffers } = backend.runtime.resources;
after(() => backend.close());

const LARGE = 8192;

function floats(bytes: Uint8Array | undefined): number[] {
  return bytes === undefined ? [] : [...new Float32Array(bytes.slice().buffer)];
}

test("a large output is a view of pooled memory, given back when the response is released", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "FLOAT", dims: [LARGE] }),
  });
  const data = new Float32Array(LARGE).fill(3);
  const request = () => makeRequest(model.spec, { inputs: { INPUT0: { shape: [LARGE], data } } });
  const [first] = await executeBatch(model.instance, [request()]).responses;
  const [second] = await executeBatch(model.instance, [request()]).responses;
  assert.equal(buffers.leasedCount, 2);
  const firstOutput = first?.outputs[0];
  const secondOutput = second?.outputs[0];
  assert.notEqual(firstOutput?.bytes.buffer, secondOutput?.bytes.buffer);
  first?.release();
  assert.deepEqual(floats(secondOutput?.bytes).slice(0, 2), [3, 3]);
  second?.release();
  assert.equal(buffers.leasedCount, 0);
  const { allocatedCount } = buffers;
  for (let round = 0; round < 10; round++) {
    await infer(model.instance, model.spec, { inputs: { INPUT0: { shape: [LARGE], data } } });
  }
  assert.equal(buffers.allocatedCount, allocatedCount, "memory is used again");
});

test("a small output is the receiver's own", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "FLOAT", dims: [2] }),
  });
  const run = async (value: number) => {
    const data = Float32Array.of(value, value);
    const request = makeRequest(model.spec, { inputs: { INPUT0: { shape: [2], data } } });
    const [response] = await executeBatch(model.instance, [request]).responses;
    return response?.outputs[0]?.bytes;
  };
  const first = await run(1);
  const second = await run(2);
  assert.deepEqual(floats(first), [1, 1]);
  assert.deepEqual(floats(second), [2, 2]);
});

test("large inputs that are badly aligned are copied, not misread", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "DOUBLE", dims: [LARGE] }),
  });
  const aligned = new Float64Array(LARGE).map((_, index) => index);
  for (let offset = 0; offset < 9; offset++) {
    const body = new Uint8Array(aligned.byteLength + offset);
    body.set(new Uint8Array(aligned.buffer), offset);
    const data = body.subarray(offset);
    const [output] = await infer(model.instance, model.spec, {
      inputs: { INPUT0: { shape: [LARGE], data } },
    });
    assert.deepEqual(output?.bytes, new Uint8Array(aligned.buffer));
  }
  assert.equal(buffers.leasedCount, 0);
});

test("input bytes may lie in shared memory", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "FLOAT", dims: [LARGE] }),
  });
  const data = new Float32Array(new SharedArrayBuffer(LARGE * 4)).fill(5);
  const [output] = await infer(model.instance, model.spec, {
    inputs: { INPUT0: { shape: [LARGE], data } },
  });
  assert.deepEqual(floats(output?.bytes).slice(-2), [5, 5]);
});

test("bytes that do not fit their shape end the request, not the process", async () => {
  for (const count of [4, LARGE]) {
    await using model = await LoadedModel.load(backend, {
      onnx: identityModel({ elementType: "FLOAT", dims: [count] }),
    });
    for (const wrong of [count - 1, count + 1]) {
      const data = new Float32Array(wrong);
      await assert.rejects(
        infer(model.instance, model.spec, { inputs: { INPUT0: { shape: [count], data } } }),
        {
          code: StatusCode.Internal,
          message: `input 'INPUT0' has ${wrong * 4} bytes in all, but its shapes ask for ${count * 4}`,
        },
      );
    }
    const data = new Float32Array(count).fill(1);
    await infer(model.instance, model.spec, { inputs: { INPUT0: { shape: [count], data } } });
  }
  assert.equal(buffers.leasedCount, 0);
});

test("overridable initializers are used unless the request gives them", async () => {
  const tensor = (name: string, optional: boolean) => ({
    name,
    dataType: DataType.TYPE_FP32,
    dims: [4n],
    optional,
  });
  await using model = await LoadedModel.load(backend, {
    onnx: optionalInputModel(),
    config: { input: [tensor("INPUT0", false), tensor("SCALE", true), tensor("BIAS", true)] },
  });
  const given = { shape: [4], data: Float32Array.of(1, 2, 3, 4) };
  const tens = { shape: [4], data: Float32Array.of(10, 10, 10, 10) };
  const run = async (inputs: Record<string, typeof given>) => {
    const [output] = await infer(model.instance, model.spec, { inputs });
    return floats(output?.bytes);
  };
  assert.deepEqual(await run({ INPUT0: given }), [3, 5, 7, 9]);
  assert.deepEqual(await run({ INPUT0: given, BIAS: tens }), [12, 14, 16, 18]);
  assert.deepEqual(await run({ BIAS: tens, INPUT0: given, SCALE: tens }), [20, 30, 40, 50]);
  assert.deepEqual(await run({ INPUT0: given }), [3, 5, 7, 9]);
});

test("outputs that are an input or a constant of the model are copies", async () => {
  const dims = [3];
  const float = (name: string) => ({ name, elementType: "FLOAT" as const, dims });
  const graph: Graph = {
    name: "through",
    inputs: [float("X")],
    outputs: [float("X"), float("C"), float("Y")],
    nodes: [{ opType: "Add", inputs: ["X", "C"], outputs: ["Y"] }],
    initializers: {
      C: { elementType: "FLOAT", dims, data: new Uint8Array(Float32Array.of(7, 8, 9).buffer) },
    },
  };
  await using model = await LoadedModel.load(backend, { onnx: { graph } });
  for (let round = 0; round < 5; round++) {
    const data = Float32Array.of(round, round, round);
    const outputs = await infer(model.instance, model.spec, {
      inputs: { X: { shape: [3], data } },
    });
    assert.deepEqual(
      outputs.map(({ name, bytes }) => [name, floats(bytes)]),
      [
        ["C", [7, 8, 9]],
        ["X", [round, round, round]],
        ["Y", [7 + round, 8 + round, 9 + round]],
      ],
    );
  }
});

test("a configured reshape holds for what comes in and what goes out", async () => {
  const reshaped = (name: string) => ({
    name,
    dataType: DataType.TYPE_FP32,
    dims: [6n, -1n],
    reshape: { shape: [2n, 3n, -1n] },
  });
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "FLOAT", dims: [2, 3, "w"], isBatched: true }),
    config: { maxBatchSize: 4, input: [reshaped("INPUT0")], output: [reshaped("OUTPUT0")] },
  });
  for (const width of [1, 500, 500]) {
    const shape = [2, 6, width];
    const data = new Float32Array(2 * 6 * width).map((_, index) => index);
    const [output] = await infer(model.instance, model.spec, {
      inputs: { INPUT0: { shape, data } },
    });
    assert.deepEqual(output?.shape, shape);
    assert.deepEqual(output?.bytes, new Uint8Array(data.buffer));
  }
});
