import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ModelSequenceBatching_Control_Kind as ControlKind,
  createModelConfig,
  DataType,
  type ModelConfigInit,
  StatusCode,
} from "@nereid/protocol";
import { OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import type { SessionSignature } from "./session-signature.ts";
import { signature, tensorInfo } from "./testing/signature.ts";
import { validateConfig } from "./validate-config.ts";

const X = { name: "X", dataType: DataType.TYPE_FP32, dims: [4n] };
const Y = { name: "Y", dataType: DataType.TYPE_FP32, dims: [4n] };
const PLAIN = signature([tensorInfo("X", [4])], [tensorInfo("Y", [4])]);
const BATCHED = signature([tensorInfo("X", [-1, 4])], [tensorInfo("Y", [-1, 4])]);
const UNABLE = "unable to load model 'm'";

function validate(init: ModelConfigInit, model: SessionSignature): void {
  validateConfig("m", createModelConfig(init), model);
}

function assertRefused(
  init: ModelConfigInit,
  model: SessionSignature,
  message: string,
  code: StatusCode = StatusCode.InvalidArg,
): void {
  assert.throws(() => validate(init, model), { code, message });
}

test("configurations that fit pass", () => {
  validate({ input: [X], output: [Y] }, PLAIN);
  validate({ maxBatchSize: 2, input: [X], output: [Y] }, BATCHED);
  validate({ input: [X], output: [] }, PLAIN);
  validate(
    { input: [{ ...X, dims: [7n] }], output: [{ ...Y, dims: [-1n] }] },
    signature([tensorInfo("X", [-1])], [tensorInfo("Y", [-1])]),
  );
  validate(
    {
      maxBatchSize: 2,
      input: [{ ...X, reshape: { shape: [2n, 2n] } }],
      output: [{ ...Y, reshape: { shape: [2n, 2n] } }],
    },
    signature([tensorInfo("X", [-1, 2, 2])], [tensorInfo("Y", [-1, 2, 2])]),
  );
});

test("the count of inputs must be the model's, optional ones apart", () => {
  const twice = [X, { ...X, name: "Q" }];
  assertRefused(
    { input: twice, output: [Y] },
    PLAIN,
    `${UNABLE}, configuration expects 2 inputs, model provides 1`,
  );
  const bias = { ...X, name: "B", optional: true };
  const overridable = signature(PLAIN.inputs, PLAIN.outputs, [tensorInfo("B", [4])]);
  validate({ input: [X, bias], output: [Y] }, overridable);
  assertRefused(
    { input: [{ ...X, optional: true }], output: [Y] },
    PLAIN,
    `${UNABLE}, configuration expects 0 inputs, model provides 1`,
  );
});

test("names must be the model's", () => {
  const two = signature(
    [tensorInfo("b", [4]), tensorInfo("a", [4])],
    [tensorInfo("d", [4]), tensorInfo("c", [4])],
  );
  const names = (...list: string[]) => list.map((name) => ({ ...X, name }));
  assertRefused(
    { input: names("a", "Q"), output: [] },
    two,
    "unexpected inference input 'Q', allowed inputs are: a, b",
  );
  assertRefused(
    { input: names("a", "b"), output: names("Q") },
    two,
    "unexpected inference output 'Q', allowed outputs are: c, d",
  );
});

test("data types must be the model's", () => {
  assertRefused(
    { input: [{ ...X, dataType: DataType.TYPE_INT32 }], output: [Y] },
    PLAIN,
    `${UNABLE}, configuration expects datatype TYPE_INT32 for input 'X', model provides TYPE_FP32`,
  );
  assertRefused(
    { input: [X], output: [{ ...Y, dataType: DataType.TYPE_STRING }] },
    PLAIN,
    `${UNABLE}, configuration expects datatype TYPE_STRING for output 'Y', model provides TYPE_FP32`,
  );
  assertRefused(
    { input: [X], output: [Y] },
    signature([tensorInfo("X", [4], OrtElementType.String)], PLAIN.outputs),
    `${UNABLE}, configuration expects datatype TYPE_FP32 for input 'X', model provides TYPE_BYTES`,
  );
  assertRefused(
    { input: [{ ...X, dataType: DataType.TYPE_INVALID }], output: [Y] },
    PLAIN,
    "unsupported datatype TYPE_INVALID for input 'X' for model 'm'",
    StatusCode.Internal,
  );
});

test("shapes must fit: wildcards of the model take any size of an input, none of an output", () => {
  assertRefused(
    { input: [{ ...X, dims: [5n] }], output: [Y] },
    PLAIN,
    "model 'm', tensor 'X': the model expects 1 dimensions (shape [4]) but the model configuration specifies 1 " +
      "dimensions (shape [5])",
  );
  assertRefused(
    { input: [X], output: [{ ...Y, dims: [-1n] }] },
    PLAIN,
    "model 'm', tensor 'Y': the model expects 1 dimensions (shape [4]) but the model configuration specifies 1 " +
      "dimensions (shape [-1])",
  );
  const open = signature([tensorInfo("X", [-1])], [tensorInfo("Y", [-1])]);
  assertRefused(
    { input: [X], output: [Y] },
    open,
    "model 'm', tensor 'Y': the model expects 1 dimensions (shape [-1]) but the model configuration specifies 1 " +
      "dimensions (shape [4])",
  );
  assertRefused(
    { maxBatchSize: 2, input: [{ ...X, dims: [5n] }], output: [Y] },
    BATCHED,
    "model 'm', tensor 'X': the model expects 2 dimensions (shape [-1,4]) but the model configuration specifies 2 " +
      "dimensions (an initial batch dimension because max_batch_size > 0 followed by the explicit tensor shape, making " +
      "complete shape [-1,5])",
  );
  assertRefused(
    { maxBatchSize: 3, input: [X], output: [Y] },
    PLAIN,
    "model 'm', tensor 'X': for the model to support batching the shape should have at least 1 dimension and the first " +
      "dimension must be -1; but shape expected by the model is [4]",
  );
});

test("a reshape is what is compared with the model", () => {
  assertRefused(
    { input: [{ ...X, reshape: { shape: [2n, 2n] } }], output: [Y] },
    PLAIN,
    "model 'm', tensor 'X': the model expects 1 dimensions (shape [4]) but the model configuration specifies 2 " +
      "dimensions (shape [2,2])",
  );
});

test("scalars have ones for dimensions", () => {
  const scalar = signature([tensorInfo("X", [])], [tensorInfo("Y", [])]);
  const ones = { input: [{ ...X, dims: [1n] }], output: [{ ...Y, dims: [1n, 1n] }] };
  validate(ones, scalar);
  assertRefused(
    { ...ones, input: [X] },
    scalar,
    `${UNABLE}, scalar tensor 'X', should only provide 1 in the model configuration when the model doesn't support ` +
      "batching. Model configuration provided: [4].",
  );
});

test("optional inputs and batching do not go together", () => {
  assertRefused(
    {
      maxBatchSize: 2,
      input: [X, { ...X, name: "B", optional: true }],
      output: [Y],
    },
    signature(BATCHED.inputs, BATCHED.outputs, [tensorInfo("B", [-1, 4])]),
    `${UNABLE}, optional input 'B' is not supported for models that support batching`,
  );
});

test("a ragged input is one row to the model", () => {
  const ragged = { ...X, dims: [-1n], allowRaggedBatch: true };
  validate({ input: [ragged], output: [Y] }, signature([tensorInfo("X", [-1])], PLAIN.outputs));
  assertRefused(
    { input: [ragged], output: [Y] },
    PLAIN,
    `${UNABLE}, configuration expects model provides input with shape [-1]  for ragged input 'X', model provides [4]`,
  );
  assertRefused(
    { input: [X, { ...ragged, name: "B", optional: true }], output: [Y] },
    signature(PLAIN.inputs, PLAIN.outputs, [tensorInfo("B", [-1])]),
    `${UNABLE}, configuration expects model provides input with shape [-1] for ragged input 'B', which is not supported ` +
      "for optional input",
  );
});

test("control tensors of a sequence batcher are inputs of the model, checked and counted", () => {
  const sequence = (control: object, name = "START"): ModelConfigInit => ({
    input: [X],
    output: [Y],
    schedulingChoice: {
      case: "sequenceBatching",
      value: { controlInput: [{ name, control: [control] }] },
    },
  });
  const start = { kind: ControlKind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1] };
  const model = (shape: number[], elementType: number = OrtElementType.Float) =>
    signature([...PLAIN.inputs, tensorInfo("START", shape, elementType)], PLAIN.outputs);
  validate(sequence(start), model([1]));
  assertRefused(
    sequence(start),
    PLAIN,
    "configuration specified sequence control 'START', but model does not provide that input",
    StatusCode.Internal,
  );
  assertRefused(
    sequence(start),
    model([2]),
    `${UNABLE}, sequence control 'START' in model has dims [2] but dims [1] is expected`,
  );
  assertRefused(
    sequence(start),
    model([1], OrtElementType.Int32),
    `${UNABLE}, sequence control 'START', the model expects data-type INT32 but the model configuration specifies ` +
      "data-type TYPE_FP32",
  );
  const correlation = {
    kind: ControlKind.CONTROL_SEQUENCE_CORRID,
    dataType: DataType.TYPE_UINT64,
  };
  validate(sequence(correlation), model([1], OrtElementType.Uint64));
});
