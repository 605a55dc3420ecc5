import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, DataType } from "@nereid/protocol";
import { compileModelSpec } from "./compile-model-spec.ts";

const CONFIG = createModelConfig({
  name: "m",
  backend: "onnxruntime",
  platform: "onnxruntime_onnx",
  maxBatchSize: 8,
  modelTransactionPolicy: { decoupled: true },
  input: [
    { name: "a", dataType: DataType.TYPE_FP32, dims: [3n, -1n], allowRaggedBatch: true },
    { name: "b", dataType: DataType.TYPE_STRING, dims: [1n], reshape: {}, optional: true },
    { name: "a", dataType: DataType.TYPE_INT8, dims: [1n] },
  ],
  output: [{ name: "o", dataType: DataType.TYPE_BF16, dims: [4n], reshape: { shape: [2n, 2n] } }],
});

test("a batching model's specification", () => {
  const spec = compileModelSpec(CONFIG, 7n, new Map([["o", ["cat"]]]));
  assert.deepEqual(
    { ...spec, inputs: spec.inputs.slice(0, 2), inputsByName: null, outputsByName: null },
    {
      name: "m",
      version: 7n,
      versionText: "7",
      platform: "onnxruntime_onnx",
      batchSizeMax: 8,
      isDecoupled: true,
      inputs: [
        {
          name: "a",
          datatype: "FP32",
          dims: [3, -1],
          fullShape: [-1, 3, -1],
          reshape: null,
          isOptional: false,
          isRaggedBatchAllowed: true,
          isShapeTensor: false,
        },
        {
          name: "b",
          datatype: "BYTES",
          dims: [1],
          fullShape: [-1, 1],
          reshape: [],
          isOptional: true,
          isRaggedBatchAllowed: false,
          isShapeTensor: false,
        },
      ],
      inputsByName: null,
      outputs: [
        {
          name: "o",
          datatype: "BF16",
          dims: [4],
          fullShape: [-1, 4],
          reshape: [2, 2],
          labels: ["cat"],
        },
      ],
      outputsByName: null,
      requiredInputCount: 2,
      sequenceBatching: null,
      dynamicBatching: null,
      batchInputs: [],
      batchOutputs: [],
      padding: null,
    },
  );
  assert.equal(spec.inputsByName.get("a"), spec.inputs[0]);
  assert.equal(spec.outputsByName.get("o"), spec.outputs[0]);
});

test("a model that does not batch, without platform", () => {
  const config = createModelConfig({ ...CONFIG, maxBatchSize: 0, platform: "" });
  const spec = compileModelSpec(config, 1n, new Map());
  assert.equal(spec.platform, "onnxruntime");
  assert.deepEqual(spec.inputs[0]?.fullShape, [3, -1]);
  assert.equal(spec.outputs[0]?.labels, null);
});
