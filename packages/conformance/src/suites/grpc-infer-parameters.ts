import type { JsonObject } from "@bufbuild/protobuf";
import { type CallOptions, call } from "../grpc-step.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { identityRequest } from "./grpc-requests.ts";
import { identityOf } from "./sample-models.ts";

/** A parameter of every type that the message has. */
const VALUES: Readonly<Record<string, JsonObject>> = {
  bool: { boolParam: true },
  int64: { int64Param: "3" },
  int64_zero: { int64Param: "0" },
  int64_negative: { int64Param: "-3" },
  string: { stringParam: "text" },
  string_empty: { stringParam: "" },
  double: { doubleParam: 1.5 },
  uint64: { uint64Param: "18446744073709551615" },
  uint64_small: { uint64Param: "3" },
  unset: {},
};

const KEYS = [
  "sequence_id",
  "sequence_start",
  "sequence_end",
  "priority",
  "timeout",
  "triton_enable_empty_final_response",
  "triton_other",
  "binary_data_output",
  "custom",
  "headers",
];

function withParameters(parameters: JsonObject, headers: CallOptions["headers"] = {}): GrpcStep {
  return call("ModelInfer", identityRequest({ parameters }), { headers: headers ?? {} });
}

const TYPES: readonly Case[] = KEYS.flatMap((key) =>
  Object.entries(VALUES).map(([type, value]) =>
    testCase(`${key}_${type}`, withParameters({ [key]: value })),
  ),
);

/** Parameters of requests, and metadata that becomes parameters. */
export const grpcInferParametersSuite: Suite = {
  name: "L0_grpc_infer_parameters",
  about:
    "ModelInfer: request parameters of every type under every reserved name, forwarded metadata",
  models: [identityOf("FP32")],
  flags: ["--grpc-header-forward-pattern=.*(forward|sequence|triton|timeout|priority).*"],
  cases: [
    ...TYPES,
    testCase("empty_name", withParameters({ "": { int64Param: 1 } })),
    testCase("triton_prefix_alone", withParameters({ triton_: { int64Param: 1 } })),
    testCase("triton_upper_case", withParameters({ TRITON_X: { int64Param: 1 } })),
    testCase("forwarded", withParameters({}, { "x-forward-me": "1" })),
    testCase(
      "forwarded_and_parameter",
      withParameters({ "x-forward-me": { stringParam: "2" } }, { "x-forward-me": "1" }),
    ),
    testCase("forwarded_binary", withParameters({}, { "x-forward-bin": "AAEC" })),
    testCase("forwarded_reserved_sequence", withParameters({}, { sequence_id: "1" })),
    testCase("forwarded_reserved_triton", withParameters({}, { triton_x: "1" })),
    testCase("forwarded_not_matching", withParameters({}, { other: "1" })),
    testCase(
      "forwarded_reserved_after_parameters",
      withParameters({ timeout: { stringParam: "x" } }, { sequence_id: "1" }),
    ),
  ],
};
