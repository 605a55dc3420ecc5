// Tests OnnxRuntimeInstance with every datatype, inline and on a thread.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ELEMENT_TYPE_OF_DATATYPE, identityModel } from "@nereid/onnx-writer";
import { DATATYPES, encodeBytesTensor } from "@nereid/protocol";
import { infer, patternBytes } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
after(() => backend.close());

/** One that is copied to bound memory, one that is used where it is. */
const ELEMENT_COUNTS = [5, 8192];

for (const mode of ["inline", "thread"]) {
  for (const datatype of DATATYPES.filter((each) => each !== "BYTES")) {
    test(`${datatype} comes back as it went in (${mode})`, async () => {
      await using model = await LoadedModel.load(backend, {
        onnx: identityModel({ elementType: ELEMENT_TYPE_OF_DATATYPE[datatype], dims: [1, "n"] }),
        parameters: { NEREID_EXECUTION_MODE: mode },
      });
      for (const count of ELEMENT_COUNTS) {
        const shape = [1, count];
        const data = patternBytes(datatype, count);
        // More than once: later runs use what the first has learnt.
        for (let round = 0; round < 4; round++) {
          const outputs = await infer(model.instance, model.spec, {
            inputs: { INPUT0: { shape, data } },
          });
          assert.deepEqual(outputs, [{ name: "OUTPUT0", datatype, shape, bytes: data }]);
        }
      }
      assert.equal(backend.runtime.resources.buffers.leasedCount, 0);
    });
  }

  test(`strings come back as they went in, NUL and all (${mode})`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: identityModel({ elementType: "STRING", dims: [2, 3] }),
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    const data = ["a", "", "a\0b", "日本", Uint8Array.of(0, 255, 0), "x".repeat(70_000)];
    for (let round = 0; round < 3; round++) {
      const outputs = await infer(model.instance, model.spec, {
        inputs: { INPUT0: { shape: [2, 3], data } },
      });
      const bytes = encodeBytesTensor(data);
      assert.deepEqual(outputs, [{ name: "OUTPUT0", datatype: "BYTES", shape: [2, 3], bytes }]);
    }
  });
}

for (const elementType of ["FLOAT", "STRING"] as const) {
  test(`a ${elementType} tensor without elements is a tensor`, async () => {
    await using model = await LoadedModel.load(backend, {
      onnx: identityModel({ elementType, dims: [3, "n"] }),
    });
    for (let round = 0; round < 4; round++) {
      const [output] = await infer(model.instance, model.spec, {
        inputs: { INPUT0: { shape: [3, 0], data: new Uint8Array(0) } },
      });
      assert.deepEqual(output?.shape, [3, 0]);
      assert.equal(output?.bytes.byteLength, 0);
    }
  });
}

test("scalars are seen as the configuration says", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: identityModel({ elementType: "DOUBLE", dims: [] }),
  });
  const data = Float64Array.of(2.5);
  for (let round = 0; round < 4; round++) {
    const [output] = await infer(model.instance, model.spec, {
      inputs: { INPUT0: { shape: [1], data } },
    });
    assert.deepEqual(output?.shape, [1]);
    assert.deepEqual(output?.bytes, new Uint8Array(data.buffer));
  }
});
