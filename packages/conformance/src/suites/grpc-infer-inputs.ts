import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { reshapeModel } from "@nereid/onnx-writer";
import { call } from "../grpc-step.ts";
import { bytesElements } from "../http-request.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { base64, floats, identityRequest, simpleRequest } from "./grpc-requests.ts";
import { DATATYPES, identityOf, simpleModel } from "./sample-models.ts";

/** One element in every list that contents have. */
const CONTENTS: Readonly<Record<string, JsonValue>> = {
  boolContents: [true],
  intContents: [7],
  int64Contents: [7],
  uintContents: [7],
  uint64Contents: [7],
  fp32Contents: [7],
  fp64Contents: [7],
  bytesContents: ["Nw=="],
};

function infer(request: JsonObject): GrpcStep {
  return call("ModelInfer", request);
}

/** One input of identity_<datatype>, one element, and what else the input has. */
function input(datatype: string, more: JsonObject, request: JsonObject = {}): GrpcStep {
  return infer({
    modelName: `identity_${datatype.toLowerCase()}`,
    inputs: [{ name: "INPUT0", datatype, shape: [1], ...more }],
    ...request,
  });
}

/** The recorded server's ONNX Runtime backend takes no BF16. */
const TYPES = DATATYPES.filter((datatype) => datatype !== "BF16");

/** Every list of contents for every datatype: one is right, none for FP16. */
const CONTENTS_OF_TYPES: readonly Case[] = TYPES.flatMap((datatype) =>
  Object.entries(CONTENTS).map(([field, values]) =>
    testCase(
      `${datatype.toLowerCase()}_${field.replace("Contents", "_contents")}`,
      input(datatype, { contents: { [field]: values } }),
    ),
  ),
);

/** Where an input's data come from, and do not. */
const SOURCES: readonly Case[] = [
  testCase("no_data", input("FP32", {})),
  testCase(
    "no_data_of_second",
    infer(simpleRequest({ rawInputContents: [base64(new Uint8Array(64))] })),
  ),
  testCase(
    "raw_too_many",
    infer(identityRequest({ rawInputContents: [floats(1, 2), floats(3), ""] })),
  ),
  testCase("raw_empty_entry", infer(identityRequest({ rawInputContents: [""] }))),
  testCase(
    "raw_not_of_elements",
    infer(identityRequest({ rawInputContents: [base64(new Uint8Array(7))] })),
  ),
  testCase("contents_empty", input("FP32", { contents: {} })),
  testCase("contents_empty_zero_dim", input("FP32", { shape: [0], contents: {} })),
  testCase("contents_empty_bytes", input("BYTES", { contents: {} })),
  testCase(
    "contents_and_raw",
    input("FP32", { contents: { fp32Contents: [1] } }, { rawInputContents: [floats(1)] }),
  ),
  testCase(
    "contents_and_raw_empty_entry",
    input("FP32", { contents: { fp32Contents: [1] } }, { rawInputContents: [""] }),
  ),
  testCase(
    "contents_empty_and_raw",
    input("FP32", { contents: {} }, { rawInputContents: [floats(1)] }),
  ),
  testCase(
    "contents_of_one_raw_of_other",
    infer(
      simpleRequest({
        inputs: [
          { name: "INPUT0", datatype: "INT32", shape: [1, 16] },
          {
            name: "INPUT1",
            datatype: "INT32",
            shape: [1, 16],
            contents: { intContents: new Array<number>(16).fill(1) },
          },
        ],
        rawInputContents: [base64(new Uint8Array(64))],
      }),
    ),
  ),
  testCase(
    "contents_two_lists",
    input("FP32", { contents: { fp32Contents: [1], fp64Contents: [1] } }),
  ),
  testCase(
    "contents_two_lists_wrong_first",
    input("FP32", { contents: { intContents: [1], fp32Contents: [1] } }),
  ),
  testCase(
    "contents_two_lists_bytes",
    input("BYTES", { contents: { bytesContents: ["YQ=="], intContents: [1] } }),
  ),
  testCase(
    "contents_three_lists",
    input("INT64", { contents: { int64Contents: [1], boolContents: [true], uintContents: [1] } }),
  ),
  testCase("contents_too_few", input("FP32", { shape: [3], contents: { fp32Contents: [1, 2] } })),
  testCase("contents_too_many", input("FP32", { shape: [1], contents: { fp32Contents: [1, 2] } })),
  testCase(
    "contents_int8_truncated",
    input("INT8", { shape: [4], contents: { intContents: [128, -129, 1000, -1] } }),
  ),
  testCase(
    "contents_int16_truncated",
    input("INT16", { shape: [2], contents: { intContents: [32768, 70000] } }),
  ),
  testCase(
    "contents_uint8_truncated",
    input("UINT8", { shape: [3], contents: { uintContents: [256, 300, 4294967295] } }),
  ),
  testCase(
    "contents_uint16_truncated",
    input("UINT16", { shape: [2], contents: { uintContents: [65536, 70000] } }),
  ),
  testCase(
    "contents_bytes_any",
    input("BYTES", { shape: [3], contents: { bytesContents: ["", "/w==", "YWJj"] } }),
  ),
  testCase(
    "contents_for_wrong_datatype",
    infer({
      modelName: "identity_fp32",
      inputs: [{ name: "INPUT0", datatype: "INT32", shape: [1], contents: { intContents: [1] } }],
    }),
  ),
  testCase(
    "datatype_unknown_raw",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "INT128", shape: [2] }] })),
  ),
  testCase(
    "datatype_unknown_contents",
    input("FP32", { datatype: "INT128", contents: { fp32Contents: [1] } }),
  ),
  testCase("datatype_unknown_contents_empty", input("FP32", { datatype: "INT128", contents: {} })),
  testCase(
    "datatype_lower_case",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "fp32", shape: [2] }] })),
  ),
  testCase("datatype_empty", infer(identityRequest({ inputs: [{ name: "INPUT0", shape: [2] }] }))),
  testCase(
    "datatype_type_name",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "TYPE_FP32", shape: [2] }] })),
  ),
  testCase("name_empty", infer(identityRequest({ inputs: [{ datatype: "FP32", shape: [2] }] }))),
  testCase("name_unknown_no_data", input("FP32", { name: "OTHER" })),
  testCase(
    "shape_negative",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "FP32", shape: [-1] }] })),
  ),
  testCase(
    "shape_negative_two",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "FP32", shape: [-2] }] })),
  ),
  testCase(
    "shape_zero",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "FP32", shape: [0] }] })),
  ),
  testCase(
    "shape_missing",
    infer(identityRequest({ inputs: [{ name: "INPUT0", datatype: "FP32" }] })),
  ),
  testCase(
    "bytes_malformed",
    infer({
      modelName: "identity_bytes",
      inputs: [{ name: "INPUT0", datatype: "BYTES", shape: [1] }],
      rawInputContents: [base64(bytesElements(["abc"]).subarray(0, 5))],
    }),
  ),
  testCase("no_inputs", infer({ modelName: "identity_fp32" })),
  testCase(
    "no_inputs_but_raw",
    infer({ modelName: "identity_fp32", rawInputContents: [floats(1)] }),
  ),
  testCase(
    "repeated_input",
    infer(
      simpleRequest({
        inputs: [
          { name: "INPUT0", datatype: "INT32", shape: [1, 16] },
          { name: "INPUT0", datatype: "INT32", shape: [1, 16] },
        ],
      }),
    ),
  ),
];

/** Inputs and outputs in shared memory that nobody registered. */
const SHARED_MEMORY_PARAMETERS: readonly (readonly [name: string, parameters: JsonObject])[] = [
  ["region", { shared_memory_region: { stringParam: "r" } }],
  [
    "region_and_size",
    { shared_memory_region: { stringParam: "r" }, shared_memory_byte_size: { int64Param: 8 } },
  ],
  [
    "region_size_offset",
    {
      shared_memory_region: { stringParam: "r" },
      shared_memory_byte_size: { int64Param: 8 },
      shared_memory_offset: { int64Param: 0 },
    },
  ],
  ["region_number", { shared_memory_region: { int64Param: 1 } }],
  [
    "size_string",
    { shared_memory_region: { stringParam: "r" }, shared_memory_byte_size: { stringParam: "8" } },
  ],
  [
    "offset_string",
    {
      shared_memory_region: { stringParam: "r" },
      shared_memory_byte_size: { int64Param: 8 },
      shared_memory_offset: { stringParam: "0" },
    },
  ],
  ["size_alone", { shared_memory_byte_size: { int64Param: 8 } }],
  ["offset_alone", { shared_memory_offset: { int64Param: 0 } }],
  [
    "size_and_offset",
    { shared_memory_byte_size: { int64Param: 8 }, shared_memory_offset: { int64Param: 0 } },
  ],
  [
    "size_negative",
    { shared_memory_region: { stringParam: "r" }, shared_memory_byte_size: { int64Param: -1 } },
  ],
  ["other", { other: { int64Param: 1 } }],
];

const SHARED_MEMORY: readonly Case[] = SHARED_MEMORY_PARAMETERS.flatMap(([name, parameters]) => [
  testCase(
    `input_shared_memory_${name}`,
    infer(
      identityRequest({
        inputs: [{ name: "INPUT0", datatype: "FP32", shape: [2], parameters }],
      }),
    ),
  ),
  testCase(
    `output_shared_memory_${name}`,
    infer(identityRequest({ outputs: [{ name: "OUTPUT0", parameters }] })),
  ),
]);

const REGION: JsonObject = {
  shared_memory_region: { stringParam: "r" },
  shared_memory_byte_size: { int64Param: 8 },
};

const OUTPUTS: readonly Case[] = [
  testCase(
    "input_shared_memory_and_contents",
    input("FP32", { parameters: REGION, contents: { fp32Contents: [1] } }),
  ),
  testCase(
    "output_shared_memory_and_classification",
    infer(
      identityRequest({
        outputs: [
          { name: "OUTPUT0", parameters: { ...REGION, classification: { int64Param: 1 } } },
        ],
      }),
    ),
  ),
  ...(
    [
      ["one", { int64Param: 1 }],
      ["zero", { int64Param: 0 }],
      ["negative", { int64Param: -1 }],
      ["string", { stringParam: "1" }],
      ["bool", { boolParam: true }],
      ["double", { doubleParam: 1 }],
      ["uint64", { uint64Param: 1 }],
      ["unset", {}],
      ["many", { int64Param: 100 }],
    ] as const
  ).map(([name, value]) =>
    testCase(
      `classification_${name}`,
      infer(
        identityRequest({ outputs: [{ name: "OUTPUT0", parameters: { classification: value } }] }),
      ),
    ),
  ),
  testCase(
    "output_binary_data",
    infer(
      identityRequest({
        outputs: [{ name: "OUTPUT0", parameters: { binary_data: { boolParam: false } } }],
      }),
    ),
  ),
  testCase("output_unknown", infer(identityRequest({ outputs: [{ name: "OTHER" }] }))),
  testCase("output_empty_name", infer(identityRequest({ outputs: [{}] }))),
  testCase(
    "outputs_reversed",
    infer(simpleRequest({ id: "r", outputs: [{ name: "OUTPUT1" }, { name: "OUTPUT0" }] })),
  ),
  testCase("output_second_only", infer(simpleRequest({ outputs: [{ name: "OUTPUT1" }] }))),
];

/** Of several faults, the one that is found first. */
const ORDER: readonly Case[] = [
  testCase(
    "version_before_model",
    infer(identityRequest({ modelName: "nothing", modelVersion: "x" })),
  ),
  testCase(
    "model_before_parameters",
    infer(identityRequest({ modelName: "nothing", parameters: { timeout: { stringParam: "x" } } })),
  ),
  testCase(
    "parameters_before_inputs",
    infer(identityRequest({ parameters: { timeout: { stringParam: "x" } }, rawInputContents: [] })),
  ),
  testCase(
    "parameters_before_repeated_input",
    infer(
      simpleRequest({
        parameters: { timeout: { stringParam: "x" } },
        inputs: [{ name: "INPUT0" }, { name: "INPUT0" }],
      }),
    ),
  ),
  testCase(
    "inputs_before_outputs",
    infer(
      identityRequest({
        rawInputContents: [],
        outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: -1 } } }],
      }),
    ),
  ),
  testCase(
    "repeated_input_before_data",
    infer(
      simpleRequest({ inputs: [{ name: "INPUT0" }, { name: "INPUT0" }], rawInputContents: [] }),
    ),
  ),
  testCase(
    "first_input_before_second",
    infer(simpleRequest({ inputs: [{ name: "A" }, { name: "B" }], rawInputContents: [] })),
  ),
  testCase(
    "data_before_datatype",
    infer({
      modelName: "identity_fp32",
      inputs: [{ name: "INPUT0", datatype: "INT32", shape: [1], contents: { fp32Contents: [1] } }],
    }),
  ),
  testCase(
    "data_before_input_name",
    infer({
      modelName: "identity_fp32",
      inputs: [{ name: "OTHER", datatype: "FP32", shape: [1] }],
    }),
  ),
  testCase(
    "output_parameters_before_core",
    infer(
      identityRequest({
        inputs: [{ name: "INPUT0", datatype: "INT32", shape: [2] }],
        outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: 0 } } }],
      }),
    ),
  ),
  testCase(
    "output_name_before_input_name",
    infer(
      identityRequest({
        inputs: [{ name: "OTHER", datatype: "FP32", shape: [2] }],
        outputs: [{ name: "NOTHING" }],
      }),
    ),
  ),
  testCase(
    "classification_before_unknown_output",
    infer(
      identityRequest({
        outputs: [{ name: "NOTHING", parameters: { classification: { stringParam: "1" } } }],
      }),
    ),
  ),
  testCase(
    "classification_of_failed_run",
    infer({
      modelName: "reshape",
      id: "f",
      inputs: [
        { name: "INPUT0", datatype: "FP32", shape: [3], contents: { fp32Contents: [1, 2, 3] } },
        { name: "SHAPE", datatype: "INT64", shape: [1], contents: { int64Contents: [2] } },
      ],
      outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: 1 } } }],
    }),
  ),
  testCase("version_empty", infer(identityRequest({ modelVersion: "" }))),
  testCase("version_zero", infer(identityRequest({ modelVersion: "0" }))),
  testCase("version_minus_one", infer(identityRequest({ modelVersion: "-1" }))),
  testCase("version_leading_space", infer(identityRequest({ modelVersion: " 1" }))),
  testCase("version_trailing_text", infer(identityRequest({ modelVersion: "1x" }))),
  testCase("version_fraction", infer(identityRequest({ modelVersion: "1.0" }))),
  testCase("model_name_path", infer(identityRequest({ modelName: "../identity_fp32" }))),
  testCase("id_control_characters", infer(identityRequest({ id: "a\u0000b\u001f\n" }))),
  testCase("id_long", infer(identityRequest({ id: "x".repeat(300), inputs: [] }))),
];

/** How ModelInfer reads its inputs and outputs. */
export const grpcInferInputsSuite: Suite = {
  name: "L0_grpc_infer_inputs",
  about:
    "ModelInfer: contents of every datatype, raw contents, outputs, and of several faults the first",
  models: [
    ...TYPES.map(identityOf),
    simpleModel(),
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
  ],
  flags: [],
  cases: [...CONTENTS_OF_TYPES, ...SOURCES, ...SHARED_MEMORY, ...OUTPUTS, ...ORDER],
};
