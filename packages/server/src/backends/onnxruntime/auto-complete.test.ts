import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createModelConfig,
  DataType,
  type ModelConfig,
  type ModelConfigInit,
  StatusCode,
} from "@nereid/protocol";
import { OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import { autoCompleteConfig, isCompletionSkipped } from "./auto-complete.ts";
import type { SessionSignature } from "./session-signature.ts";
import { RecordingLogger, signature, tensorInfo } from "./testing/signature.ts";

const BATCHED = signature([tensorInfo("X", [-1, 4])], [tensorInfo("Y", [-1, 2, -1])]);
const FIXED = signature([tensorInfo("X", [4])], [tensorInfo("Y", [4])]);

function complete(
  init: ModelConfigInit,
  model: SessionSignature,
  log = new RecordingLogger(),
): ModelConfig {
  return autoCompleteConfig({
    name: "m",
    config: createModelConfig(init),
    signature: model,
    defaultMaxBatchSize: 4,
    log,
  });
}

/** What auto-completion changes of an input or output. */
function fields(tensors: ModelConfig["input"] | ModelConfig["output"]) {
  return tensors.map(({ name, dataType, dims, reshape }) => ({
    name,
    dataType,
    dims: dims.map(Number),
    reshape: reshape === undefined ? undefined : reshape.shape.map(Number),
  }));
}

test("a model that can batch gets a batch size, a batcher and a warning", () => {
  const log = new RecordingLogger();
  const config = complete({}, BATCHED, log);
  assert.equal(config.maxBatchSize, 4);
  assert.equal(config.schedulingChoice.case, "dynamicBatching");
  assert.deepEqual(fields(config.input), [
    { name: "X", dataType: DataType.TYPE_FP32, dims: [4], reshape: undefined },
  ]);
  assert.deepEqual(fields(config.output), [
    { name: "Y", dataType: DataType.TYPE_FP32, dims: [2, -1], reshape: undefined },
  ]);
  assert.deepEqual(log.lines, [
    "warning: autofilled max_batch_size to 4 for model 'm' since batching is supporrted but no max_batch_size is " +
      "specified in model configuration. Must specify max_batch_size to utilize autofill with a larger max batch size",
  ]);
});

test("a configured batch size stays; a batcher comes only above one, and not beside another", () => {
  const log = new RecordingLogger();
  assert.equal(complete({ maxBatchSize: 1 }, BATCHED, log).schedulingChoice.case, undefined);
  assert.equal(complete({ maxBatchSize: 8 }, BATCHED, log).maxBatchSize, 8);
  const sequence = { case: "sequenceBatching" as const, value: {} };
  assert.equal(
    complete({ maxBatchSize: 8, schedulingChoice: sequence }, BATCHED, log).schedulingChoice.case,
    "sequenceBatching",
  );
  assert.deepEqual(log.lines, []);
});

test("one fixed first dimension, or one scalar, and the model cannot batch", () => {
  for (const model of [
    FIXED,
    signature([tensorInfo("X", [-1, 4])], [tensorInfo("Y", [4])]),
    signature([tensorInfo("X", [-1]), tensorInfo("S", [])], [tensorInfo("Y", [-1])]),
  ]) {
    const config = complete({}, model);
    assert.equal(config.maxBatchSize, 0);
    assert.equal(config.schedulingChoice.case, undefined);
    assert.throws(() => complete({ maxBatchSize: 3 }, model), {
      code: StatusCode.InvalidArg,
      message:
        "autofill failed for model 'm': model does not support batching while non-zero max_batch_size is specified",
    });
  }
});

test("scalars have one element, and a reshape where there is a batch dimension", () => {
  const batched = complete({}, signature([tensorInfo("X", [-1])], [tensorInfo("Y", [-1, 1])]));
  assert.deepEqual(fields(batched.input)[0]?.dims, [1]);
  assert.deepEqual(fields(batched.input)[0]?.reshape, []);
  const single = complete({}, signature([tensorInfo("X", [])], [tensorInfo("Y", [1])]));
  assert.deepEqual(fields(single.input)[0], {
    name: "X",
    dataType: DataType.TYPE_FP32,
    dims: [1],
    reshape: undefined,
  });
});

test("only a list that is empty is filled, and then all of it", () => {
  const input = { name: "other", dataType: DataType.TYPE_INT8, dims: [9n] };
  const config = complete({ input: [input] }, FIXED);
  assert.deepEqual(fields(config.input), [
    { name: "other", dataType: DataType.TYPE_INT8, dims: [9], reshape: undefined },
  ]);
  assert.equal(config.output.length, 1);
});

test("tensors are listed as the real server lists them", () => {
  const names = ["alpha", "b", "gamma_long_name"];
  const tensors = names.map((name) => tensorInfo(name, [2]));
  assert.deepEqual(
    complete({}, signature(tensors, tensors)).input.map(({ name }) => name),
    ["gamma_long_name", "b", "alpha"],
  );
});

test("every element type that Triton knows has its data type, others none", () => {
  for (const [elementType, dataType] of [
    [OrtElementType.String, DataType.TYPE_STRING],
    [OrtElementType.Bfloat16, DataType.TYPE_BF16],
    [OrtElementType.Bool, DataType.TYPE_BOOL],
    [OrtElementType.Complex64, DataType.TYPE_INVALID],
  ] as const) {
    const model = signature([tensorInfo("X", [2], elementType)], [tensorInfo("Y", [2])]);
    assert.equal(complete({}, model).input[0]?.dataType, dataType);
  }
});

test("the given configuration is not changed", () => {
  const config = createModelConfig({});
  autoCompleteConfig({
    name: "m",
    config,
    signature: BATCHED,
    defaultMaxBatchSize: 4,
    log: new RecordingLogger(),
  });
  assert.deepEqual(config, createModelConfig({}));
});

test("completion is skipped where inputs (or batch inputs) and outputs are listed", () => {
  const input = [{ name: "X" }];
  const output = [{ name: "Y" }];
  const skipped = (init: ModelConfigInit) => isCompletionSkipped(createModelConfig(init));
  assert.equal(skipped({ input, output }), true);
  assert.equal(skipped({ batchInput: [{ targetName: ["X"] }], output }), true);
  assert.equal(skipped({ input }), false);
  assert.equal(skipped({ output }), false);
  assert.equal(skipped({}), false);
});
