import { addSubModel, classifierModel, identityModel, nonZeroModel } from "@nereid/onnx-writer";
import { rawBytes } from "../http-request.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, infer, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { BINARY_OUTPUT, binaryInput, jsonInput, SAMPLES } from "./infer-data.ts";
import {
  batchedIdentityOf,
  classifier,
  DATATYPES,
  identityOf,
  simpleModel,
} from "./sample-models.ts";

const FIXED_TYPES = Object.entries(SAMPLES);

function datatypeCases(): readonly Case[] {
  return FIXED_TYPES.flatMap(([datatype, { json, bytes, count }]) => {
    const model = `identity_${datatype.toLowerCase()}`;
    const size = bytes.byteLength;
    const lower = datatype.toLowerCase();
    const cases: Case[] = [
      testCase(
        `${lower}_binary_to_binary`,
        infer(model, binaryInput(datatype, [count], size, BINARY_OUTPUT), { binary: [bytes] }),
      ),
      testCase(
        `${lower}_binary_to_json`,
        infer(model, binaryInput(datatype, [count], size), { binary: [bytes] }),
      ),
      testCase(
        `${lower}_json_to_json`,
        infer(model, jsonInput(datatype, [count], json ?? "[1,2,3,4]")),
      ),
    ];
    if (json !== null) {
      const request = jsonInput(datatype, [count], json);
      cases.push(
        testCase(
          `${lower}_json_to_binary`,
          infer(model, request.replace(/}$/, `${BINARY_OUTPUT}}`)),
        ),
        testCase(
          `${lower}_json_batched`,
          infer(`batched_${lower}`, jsonInput(datatype, [2, 2], json)),
        ),
      );
    }
    return cases;
  });
}

const INPUT16 = Array.from({ length: 16 }, (_, index) => index);
const ONES16 = new Array<number>(16).fill(1);

function simpleRequest(more: object = {}): object {
  return {
    inputs: [
      { name: "INPUT0", datatype: "INT32", shape: [1, 16], data: INPUT16 },
      { name: "INPUT1", datatype: "INT32", shape: [1, 16], data: ONES16 },
    ],
    ...more,
  };
}

function mixedRequest(): ReturnType<typeof infer> {
  const binary = rawBytes(Int32Array.from(ONES16));
  return infer(
    "simple",
    {
      id: "mixed",
      inputs: [
        { name: "INPUT0", datatype: "INT32", shape: [1, 16], data: INPUT16 },
        {
          name: "INPUT1",
          datatype: "INT32",
          shape: [1, 16],
          parameters: { binary_data_size: binary.byteLength },
        },
      ],
      outputs: [
        { name: "OUTPUT1", parameters: { binary_data: false } },
        { name: "OUTPUT0", parameters: { binary_data: true } },
      ],
    },
    { binary: [binary] },
  );
}

/** Every datatype in every form, output selection, batching and what a response carries. */
export const inferSuite: Suite = {
  name: "L0_infer",
  about: "inference of every datatype in JSON and binary, outputs, batches, request fields",
  models: [
    ...DATATYPES.flatMap((datatype) => [identityOf(datatype), batchedIdentityOf(datatype)]),
    simpleModel(),
    classifier(),
    onnxModel("non_zero", nonZeroModel()),
    onnxModel("scalar", identityModel({ elementType: "FLOAT", dims: [] })),
    onnxModel("scalar_batched", identityModel({ elementType: "INT64", dims: [], isBatched: true })),
    onnxModel(
      "rank3",
      identityModel({ elementType: "INT32", dims: ["a", "b"], isBatched: true }),
      onnxConfig({
        maxBatchSize: 4,
        inputs: [["INPUT0", "INT32", [-1, -1]]],
        outputs: [["OUTPUT0", "INT32", [-1, -1]]],
      }),
    ),
    onnxModel(
      "reshaped",
      identityModel({ elementType: "INT32", dims: [2, 2], isBatched: true }),
      onnxConfig({
        maxBatchSize: 4,
        inputs: [["INPUT0", "INT32", [4], "reshape { shape: [ 2, 2 ] }"]],
        outputs: [["OUTPUT0", "INT32", [4], "reshape { shape: [ 2, 2 ] }"]],
      }),
    ),
    onnxModel(
      "one_output_configured",
      addSubModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "INT32", [16]],
          ["INPUT1", "INT32", [16]],
        ],
        outputs: [["OUTPUT1", "INT32", [16]]],
      }),
    ),
    onnxModel("classifier_auto", classifierModel({ isBatched: true })),
  ],
  // The models of a type that the server's ONNX Runtime backend does not take stay out.
  flags: ["--exit-on-error=false"],
  cases: [
    ...datatypeCases(),
    testCase("simple_json", infer("simple", simpleRequest())),
    testCase("simple_with_id", infer("simple", simpleRequest({ id: "request 1" }))),
    testCase("simple_empty_id", infer("simple", simpleRequest({ id: "" }))),
    testCase("simple_id_unicode", infer("simple", simpleRequest({ id: 'é\u0001"\\/\n' }))),
    testCase("simple_unknown_members", infer("simple", simpleRequest({ comment: [1, { a: 2 }] }))),
    testCase("simple_empty_outputs", infer("simple", simpleRequest({ outputs: [] }))),
    testCase(
      "simple_one_output",
      infer("simple", simpleRequest({ outputs: [{ name: "OUTPUT1" }] })),
    ),
    testCase(
      "simple_outputs_reversed",
      infer("simple", simpleRequest({ outputs: [{ name: "OUTPUT1" }, { name: "OUTPUT0" }] })),
    ),
    testCase("simple_mixed_forms", mixedRequest()),
    testCase(
      "binary_data_output_all",
      infer("simple", simpleRequest({ parameters: { binary_data_output: true } })),
    ),
    testCase(
      "binary_data_output_listed_without",
      infer(
        "simple",
        simpleRequest({
          parameters: { binary_data_output: true },
          outputs: [{ name: "OUTPUT0" }, { name: "OUTPUT1", parameters: { binary_data: true } }],
        }),
      ),
    ),
    testCase(
      "binary_data_output_false",
      infer(
        "simple",
        simpleRequest({
          parameters: { binary_data_output: false },
          outputs: [{ name: "OUTPUT0", parameters: { binary_data: true } }],
        }),
      ),
    ),
    testCase("nested_data", infer("rank3", jsonInput("INT32", [1, 2, 3], "[[[1,2,3],[4,5,6]]]"))),
    testCase(
      "nested_data_otherwise",
      infer("rank3", jsonInput("INT32", [1, 2, 3], "[[1,2],[3,4],[5,6]]")),
    ),
    testCase(
      "nested_data_ragged",
      infer("rank3", jsonInput("INT32", [1, 2, 3], "[[1],[[2,3]],4,[5,6]]")),
    ),
    testCase("scalar_data_for_one_element", infer("identity_int32", jsonInput("INT32", [1], "7"))),
    testCase("batch_of_four", infer("batched_fp32", jsonInput("FP32", [4, 1], "[1,2,3,4]"))),
    testCase("reshaped", infer("reshaped", jsonInput("INT32", [1, 4], "[1,2,3,4]"))),
    testCase("scalar", infer("scalar", jsonInput("FP32", [1], "[2.5]"))),
    testCase("scalar_without_dims", infer("scalar", jsonInput("FP32", [], "[2.5]"))),
    testCase("scalar_batched", infer("scalar_batched", jsonInput("INT64", [3, 1], "[1,2,3]"))),
    testCase("scalar_batched_without", infer("scalar_batched", jsonInput("INT64", [3], "[1,2,3]"))),
    testCase("output_shape_from_data", infer("non_zero", jsonInput("FP32", [4], "[0,1,0,2]"))),
    testCase("output_empty", infer("non_zero", jsonInput("FP32", [2], "[0,0]"))),
    testCase(
      "output_empty_binary",
      infer("non_zero", jsonInput("FP32", [2], "[0,0]").replace(/}$/, `${BINARY_OUTPUT}}`)),
    ),
    testCase(
      "output_not_configured",
      infer("one_output_configured", {
        inputs: [
          { name: "INPUT0", datatype: "INT32", shape: [16], data: INPUT16 },
          { name: "INPUT1", datatype: "INT32", shape: [16], data: ONES16 },
        ],
      }),
    ),
    testCase("zero_dim", infer("identity_fp32", jsonInput("FP32", [0], "[]"))),
    testCase("zero_dim_ignores_data", infer("identity_fp32", jsonInput("FP32", [0], "[1,2]"))),
    testCase(
      "zero_dim_binary",
      infer("identity_fp32", binaryInput("FP32", [0], 0, BINARY_OUTPUT), { binary: [] }),
    ),
    testCase("zero_dim_batched", infer("batched_fp32", jsonInput("FP32", [2, 0], "[]"))),
    testCase("zero_batch", infer("batched_fp32", jsonInput("FP32", [0, 2], "[]"))),
    testCase("zero_dim_rank3", infer("rank3", jsonInput("INT32", [1, 0, 3], "[]"))),
    testCase(
      "nan_and_infinity",
      infer("identity_fp32", jsonInput("FP32", [4], "[NaN,Inf,-Infinity,Infinity]")),
    ),
    testCase(
      "nan_and_infinity_fp64",
      infer("identity_fp64", jsonInput("FP64", [4], "[NaN,Inf,-Infinity,-0.0]")),
    ),
    testCase(
      "fp32_integers",
      infer("identity_fp32", jsonInput("FP32", [4], "[1,-2,16777217,18446744073709551615]")),
    ),
    testCase("fp32_overflow", infer("identity_fp32", jsonInput("FP32", [2], "[1e39,-1e300]"))),
    testCase(
      "fp32_exponents",
      infer("identity_fp32", jsonInput("FP32", [6], "[1e10,1e-10,123456789,1.5e20,1e21,1e22]")),
    ),
    testCase(
      "fp64_exponents",
      infer(
        "identity_fp64",
        jsonInput("FP64", [8], "[1e10,1e-7,123456789.125,1e20,1e21,1e22,0.00001,1e-5]"),
      ),
    ),
    testCase("uint8_wraps", infer("identity_uint8", jsonInput("UINT8", [3], "[256,300,65535]"))),
    testCase("int8_wraps", infer("identity_int8", jsonInput("INT8", [3], "[128,-129,1000]"))),
    testCase("int16_wraps", infer("identity_int16", jsonInput("INT16", [2], "[32768,-32769]"))),
    testCase(
      "int32_wraps",
      infer("identity_int32", jsonInput("INT32", [2], "[2147483648,4294967296]")),
    ),
    testCase(
      "uint32_wraps",
      infer("identity_uint32", jsonInput("UINT32", [2], "[4294967296,4294967297]")),
    ),
    testCase(
      "bool_bytes_other_than_one",
      infer("identity_bool", binaryInput("BOOL", [3], 3, BINARY_OUTPUT), {
        binary: [Uint8Array.of(2, 255, 0)],
      }),
    ),
    testCase(
      "classifier",
      infer(
        "classifier",
        {
          inputs: [
            { name: "scores", datatype: "FP32", shape: [2, 4], data: [1, 2, 3, 3, 4, 1, 1, 1] },
          ],
        },
        { tolerance: 1e-6 },
      ),
    ),
    testCase(
      "classifier_completed",
      infer(
        "classifier_auto",
        { inputs: [{ name: "scores", datatype: "FP32", shape: [1, 4], data: [0, 0, 0, 1] }] },
        { tolerance: 1e-6 },
      ),
    ),
  ],
};
