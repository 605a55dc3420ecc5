import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { matmulLoopModel, reshapeModel } from "@nereid/onnx-writer";
import type { GrpcAction } from "../grpc-exchange.ts";
import { frameOf } from "../grpc-message.ts";
import { type CallOptions, call, callRaw, callStream, streamRequest } from "../grpc-step.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { identityRequest, simpleRequest, slowRequest } from "./grpc-requests.ts";
import { identityOf, simpleModel } from "./sample-models.ts";

const EMPTY_FINAL = "triton_enable_empty_final_response";

function good(id: string): JsonObject {
  return identityRequest({ id });
}

/** Fails when it runs. */
function failing(id: string): JsonObject {
  return {
    modelName: "reshape",
    id,
    inputs: [
      { name: "INPUT0", datatype: "FP32", shape: [3], contents: { fp32Contents: [1, 2, 3] } },
      { name: "SHAPE", datatype: "INT64", shape: [1], contents: { int64Contents: [2] } },
    ],
  };
}

/** Requests that are refused, by what is wrong with them. */
const BAD: Readonly<Record<string, JsonObject>> = {
  unknown_model: identityRequest({ id: "bad", modelName: "nothing" }),
  unknown_version: identityRequest({ id: "bad", modelVersion: "9" }),
  bad_version: identityRequest({ id: "bad", modelVersion: "x" }),
  no_data: identityRequest({ id: "bad", rawInputContents: [] }),
  wrong_datatype: identityRequest({
    id: "bad",
    inputs: [{ name: "INPUT0", datatype: "INT32", shape: [2] }],
  }),
  bad_parameter: identityRequest({ id: "bad", parameters: { priority: { stringParam: "x" } } }),
  reserved_parameter: identityRequest({ id: "bad", parameters: { triton_x: { boolParam: true } } }),
  missing_input: simpleRequest({
    id: "bad",
    inputs: [{ name: "INPUT0", datatype: "INT32", shape: [1, 16] }],
  }),
  bad_classification: identityRequest({
    id: "bad",
    outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: 0 } } }],
  }),
  failing_run: failing("bad"),
};

/** Each in the middle of a stream, in both modes of errors. */
const ERRORS: readonly Case[] = Object.entries(BAD).flatMap(([name, request]) => [
  testCase(`error_${name}`, oneAfterOther([good("1"), request, good("3")])),
  testCase(
    `grpc_error_${name}`,
    oneAfterOther([good("1"), request, good("3")], { headers: { triton_grpc_error: "true" } }),
  ),
]);

/** Waits for each answer before the next request goes out. */
function oneAfterOther(requests: readonly JsonValue[], options: CallOptions = {}): GrpcStep {
  const actions = requests.flatMap((request, index): GrpcAction[] => [
    streamRequest(request),
    { untilMessages: index + 1 },
  ]);
  return callRaw("ModelStreamInfer", [...actions, "end"], { timeoutMs: 5000, ...options });
}

function finalResponses(value: JsonValue): JsonObject {
  return identityRequest({ id: "f", parameters: { [EMPTY_FINAL]: value } });
}

/** Streams of inferences. */
export const grpcStreamSuite: Suite = {
  name: "L0_grpc_stream",
  about: "ModelStreamInfer: order, errors in the stream and of the stream, final responses, ends",
  models: [
    simpleModel(),
    identityOf("FP32"),
    identityOf("BYTES"),
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
    onnxModel("slow", matmulLoopModel({ iterations: "input", size: 64 })),
  ],
  flags: [],
  cases: [
    testCase("nothing", callStream([])),
    testCase("one", callStream([good("only")])),
    testCase("without_id", callStream([identityRequest()])),
    testCase(
      "many_at_once",
      callStream(Array.from({ length: 20 }, (_, index) => good(`${index}`))),
    ),
    testCase("one_after_other", oneAfterOther([good("1"), good("2"), good("3")])),
    testCase("two_models", callStream([good("1"), simpleRequest({ id: "2" }), good("3")])),
    testCase("slow_then_fast", callStream([slowRequest(4000, { id: "slow" }), good("fast")])),
    testCase(
      "slow_then_refused",
      callStream([slowRequest(4000, { id: "slow" }), BAD["unknown_model"] ?? {}, good("fast")]),
    ),
    testCase(
      "slow_then_refused_by_core",
      callStream([slowRequest(4000, { id: "slow" }), BAD["wrong_datatype"] ?? {}, good("fast")]),
    ),
    testCase(
      "half_closed_before_answer",
      callRaw("ModelStreamInfer", [streamRequest(slowRequest(4000)), "end"]),
    ),
    testCase(
      "left_open",
      callRaw("ModelStreamInfer", [streamRequest(good("1")), { untilMessages: 1 }], {
        timeoutMs: 2000,
      }),
    ),
    testCase(
      "cancelled",
      callRaw("ModelStreamInfer", [streamRequest(good("1")), { untilMessages: 1 }, "cancel"]),
      call("ModelInfer", identityRequest(), { isOnSameConnection: true }),
    ),
    testCase(
      "cancelled_in_flight",
      callRaw("ModelStreamInfer", [streamRequest(slowRequest(40_000)), { pauseMs: 30 }, "cancel"]),
      call("ModelInfer", identityRequest(), { isOnSameConnection: true }),
    ),
    testCase(
      "message_in_pieces",
      callRaw("ModelStreamInfer", [
        streamRequest(good("1")).subarray(0, 10),
        { pauseMs: 20 },
        streamRequest(good("1")).subarray(10),
        "end",
      ]),
    ),
    testCase(
      "message_cut",
      callRaw(
        "ModelStreamInfer",
        [
          streamRequest(good("1")),
          { untilMessages: 1 },
          streamRequest(good("2")).subarray(0, 10),
          "end",
        ],
        { timeoutMs: 3000 },
      ),
    ),
    testCase(
      "malformed_after_good",
      callRaw(
        "ModelStreamInfer",
        [streamRequest(good("1")), { untilMessages: 1 }, frameOf(Uint8Array.of(0xff)), "end"],
        { timeoutMs: 3000 },
      ),
    ),
    testCase(
      "malformed_then_good",
      callRaw(
        "ModelStreamInfer",
        [frameOf(Uint8Array.of(0xff)), { pauseMs: 50 }, streamRequest(good("2")), "end"],
        { timeoutMs: 3000 },
      ),
    ),
    testCase("empty_message", callRaw("ModelStreamInfer", [frameOf(new Uint8Array(0)), "end"])),
    testCase(
      "classification",
      callStream([
        identityRequest({
          id: "c",
          outputs: [{ name: "OUTPUT0", parameters: { classification: { int64Param: 1 } } }],
        }),
      ]),
    ),
    testCase(
      "requested_output",
      callStream([simpleRequest({ id: "o", outputs: [{ name: "OUTPUT1" }] })]),
    ),
    testCase(
      "custom_parameter",
      callStream([identityRequest({ parameters: { key: { stringParam: "v" } } })]),
    ),
    testCase(
      "zero_elements",
      callStream([
        identityRequest({
          inputs: [{ name: "INPUT0", datatype: "FP32", shape: [0] }],
          rawInputContents: [""],
        }),
      ]),
    ),
    testCase(
      "sequence_parameters",
      callStream([
        identityRequest({
          id: "s",
          parameters: { sequence_id: { int64Param: 5 }, sequence_start: { boolParam: true } },
        }),
      ]),
    ),
    testCase(
      "final_responses",
      callStream([finalResponses({ boolParam: true }), finalResponses({ boolParam: false })]),
    ),
    testCase("final_responses_wrong_type", callStream([finalResponses({ int64Param: 1 })])),
    testCase(
      "final_responses_of_refused",
      callStream([{ ...BAD["unknown_model"], parameters: { [EMPTY_FINAL]: { boolParam: true } } }]),
    ),
    testCase(
      "final_responses_of_failed",
      callStream([{ ...failing("x"), parameters: { [EMPTY_FINAL]: { boolParam: true } } }]),
    ),
    testCase(
      "all_refused",
      callStream([BAD["unknown_model"] ?? {}, BAD["no_data"] ?? {}, BAD["bad_version"] ?? {}]),
    ),
    testCase("failed_without_id", callStream([{ ...failing(""), modelVersion: "1" }])),
    ...ERRORS,
    testCase(
      "grpc_error_false",
      oneAfterOther([BAD["unknown_model"] ?? {}, good("2")], {
        headers: { triton_grpc_error: "false" },
      }),
    ),
    testCase(
      "grpc_error_upper_case",
      oneAfterOther([BAD["unknown_model"] ?? {}, good("2")], {
        headers: { triton_grpc_error: "True" },
      }),
    ),
    testCase(
      "grpc_error_one",
      oneAfterOther([BAD["failing_run"] ?? {}, good("2")], { headers: { triton_grpc_error: "1" } }),
    ),
    testCase(
      "grpc_error_nothing_wrong",
      callStream([good("1"), good("2")], { headers: { triton_grpc_error: "true" } }),
    ),
    testCase(
      "grpc_error_then_connection",
      oneAfterOther([failing("1")], { headers: { triton_grpc_error: "true" } }),
      call("ModelInfer", identityRequest(), { isOnSameConnection: true }),
    ),
    testCase(
      "deadline_in_flight",
      callRaw("ModelStreamInfer", [streamRequest(slowRequest(40_000))], {
        headers: { "grpc-timeout": "100m" },
        timeoutMs: 8000,
      }),
    ),
  ],
};
