import assert from "node:assert/strict";
import { test } from "node:test";
import { type Datatype, datatypeByteSize, StatusCode, TritonError } from "@nereid/protocol";
import type { InputSpec, ModelSpec } from "../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { Tensor } from "../model/tensor.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import { prepareRequest } from "./prepare-request.ts";

const sender: ResponseSender = { send: () => assert.fail("nothing is sent here") };

interface InputInit {
  readonly name: string;
  readonly datatype?: Datatype;
  readonly dims?: readonly number[];
  readonly isOptional?: boolean;
}

function createSpec(batchSizeMax: number, inits: readonly InputInit[]): ModelSpec {
  const inputs: InputSpec[] = inits.map(
    ({ name, datatype = "FP32", dims = [16], isOptional = false }) => ({
      name,
      datatype,
      dims,
      fullShape: batchSizeMax > 0 ? [-1, ...dims] : dims,
      reshape: null,
      isOptional,
      isRaggedBatchAllowed: false,
      isShapeTensor: false,
    }),
  );
  const output = {
    name: "OUT",
    datatype: "FP32",
    dims: [1],
    fullShape: [1],
    reshape: null,
  } as const;
  return modelSpec({
    platform: "onnxruntime_onnx",
    batchSizeMax,
    inputs,
    outputs: [{ ...output, labels: null }],
    outputsByName: new Map([["OUT", { ...output, labels: null }]]),
  });
}

function tensor(
  name: string,
  shape: readonly number[],
  datatype: Datatype = "FP32",
  byteSize = shape.reduce((a, b) => a * b, 1) * datatypeByteSize(datatype),
): Tensor {
  return new Tensor(name, datatype, shape, new Uint8Array(byteSize), null);
}

function bytesTensor(name: string, shape: readonly number[], bytes: readonly number[]): Tensor {
  return new Tensor(name, "BYTES", shape, Uint8Array.from(bytes), null);
}

function prepare(
  spec: ModelSpec,
  inputs: Tensor[],
  outputs: string[] | null = null,
): InferenceRequest {
  const request = new InferenceRequest(spec, sender, 0);
  request.inputs = inputs;
  request.requestedOutputs = outputs;
  prepareRequest(request);
  return request;
}

const PREFIX = "[request id: <id_unknown>] ";
const NOTE =
  "NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each " +
  "input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting " +
  "max_batch_size to zero. See the model configuration docs for more info on max_batch_size.";

const A: readonly InputInit[] = [{ name: "A" }];
const AB: readonly InputInit[] = [{ name: "A" }, { name: "B" }];
const A_OPTIONAL_B: readonly InputInit[] = [{ name: "A" }, { name: "B", isOptional: true }];
const STRINGS: readonly InputInit[] = [{ name: "A", datatype: "BYTES", dims: [2] }];

const refused: readonly {
  readonly what: string;
  readonly batchSizeMax?: number;
  readonly inits: readonly InputInit[];
  readonly inputs: Tensor[];
  readonly outputs?: string[];
  readonly text: string;
}[] = [
  {
    what: "the same input twice",
    inits: AB,
    inputs: [tensor("A", [16]), tensor("A", [16])],
    text: `${PREFIX}input 'A' already exists in request`,
  },
  {
    what: "the same output twice",
    inits: A,
    inputs: [tensor("A", [16])],
    outputs: ["OUT", "OUT"],
    text: `${PREFIX}output 'OUT' already exists in request`,
  },
  {
    what: "an unknown output, without the request id",
    inits: A,
    inputs: [tensor("A", [16])],
    outputs: ["X"],
    text: "unexpected inference output 'X' for model 'm'",
  },
  {
    what: "a missing input",
    inits: AB,
    inputs: [tensor("A", [16])],
    text: `${PREFIX}expected 2 inputs but got 1 inputs for model 'm'. Got input(s) ['A'], but missing required input(s) ['B']. Please provide all required input(s).`,
  },
  {
    what: "no input at all",
    inits: AB,
    inputs: [],
    text: `${PREFIX}expected 2 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['A','B']. Please provide all required input(s).`,
  },
  {
    what: "too many inputs, none missing",
    inits: A,
    inputs: [tensor("A", [16]), tensor("B", [16])],
    text: `${PREFIX}expected 1 inputs but got 2 inputs for model 'm'. Got input(s) ['B','A'], but missing required input(s) ]. Please provide all required input(s).`,
  },
  {
    what: "a missing input where others are optional",
    inits: A_OPTIONAL_B,
    inputs: [],
    text: `${PREFIX}expected number of inputs between 1 and 2 but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['A']. Please provide all required input(s).`,
  },
  {
    what: "an unknown input, without the request id",
    inits: A,
    inputs: [tensor("X", [16])],
    text: "unexpected inference input 'X' for model 'm'",
  },
  {
    what: "no batch dimension at all",
    batchSizeMax: 4,
    inits: A,
    inputs: [tensor("A", [])],
    text: `${PREFIX}input 'A' has no shape but model requires batch dimension for 'm'`,
  },
  {
    what: "batch dimensions that differ",
    batchSizeMax: 4,
    inits: AB,
    inputs: [tensor("A", [1, 16]), tensor("B", [2, 16])],
    text: `${PREFIX}input 'A' batch size does not match other inputs for 'm'`,
  },
  {
    what: "a batch over the maximum",
    batchSizeMax: 4,
    inits: A,
    inputs: [tensor("A", [5, 16])],
    text: `${PREFIX}inference request batch-size must be <= 4 for 'm'`,
  },
  {
    what: "another datatype",
    inits: A,
    inputs: [tensor("A", [16], "INT32")],
    text: `${PREFIX}inference input 'A' data-type is 'INT32', but model 'm' expects 'FP32'`,
  },
  {
    what: "another shape",
    inits: A,
    inputs: [tensor("A", [8])],
    text: `${PREFIX}unexpected shape for input 'A' for model 'm'. Expected [16], got [8]. `,
  },
  {
    what: "another shape for a batching model",
    batchSizeMax: 4,
    inits: A,
    inputs: [tensor("A", [16])],
    text: `${PREFIX}inference request batch-size must be <= 4 for 'm'`,
  },
  {
    what: "another rank for a batching model",
    batchSizeMax: 4,
    inits: A,
    inputs: [tensor("A", [1, 4, 4])],
    text: `${PREFIX}unexpected shape for input 'A' for model 'm'. Expected [-1,16], got [1,4,4]. ${NOTE}`,
  },
  {
    what: "too few bytes",
    inits: A,
    inputs: [tensor("A", [16], "FP32", 60)],
    text: `${PREFIX}input byte size mismatch for input 'A' for model 'm'. Expected 64, got 60`,
  },
  {
    what: "an empty batch",
    batchSizeMax: 4,
    inits: A,
    inputs: [tensor("A", [0, 16])],
    text: `${PREFIX}input byte size mismatch for input 'A' for model 'm'. Expected 64, got 0`,
  },
  {
    what: "a string length cut short",
    inits: STRINGS,
    inputs: [bytesTensor("A", [2], [0, 0, 0, 0, 1, 0])],
    text: `${PREFIX}incomplete string length indicator for inference input 'A' for model 'm', expecting 4 bytes but only 2 bytes available. Please make sure the string length indicator is in one buffer.`,
  },
  {
    what: "too many strings",
    inits: STRINGS,
    inputs: [bytesTensor("A", [2], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    text: `${PREFIX}unexpected number of string elements 3 for inference input 'A' for model 'm', expecting 2`,
  },
  {
    what: "a string that runs past the end, without the request id",
    inits: STRINGS,
    inputs: [bytesTensor("A", [2], [0, 0, 0, 0, 5, 0, 0, 0, 65])],
    text: "incomplete string data for inference input 'A', expecting string of length 5 but only 1 bytes available",
  },
  {
    what: "too few strings",
    inits: STRINGS,
    inputs: [bytesTensor("A", [2], [1, 0, 0, 0, 65])],
    text: `${PREFIX}expected 2 string elements for inference input 'A' for model 'm', got 1`,
  },
];

for (const { what, batchSizeMax = 0, inits, inputs, outputs, text } of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => prepare(createSpec(batchSizeMax, inits), inputs, outputs ?? null),
      (error: unknown) => {
        assert.ok(error instanceof TritonError);
        assert.equal(error.code, StatusCode.InvalidArg);
        assert.equal(error.message, text);
        return true;
      },
    );
  });
}

test("the request id stands in front of the text", () => {
  const request = new InferenceRequest(createSpec(0, A), sender, 0);
  request.id = "abc";
  request.inputs = [tensor("A", [8])];
  assert.throws(
    () => prepareRequest(request),
    /^TritonError: \[request id: abc\] unexpected shape/,
  );
});

test("accepts what fits and finds the batch size", () => {
  assert.equal(prepare(createSpec(0, A), [tensor("A", [16])], ["OUT"]).batchSize, 1);
  assert.equal(
    prepare(createSpec(4, AB), [tensor("B", [3, 16]), tensor("A", [3, 16])]).batchSize,
    3,
  );
  assert.equal(prepare(createSpec(0, A_OPTIONAL_B), [tensor("A", [16])]).batchSize, 1);
  const wildcard = createSpec(0, [{ name: "A", dims: [-1, 4] }]);
  assert.equal(prepare(wildcard, [tensor("A", [0, 4])]).batchSize, 1);
  assert.equal(prepare(wildcard, [tensor("A", [9, 4])]).batchSize, 1);
  prepare(createSpec(0, STRINGS), [bytesTensor("A", [2], [1, 0, 0, 0, 65, 0, 0, 0, 0])]);
});
