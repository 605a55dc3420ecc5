import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig } from "@nereid/protocol";
import { modelFilename } from "./model-filename.ts";

test("a GPU's compute capability chooses the file, else the default file is taken", () => {
  const config = createModelConfig({
    defaultModelFilename: "model.onnx",
    ccModelFilenames: { "7.5": "turing.onnx" },
  });
  assert.equal(modelFilename(config, "7.5"), "turing.onnx");
  assert.equal(modelFilename(config, "8.0"), "model.onnx");
  assert.equal(modelFilename(config, null), "model.onnx");
  assert.equal(modelFilename(config, "constructor"), "model.onnx");
});
