import type { JsonObject } from "@bufbuild/protobuf";
import { matmulLoopModel, nonZeroModel } from "@nereid/onnx-writer";
import type { GrpcAction } from "../grpc-exchange.ts";
import { encodeRequest, frameOf } from "../grpc-message.ts";
import { type CallOptions, call, callRaw, grpcPath, streamRequest } from "../grpc-step.ts";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { base64, identityRequest, slowRequest } from "./grpc-requests.ts";
import { heldModel, release } from "./held-model.ts";
import { identityOf, simpleModel } from "./sample-models.ts";

const MESSAGE = encodeRequest(grpcPath("ModelInfer"), identityRequest());
const FRAME = frameOf(MESSAGE);
const EMPTY_FRAME = frameOf(new Uint8Array(0));

/** A good inference with other headers. */
function withHeaders(headers: NonNullable<CallOptions["headers"]>): GrpcStep {
  return callRaw("ModelInfer", [FRAME, "end"], { headers, timeoutMs: 3000 });
}

/** A message that ModelInfer gets as it is, with a good prefix. */
function message(...bytes: readonly (number | string | Uint8Array)[]): GrpcStep {
  const parts = bytes.map((part) =>
    typeof part === "number" ? Uint8Array.of(part) : Buffer.from(part),
  );
  return callRaw("ModelInfer", [frameOf(Buffer.concat(parts)), "end"]);
}

/** The connection serves what follows on it. */
const STILL_SERVES = call("ModelInfer", identityRequest(), { isOnSameConnection: true });

/** Runs until a case has seen what becomes of the call. */
const HELD = heldModel("held", { maxBatchSize: 1 });
const HELD_REQUEST = slowRequest(1, {
  modelName: HELD.model.name,
  inputs: [
    { name: "INPUT0", datatype: "FP32", shape: [1, 1] },
    { name: "COUNT", datatype: "INT64", shape: [1, 1] },
  ],
});

/** Calls of methods that exist or not. */
const ROUTING: readonly Case[] = [
  testCase("unknown_method", callRaw("NoSuchMethod", [EMPTY_FRAME, "end"]), STILL_SERVES),
  testCase("unknown_method_no_message", callRaw("NoSuchMethod", ["end"]), STILL_SERVES),
  testCase("unknown_service", callRaw("/other.Service/Call", [EMPTY_FRAME, "end"]), STILL_SERVES),
  testCase("unknown_package", callRaw("/GRPCInferenceService/ServerLive", [EMPTY_FRAME, "end"])),
  testCase("method_lower_case", callRaw("serverlive", [EMPTY_FRAME, "end"])),
  testCase("method_trailing_slash", callRaw("ServerLive/", [EMPTY_FRAME, "end"])),
  testCase("method_query", callRaw("ServerLive?x=1", [EMPTY_FRAME, "end"])),
  testCase("method_empty", callRaw("", [EMPTY_FRAME, "end"])),
  testCase("path_root", callRaw("/", [EMPTY_FRAME, "end"])),
  testCase("path_without_slash", callRaw("/ServerLive", [EMPTY_FRAME, "end"])),
  testCase(
    "unknown_method_large",
    callRaw("NoSuchMethod", [frameOf(new Uint8Array(100_000)), "end"]),
    STILL_SERVES,
  ),
  testCase("health_check", call("/grpc.health.v1.Health/Check")),
  testCase("health_check_model", call("/grpc.health.v1.Health/Check", { service: "simple" })),
  testCase("health_check_unknown", call("/grpc.health.v1.Health/Check", { service: "nothing" })),
  testCase(
    "health_watch",
    callRaw("/grpc.health.v1.Health/Watch", [EMPTY_FRAME, "end", { untilMessages: 1 }, "cancel"]),
  ),
  testCase(
    "reflection_list",
    call("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", { listServices: "" }),
  ),
  testCase(
    "reflection_alpha_list",
    call("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", { listServices: "" }),
  ),
];

/** Messages in their frames, good and bad. */
const FRAMING: readonly Case[] = [
  testCase("no_message", callRaw("ModelInfer", ["end"], { timeoutMs: 3000 }), STILL_SERVES),
  testCase("no_message_live", callRaw("ServerLive", ["end"], { timeoutMs: 3000 }), STILL_SERVES),
  testCase("two_messages", callRaw("ModelInfer", [FRAME, FRAME, "end"], { timeoutMs: 3000 })),
  testCase(
    "message_cut",
    callRaw("ModelInfer", [FRAME.subarray(0, -9), "end"], { timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "prefix_cut",
    callRaw("ModelInfer", [FRAME.subarray(0, 3), "end"], { timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "prefix_only",
    callRaw("ModelInfer", [FRAME.subarray(0, 5), "end"], { timeoutMs: 3000 }),
  ),
  testCase(
    "trailing_bytes",
    callRaw("ModelInfer", [Buffer.concat([FRAME, Uint8Array.of(0, 0)]), "end"], {
      timeoutMs: 3000,
    }),
  ),
  testCase(
    "length_largest",
    callRaw("ModelInfer", [frameOf(MESSAGE, { byteSize: 0xffff_ffff }), "end"], {
      timeoutMs: 3000,
    }),
    STILL_SERVES,
  ),
  testCase(
    "length_beyond_int32",
    callRaw("ModelInfer", [frameOf(MESSAGE, { byteSize: 0x8000_0000 }), "end"], {
      timeoutMs: 3000,
    }),
    STILL_SERVES,
  ),
  testCase(
    "length_int32_max",
    callRaw("ModelInfer", [frameOf(MESSAGE, { byteSize: 0x7fff_ffff }), "end"], {
      timeoutMs: 3000,
    }),
    STILL_SERVES,
  ),
  testCase(
    "flag_two",
    callRaw("ModelInfer", [frameOf(MESSAGE, { flag: 2 }), "end"], { timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "flag_255",
    callRaw("ModelInfer", [frameOf(MESSAGE, { flag: 255 }), "end"], { timeoutMs: 3000 }),
  ),
  testCase(
    "flag_compressed_no_encoding",
    callRaw("ModelInfer", [frameOf(MESSAGE, { flag: 1 }), "end"], { timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "message_in_pieces",
    callRaw("ModelInfer", [
      FRAME.subarray(0, 2),
      { pauseMs: 30 },
      FRAME.subarray(2, 20),
      { pauseMs: 30 },
      FRAME.subarray(20),
      "end",
    ]),
  ),
  testCase(
    "answered_before_half_close",
    callRaw("ModelInfer", [FRAME, { untilMessages: 1 }, "end"], { timeoutMs: 1500 }),
  ),
  testCase(
    "cancelled_before_message",
    callRaw("ModelInfer", [{ pauseMs: 30 }, "cancel"]),
    STILL_SERVES,
  ),
  testCase(
    "cancelled_within_message",
    callRaw("ModelInfer", [FRAME.subarray(0, 20), { pauseMs: 30 }, "cancel"]),
    STILL_SERVES,
  ),
  testCase(
    "cancelled_after_message",
    callRaw("ModelInfer", [FRAME, "end", "cancel"]),
    STILL_SERVES,
  ),
  testCase(
    "large_message",
    call("ModelInfer", {
      modelName: "non_zero",
      inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1_500_000] }],
      rawInputContents: [base64(new Uint8Array(6_000_000))],
    }),
  ),
];

/** Protobuf that is damaged, or unusual but right. */
const MESSAGES: readonly Case[] = [
  testCase("malformed_tag", message(0xff), STILL_SERVES),
  testCase("malformed_cut", message(MESSAGE.subarray(0, -3)), STILL_SERVES),
  testCase("malformed_length_beyond", message(0x0a, 0x7f, "short")),
  testCase(
    "malformed_length_negative",
    message(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  ),
  testCase(
    "malformed_varint_too_long",
    message(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  ),
  testCase("malformed_field_zero", message(0x02, 0x00)),
  testCase("malformed_wire_type_six", message(0x0e, 0x00)),
  testCase("malformed_end_group", message(0x0c)),
  testCase("malformed_group_not_ended", message(0x7b, 0x08, 0x01)),
  testCase("malformed_nested", message(0x2a, 0x02, 0x0a, 0x05)),
  testCase("malformed_text", message("not a protobuf message")),
  testCase(
    "malformed_live",
    callRaw("ServerLive", [frameOf(Uint8Array.of(0xff)), "end"]),
    STILL_SERVES,
  ),
  testCase(
    "malformed_metadata",
    callRaw("ModelMetadata", [frameOf(Uint8Array.of(0x0a, 0x05)), "end"]),
  ),
  testCase(
    "malformed_stream",
    callRaw("ModelStreamInfer", [frameOf(Uint8Array.of(0xff)), "end"], { timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "name_not_utf8",
    callRaw("ModelMetadata", [frameOf(Uint8Array.of(0x0a, 0x02, 0xff, 0xfe)), "end"]),
  ),
  testCase("unknown_field", message(MESSAGE, 0x98, 0x06, 0x01, 0xa2, 0x06, 0x03, "abc")),
  testCase("unknown_group", message(MESSAGE, 0x9b, 0x06, 0x08, 0x01, 0x9c, 0x06)),
  testCase("wrong_wire_type", message(MESSAGE, 0x18, 0x05)),
  testCase("repeated_scalar_last_wins", message(0x0a, 0x07, "nothing", MESSAGE)),
  testCase(
    "fields_in_any_order",
    message(
      Uint8Array.of(0x3a, 0x04, 0, 0, 0x80, 0x3f),
      Uint8Array.of(0x2a, 0x11, 0x1a, 0x01, 0x01, 0x12, 0x04),
      "FP32",
      Uint8Array.of(0x0a, 0x06),
      "INPUT0",
      Uint8Array.of(0x0a, 0x0d),
      "identity_fp32",
    ),
  ),
  testCase(
    "shape_not_packed",
    message(
      0x0a,
      0x0d,
      "identity_fp32",
      0x2a,
      0x10,
      0x0a,
      0x06,
      "INPUT0",
      0x12,
      0x04,
      "FP32",
      0x18,
      0x01,
      0x3a,
      0x04,
      Uint8Array.of(0, 0, 0x80, 0x3f),
    ),
  ),
  testCase("empty", message()),
  testCase(
    "live_with_unknown_field",
    callRaw("ServerLive", [frameOf(Uint8Array.of(0x08, 0x01)), "end"]),
  ),
];

/** Headers of a call. */
const HEADERS: readonly Case[] = [
  ...[
    ["proto", "application/grpc+proto"],
    ["json", "application/grpc+json"],
    ["charset", "application/grpc;charset=utf-8"],
    ["web", "application/grpc-web"],
    ["plain_json", "application/json"],
    ["upper_case", "Application/GRPC"],
    ["empty", ""],
    ["none", null],
  ].map(([name, type]) =>
    testCase(`content_type_${name}`, withHeaders({ "content-type": type ?? null }), STILL_SERVES),
  ),
  testCase("te_missing", withHeaders({ te: null })),
  testCase(
    "method_get",
    callRaw("ServerLive", ["end"], { headers: { ":method": "GET" }, timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase("method_put", withHeaders({ ":method": "PUT" }), STILL_SERVES),
  testCase("scheme_https", withHeaders({ ":scheme": "https" })),
  testCase("metadata", withHeaders({ "x-any": "value", "x-any-bin": "AAEC" })),
  testCase("metadata_bad_binary", withHeaders({ "x-any-bin": "!!!" })),
  testCase("metadata_long", withHeaders({ "x-long": "a".repeat(4000) })),
  testCase("accepts_gzip", withHeaders({ "grpc-accept-encoding": "gzip" })),
  testCase("accepts_unknown", withHeaders({ "grpc-accept-encoding": "br,snappy" })),
];

/** Deadlines. */
const DEADLINES: readonly Case[] = [
  ...[
    ["hour", "1H"],
    ["minute", "1M"],
    ["seconds", "99999999S"],
    ["micros", "10000000u"],
    ["nanos", "99999999n"],
    ["nine_digits", "100000000m"],
    ["no_unit", "100"],
    ["unknown_unit", "1x"],
    ["word", "soon"],
    ["negative", "-1S"],
    ["empty", ""],
    ["space", "1 S"],
  ].map(([name, timeout]) =>
    testCase(`timeout_${name}`, withHeaders({ "grpc-timeout": timeout ?? "" })),
  ),
  testCase(
    "timeout_zero",
    call("ModelInfer", slowRequest(20_000), { headers: { "grpc-timeout": "0m" }, timeoutMs: 8000 }),
  ),
  testCase(
    "timeout_expires",
    call("ModelInfer", HELD_REQUEST, { headers: { "grpc-timeout": "100m" }, timeoutMs: 8000 }),
    release(HELD.model.name),
    STILL_SERVES,
  ),
  testCase(
    "timeout_no_message",
    callRaw("ModelInfer", [], { headers: { "grpc-timeout": "100m" }, timeoutMs: 3000 }),
    STILL_SERVES,
  ),
  testCase(
    "timeout_stream",
    callRaw("ModelStreamInfer", [], { headers: { "grpc-timeout": "100m" }, timeoutMs: 3000 }),
    STILL_SERVES,
  ),
];

/** Times differ from run to run. */
const TIMES: readonly Mask[] = [
  [/"ns":"\d+"/g, '"ns":"<time>"'],
  [/"lastInference":"\d+"/g, '"lastInference":"<time>"'],
  [/"fail":\{[^}]*\}/g, '"fail":"<any>"'],
];

/** One instance, so that requests wait for the one before them. */
function queueModel(name: string): ModelSource {
  return onnxModel(
    name,
    matmulLoopModel({ iterations: "input", size: 64 }),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [1]],
        ["COUNT", "INT64", [1]],
      ],
      outputs: [["OUTPUT0", "FP32", [1]]],
      more: "instance_group { count: 1 kind: KIND_CPU }",
    }),
  );
}

function queued(modelName: string, count: number): JsonObject {
  return slowRequest(count, { modelName });
}

/** Requests wait for an instance while nobody waits for them any more; the one that runs may end as it likes. */
function waiting(
  model: string,
  ending: readonly GrpcAction[],
  headers: NonNullable<CallOptions["headers"]> = {},
): Case {
  const request = streamRequest(queued(model, 40_000));
  const actions = [request, request, request, ...ending];
  return testCase(
    `waiting_requests_of_${model}_stream`,
    callRaw("ModelStreamInfer", actions, { headers, timeoutMs: 10_000 }),
    call("ModelInfer", queued(model, 1), { timeoutMs: 60_000 }),
    call("ModelStatistics", { name: model }, { masks: TIMES }),
  );
}

const WAITING: readonly Case[] = [
  waiting("cancelled", [{ pauseMs: 200 }, "cancel"]),
  waiting("late", [], { "grpc-timeout": "200m" }),
];

/** What the transport and the messages' encoding make of calls, before inference looks at them. */
export const grpcProtocolSuite: Suite = {
  name: "L0_grpc",
  about: "gRPC itself: methods, frames, damaged messages, headers, deadlines, cancellation",
  models: [
    simpleModel(),
    identityOf("FP32"),
    queueModel("cancelled"),
    queueModel("late"),
    onnxModel("non_zero", nonZeroModel()),
    onnxModel("slow", matmulLoopModel({ iterations: "input", size: 64 })),
    HELD.model,
  ],
  standIns: [HELD.standIn],
  flags: [],
  cases: [...ROUTING, ...FRAMING, ...MESSAGES, ...HEADERS, ...DEADLINES, ...WAITING],
};
