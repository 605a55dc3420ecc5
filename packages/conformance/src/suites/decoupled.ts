import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { ELEMENT_TYPE_OF_DATATYPE, identityModel } from "@nereid/onnx-writer";
import type { GrpcAction } from "../grpc-exchange.ts";
import { type CallOptions, call, callRaw, callStream, streamRequest } from "../grpc-step.ts";
import { rawBytes } from "../http-request.ts";
import { onnxModel } from "../model-repository.ts";
import { type GrpcStep, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { DECOUPLED_MODELS, DECOUPLED_STAND_INS } from "./decoupled-models.ts";
import { base64, identityRequest } from "./grpc-requests.ts";
import { identityOf } from "./sample-models.ts";

const EMPTY_FINAL = { triton_enable_empty_final_response: { boolParam: true } };

function square(id: string, count: number, more: JsonObject = {}): JsonObject {
  return {
    modelName: "square",
    id,
    inputs: [{ name: "IN", datatype: "INT32", shape: [1] }],
    rawInputContents: [base64(rawBytes(Int32Array.of(count)))],
    ...more,
  };
}

function repeat(
  id: string,
  values: readonly number[],
  delays: readonly number[],
  more: JsonObject = {},
): JsonObject {
  return {
    modelName: "repeat",
    id,
    inputs: [
      { name: "IN", datatype: "INT32", shape: [values.length] },
      { name: "DELAY", datatype: "UINT32", shape: [delays.length] },
      { name: "WAIT", datatype: "UINT32", shape: [1] },
    ],
    rawInputContents: [
      base64(rawBytes(Int32Array.from(values))),
      base64(rawBytes(Uint32Array.from(delays))),
      base64(rawBytes(Uint32Array.of(0))),
    ],
    ...more,
  };
}

/** Ends its side once so many answers have come: until then the stream is open. */
function stream(
  requests: readonly JsonValue[],
  answerCount: number,
  options: CallOptions = {},
): GrpcStep {
  const actions: GrpcAction[] = [
    ...requests.map(streamRequest),
    { untilMessages: answerCount },
    "end",
  ];
  return callRaw("ModelStreamInfer", actions, options);
}

const GRPC_ERRORS = { headers: { triton_grpc_error: "true" } };

/** Models that answer no, one or many times, over gRPC. */
export const decoupledSuite: Suite = {
  name: "L0_decoupled",
  about: "decoupled models on streams: answers as they come, final flags, errors, ends, refusals",
  models: [
    identityOf("FP32"),
    onnxModel(
      "decoupled_onnx",
      identityModel({ elementType: ELEMENT_TYPE_OF_DATATYPE.FP32, dims: ["n"] }),
      onnxConfig({
        inputs: [["INPUT0", "FP32", [-1]]],
        outputs: [["OUTPUT0", "FP32", [-1]]],
        more: "model_transaction_policy { decoupled: true }",
      }),
    ),
    ...DECOUPLED_MODELS,
  ],
  standIns: DECOUPLED_STAND_INS,
  flags: [],
  cases: [
    testCase("one", stream([square("1", 1)], 1)),
    testCase("many", stream([square("m", 10)], 10)),
    testCase("none", callStream([square("0", 0)])),
    testCase("none_told", stream([square("0", 0, { parameters: EMPTY_FINAL })], 1)),
    testCase("many_told", stream([square("m", 3, { parameters: EMPTY_FINAL })], 4)),
    testCase(
      "told_as_asked",
      stream([square("v", 1, { parameters: EMPTY_FINAL, modelVersion: "1" })], 2),
    ),
    testCase("half_closed_before_answers", callStream([repeat("h", [1, 2, 3], [20, 20, 20])])),
    testCase("without_id", stream([square("", 2)], 2)),
    testCase(
      "one_after_other",
      callRaw("ModelStreamInfer", [
        streamRequest(square("1", 2)),
        { untilMessages: 2 },
        streamRequest(repeat("2", [7, 8], [0, 5])),
        { untilMessages: 4 },
        "end",
      ]),
    ),
    testCase(
      "beside_each_other",
      stream([repeat("slow", [1, 2], [200, 200]), repeat("fast", [5, 6], [100, 200])], 4),
    ),
    testCase(
      "beside_a_model_that_answers_once",
      stream([repeat("slow", [1, 2], [200, 100]), identityRequest({ id: "once" })], 3),
    ),
    testCase("error_last", stream([{ ...square("e", 3), modelName: "failing" }], 3)),
    testCase("error_only", stream([{ ...square("e", 1), modelName: "failing" }], 1)),
    testCase("grpc_error", stream([{ ...square("e", 2), modelName: "failing" }], 1, GRPC_ERRORS)),
    testCase("error_final", stream([repeat("u", [1, 2], [0])], 1)),
    testCase("grpc_error_final", stream([repeat("u", [1, 2], [0])], 0, GRPC_ERRORS)),
    testCase("refused", stream([square("r", 1, { inputs: [] })], 1)),
    testCase("refused_then_good", stream([square("r", 1, { inputs: [] }), square("g", 1)], 2)),
    testCase("requested_output", stream([square("o", 1, { outputs: [{ name: "OUT" }] })], 1)),
    testCase("unknown_output", stream([square("o", 1, { outputs: [{ name: "X" }] })], 1)),
    testCase(
      "cancelled",
      callRaw("ModelStreamInfer", [
        streamRequest(repeat("c", [1, 2], [0, 400])),
        { untilMessages: 1 },
        "cancel",
      ]),
      stream([square("after", 1)], 1, { isOnSameConnection: true }),
    ),
    testCase(
      "backend_that_answers_once",
      stream(
        [identityRequest({ id: "b", modelName: "decoupled_onnx", parameters: EMPTY_FINAL })],
        1,
      ),
    ),
    testCase(
      "backend_that_answers_once_unary",
      call("ModelInfer", identityRequest({ modelName: "decoupled_onnx" })),
    ),
    testCase("unary_refused", call("ModelInfer", square("u", 1))),
  ],
};
