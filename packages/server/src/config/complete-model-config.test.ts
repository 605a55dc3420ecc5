import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createModelConfig,
  DataType,
  type ModelConfig,
  type ModelConfigInit,
  StatusCode,
} from "@nereid/protocol";
import { compileModelConfig, mergeAutoCompleted } from "./complete-model-config.ts";
import { normaliseModelConfig } from "./normalise-model-config.ts";
import { MemoryModelFiles } from "./testing/memory-model-files.ts";

const TENSOR = { name: "x", dataType: DataType.TYPE_FP32, dims: [4n] };

function configOf(init: ModelConfigInit): ModelConfig {
  const config = createModelConfig({ name: "m", backend: "identity", ...init });
  normaliseModelConfig(config);
  return config;
}

test("of a backend's completion only batching, tensors, scheduler and transaction policy are taken", () => {
  const config = configOf({ parameters: { a: { stringValue: "mine" } }, maxBatchSize: 0 });
  const completed = configOf({
    maxBatchSize: 4,
    input: [TENSOR],
    output: [TENSOR],
    schedulingChoice: { case: "dynamicBatching", value: {} },
    modelTransactionPolicy: { decoupled: true },
    parameters: { a: { stringValue: "theirs" } },
    platform: "other",
  });
  const merged = mergeAutoCompleted(config, completed);
  assert.equal(merged.maxBatchSize, 4);
  assert.equal(merged.input[0]?.name, "x");
  assert.equal(merged.output[0]?.name, "x");
  assert.equal(merged.modelTransactionPolicy?.decoupled, true);
  assert.equal(merged.parameters["a"]?.stringValue, "mine");
  assert.equal(merged.platform, "");
  assert.ok(merged.schedulingChoice.case === "dynamicBatching");
  // Normalised again: the batcher's preferred size is the maximum that has just become known.
  assert.deepEqual(merged.schedulingChoice.value.preferredBatchSize, [4]);
  assert.equal(config.input.length, 0);
});

test("a scheduler that was configured stays, and the backend may not name another", () => {
  const config = configOf({ schedulingChoice: { case: "sequenceBatching", value: {} } });
  const same = configOf({
    schedulingChoice: { case: "sequenceBatching", value: { iterativeSequence: true } },
  });
  const { schedulingChoice } = mergeAutoCompleted(config, same);
  assert.ok(schedulingChoice.case === "sequenceBatching");
  assert.equal(schedulingChoice.value.iterativeSequence, false);
  for (const other of [
    configOf({ schedulingChoice: { case: "dynamicBatching", value: {} } }),
    configOf({}),
  ]) {
    assert.throws(() => mergeAutoCompleted(config, other), {
      code: StatusCode.Internal,
      message: "Cannot update scheduling choice from 13 to 13 when auto-completing.",
    });
  }
});

const COMPILE = { isProvided: true, version: 3n, files: new MemoryModelFiles({}) };

test("labels are the lines of their file", async () => {
  const files = new MemoryModelFiles({ "labels/a.txt": "cat\r\ndog\n\nbird\n", "empty.txt": "" });
  const config = configOf({
    output: [
      { ...TENSOR, name: "a", labelFilename: "labels/a.txt" },
      { ...TENSOR, name: "b", labelFilename: "empty.txt" },
      { ...TENSOR, name: "c" },
    ],
  });
  const spec = await compileModelConfig({ ...COMPILE, config, files });
  assert.deepEqual(
    spec.outputs.map(({ labels }) => labels),
    [["cat\r", "dog", "", "bird"], [], null],
  );
});

test("a label file must lie within the model directory and be there once", async () => {
  const compile = (...labelFilenames: string[]): Promise<unknown> =>
    compileModelConfig({
      ...COMPILE,
      config: configOf({
        output: labelFilenames.map((labelFilename) => ({ ...TENSOR, labelFilename })),
      }),
      files: new MemoryModelFiles({ "a.txt": "x" }),
    });
  await assert.rejects(compile("../x/a.txt"), {
    code: StatusCode.Unsupported,
    message:
      "label file path '/models/m/../x/a.txt' for output 'x' in model 'm' is outside model directory",
  });
  await assert.rejects(compile("b.txt"), {
    code: StatusCode.Internal,
    message: "failed to open text file for read /models/m/b.txt: No such file or directory",
  });
  await assert.rejects(compile("a.txt", "a.txt"), {
    code: StatusCode.Internal,
    message: "multiple label files for 'x'",
  });
});

test("a configuration that nobody gave, or that breaks a rule, does not compile", async () => {
  const config = configOf({ input: [TENSOR], output: [TENSOR] });
  await assert.rejects(compileModelConfig({ ...COMPILE, config, isProvided: false }), {
    code: StatusCode.NotFound,
    message: "model configuration is not provided for model 'm'",
  });
  const bad: readonly (readonly [ModelConfigInit, string])[] = [
    [{ maxBatchSize: -1 }, "'max_batch_size' must be non-negative value for m"],
    [{ input: [{ ...TENSOR, dims: [] }] }, "model input 'x' must specify 'dims' for m"],
    [
      { input: [{ ...TENSOR, dims: [2n ** 62n, 2n] }] },
      "element count for tensor 'x' exceeds maximum size of 9223372036854775807",
    ],
    [
      { input: [{ ...TENSOR, dims: [2n ** 53n] }] },
      "tensor 'x' of model 'm' has a dimension that is not supported: 9007199254740992",
    ],
    [
      { output: [{ ...TENSOR, dataType: 99 as DataType }] },
      "tensor 'x' of model 'm' has an unknown data type: 99",
    ],
  ];
  for (const [init, message] of bad) {
    await assert.rejects(compileModelConfig({ ...COMPILE, config: configOf(init) }), { message });
  }
  const missing = createModelConfig({ name: "m", backend: "identity" });
  await assert.rejects(compileModelConfig({ ...COMPILE, config: missing }), {
    message: "must specify 'version policy' for m",
  });
});
