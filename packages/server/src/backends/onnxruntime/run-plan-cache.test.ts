import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { PLAN_COUNT_MAX } from "./run-plan-cache.ts";
import { infer } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
after(() => backend.close());

test("more shapes than plans come and go, each with its own result", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "INT32", dims: [1, "n"] }),
    parameters: { NEREID_EXECUTION_MODE: "inline" },
  });
  for (let round = 0; round < 3; round++) {
    for (let count = 1; count <= PLAN_COUNT_MAX * 3; count++) {
      const shape = [1, count];
      const data = new Int32Array(count).map((_, index) => index + round);
      const [output] = await infer(model.instance, model.spec, {
        inputs: { INPUT0: { shape, data } },
      });
      assert.deepEqual(output?.shape, shape);
      assert.deepEqual(output.bytes, new Uint8Array(data.buffer));
    }
  }
});

test("the order of a request's inputs does not matter to the result", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "INT32", dims: [1, "n"], pairCount: 2 }),
    parameters: { NEREID_EXECUTION_MODE: "inline" },
  });
  const INPUT0 = { shape: [1, 2], data: Int32Array.of(1, 2) };
  const INPUT1 = { shape: [1, 3], data: Int32Array.of(3, 4, 5) };
  for (const inputs of [
    { INPUT0, INPUT1 },
    { INPUT1, INPUT0 },
    { INPUT0, INPUT1 },
  ]) {
    const outputs = await infer(model.instance, model.spec, { inputs });
    assert.deepEqual(
      outputs.map(({ bytes }) => [...new Int32Array(bytes.buffer as ArrayBuffer)]),
      [
        [1, 2],
        [3, 4, 5],
      ],
    );
  }
});
