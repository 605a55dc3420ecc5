import {
  identityModel,
  matmulLoopModel,
  optionalInputModel,
  reshapeModel,
} from "@nereid/onnx-writer";
import { onnxModel } from "../model-repository.ts";
import { infer, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { jsonInput } from "./infer-data.ts";
import { batchedIdentityOf, identityOf, simpleModel } from "./sample-models.ts";

const DATA16 = Array.from({ length: 16 }, (_, index) => index);

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

const INPUT0: Tensor = { name: "INPUT0", datatype: "INT32", shape: [1, 16], data: DATA16 };
const INPUT1: Tensor = { ...INPUT0, name: "INPUT1" };

function simple(inputs: readonly object[], more: object = {}): ReturnType<typeof infer> {
  return infer("simple", { ...more, inputs });
}

function batched(shape: readonly number[], count: number): ReturnType<typeof infer> {
  const data = JSON.stringify(new Array<number>(count).fill(1));
  return infer("batched_fp32", jsonInput("FP32", shape, data));
}

/** FP32 [4] under a name, for the model with optional inputs. */
function vector(name: string, data: readonly number[]): Tensor {
  return { name, datatype: "FP32", shape: [data.length], data };
}

const SHAPE_2_2 = { name: "SHAPE", datatype: "INT64", shape: [2], data: [2, 2] };

/** What the core checks once the request is read, and what the backend finds at run time. */
export const inputValidationSuite: Suite = {
  name: "L0_input_validation",
  about: "missing, unknown and repeated tensors, datatypes, shapes, batches, failures at run time",
  models: [
    simpleModel(),
    batchedIdentityOf("FP32"),
    identityOf("FP32"),
    onnxModel(
      "optional",
      optionalInputModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "FP32", [4]],
          ["SCALE", "FP32", [4], "optional: true"],
          ["BIAS", "FP32", [4], "optional: true"],
        ],
        outputs: [["OUTPUT0", "FP32", [4]]],
      }),
    ),
    onnxModel("initializers_not_listed", optionalInputModel()),
    onnxModel(
      "reshape",
      reshapeModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "FP32", [-1]],
          ["SHAPE", "INT64", [-1]],
        ],
        outputs: [["OUTPUT0", "FP32", [-1]]],
      }),
    ),
    onnxModel("reshape_completed", reshapeModel()),
    onnxModel(
      "output_misfit",
      reshapeModel({ outputDims: [4] }),
      onnxConfig({
        inputs: [
          ["INPUT0", "FP32", [-1]],
          ["SHAPE", "INT64", [-1]],
        ],
        outputs: [["OUTPUT0", "FP32", [4]]],
      }),
    ),
    onnxModel(
      "scalar_taken_for_batches",
      identityModel({ elementType: "FLOAT", dims: [] }),
      onnxConfig({
        maxBatchSize: 2,
        inputs: [["INPUT0", "FP32", [1]]],
        outputs: [["OUTPUT0", "FP32", [1]]],
      }),
    ),
    onnxModel("two_inputs", matmulLoopModel({ iterations: "input", size: 4 })),
  ],
  flags: [],
  cases: [
    testCase("missing_input", simple([INPUT0])),
    testCase("missing_input_with_id", simple([INPUT0], { id: "the id" })),
    testCase("no_inputs", simple([])),
    testCase("unknown_input", simple([INPUT0, { ...INPUT1, name: "OTHER" }])),
    testCase("extra_input", simple([INPUT0, INPUT1, { ...INPUT1, name: "OTHER" }])),
    testCase("repeated_input", simple([INPUT0, INPUT0])),
    testCase("repeated_input_with_id", simple([INPUT0, INPUT0], { id: "x" })),
    testCase("empty_input_name", simple([INPUT0, { ...INPUT1, name: "" }])),
    testCase("unknown_output", simple([INPUT0, INPUT1], { outputs: [{ name: "OTHER" }] })),
    testCase(
      "repeated_output",
      simple([INPUT0, INPUT1], { id: "y", outputs: [{ name: "OUTPUT0" }, { name: "OUTPUT0" }] }),
    ),
    testCase("unknown_output_and_input", simple([INPUT0], { outputs: [{ name: "OTHER" }] })),
    testCase("wrong_datatype", simple([{ ...INPUT0, datatype: "FP32" }, INPUT1])),
    testCase(
      "wrong_datatype_bytes",
      simple([{ ...INPUT0, datatype: "BYTES", data: DATA16.map(String) }, INPUT1]),
    ),
    testCase("unknown_datatype", simple([{ ...INPUT0, datatype: "INT128" }, INPUT1])),
    testCase("lower_case_datatype", simple([{ ...INPUT0, datatype: "int32" }, INPUT1])),
    testCase("empty_datatype", simple([{ ...INPUT0, datatype: "" }, INPUT1])),
    testCase("wrong_shape", simple([{ ...INPUT0, shape: [1, 8], data: DATA16.slice(8) }, INPUT1])),
    testCase("wrong_rank", simple([{ ...INPUT0, shape: [1, 4, 4] }, INPUT1])),
    testCase(
      "no_batch_dim",
      simple([
        { ...INPUT0, shape: [16] },
        { ...INPUT1, shape: [16] },
      ]),
    ),
    testCase("empty_shape", simple([{ ...INPUT0, shape: [], data: [1] }, INPUT1])),
    testCase(
      "different_batches",
      simple([{ ...INPUT0, shape: [2, 16], data: [...DATA16, ...DATA16] }, INPUT1]),
    ),
    testCase("batch_too_large", batched([5, 1], 5)),
    testCase("batch_of_zero", batched([0, 1], 0)),
    testCase("batch_dim_only", batched([4], 4)),
    testCase("rank_too_high", batched([1, 2, 2], 4)),
    testCase("no_batching_wrong_rank", infer("identity_fp32", jsonInput("FP32", [1, 2], "[1,2]"))),
    testCase("too_few_elements", infer("identity_fp32", jsonInput("FP32", [3], "[1,2]"))),
    testCase("too_many_elements", infer("identity_fp32", jsonInput("FP32", [2], "[1,2,3]"))),
    testCase("no_elements", infer("identity_fp32", jsonInput("FP32", [1], "[]"))),
    testCase(
      "optional_all_given",
      infer("optional", {
        inputs: [
          vector("INPUT0", [1, 2, 3, 4]),
          vector("SCALE", [0, 1, 0, 1]),
          vector("BIAS", [5, 5, 5, 5]),
        ],
      }),
    ),
    testCase(
      "optional_one_given",
      infer("optional", { inputs: [vector("INPUT0", [1, 2, 3, 4]), vector("BIAS", [0, 0, 0, 0])] }),
    ),
    testCase(
      "optional_none_given",
      infer("optional", { inputs: [vector("INPUT0", [1, 2, 3, 4])] }),
    ),
    testCase(
      "optional_required_missing",
      infer("optional", { inputs: [vector("BIAS", [0, 0, 0, 0])] }),
    ),
    testCase("optional_no_inputs", infer("optional", { inputs: [] })),
    testCase(
      "optional_unknown_input",
      infer("optional", { inputs: [vector("INPUT0", [1, 2, 3, 4]), vector("OTHER", [1])] }),
    ),
    testCase(
      "optional_wrong_shape",
      infer("optional", { inputs: [vector("INPUT0", [1, 2, 3, 4]), vector("BIAS", [1])] }),
    ),
    testCase(
      "initializers_not_listed",
      infer("initializers_not_listed", { inputs: [vector("INPUT0", [1, 2, 3, 4])] }),
    ),
    testCase(
      "initializers_not_listed_given",
      infer("initializers_not_listed", {
        inputs: [vector("INPUT0", [1, 2, 3, 4]), vector("BIAS", [0, 0, 0, 0])],
      }),
    ),
    testCase(
      "run_time_failure",
      infer("reshape", { id: "r", inputs: [vector("INPUT0", [1, 2, 3]), SHAPE_2_2] }),
    ),
    testCase(
      "run_time_success_after_failure",
      infer("reshape", {
        inputs: [vector("INPUT0", [1, 2, 3, 4]), { ...SHAPE_2_2, shape: [1], data: [-1] }],
      }),
    ),
    testCase(
      "output_rank_misfit",
      infer("reshape", { inputs: [vector("INPUT0", [1, 2, 3, 4]), SHAPE_2_2] }),
    ),
    testCase(
      "output_size_misfit",
      infer("output_misfit", {
        inputs: [vector("INPUT0", [1, 2, 3, 4, 5, 6]), { ...SHAPE_2_2, shape: [1], data: [6] }],
      }),
    ),
    testCase(
      "output_rank_misfit_configured",
      infer("output_misfit", { inputs: [vector("INPUT0", [1, 2, 3, 4]), SHAPE_2_2] }),
    ),
    testCase(
      "batch_of_one_of_scalars",
      infer("scalar_taken_for_batches", jsonInput("FP32", [1, 1], "[1]")),
    ),
    testCase(
      "batch_of_two_of_scalars",
      infer("scalar_taken_for_batches", jsonInput("FP32", [2, 1], "[1,2]")),
    ),
    testCase(
      "first_of_several_wrong",
      infer("two_inputs", {
        inputs: [
          { ...INPUT0, datatype: "FP32", shape: [2], data: [1, 2] },
          { name: "COUNT", datatype: "INT64", shape: [2], data: [1, 2] },
        ],
      }),
    ),
  ],
};
