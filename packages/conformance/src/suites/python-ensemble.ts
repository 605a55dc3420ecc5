import type { JsonObject } from "@bufbuild/protobuf";
import type { GrpcAction } from "../grpc-exchange.ts";
import { call, callRaw, callStream, streamRequest } from "../grpc-step.ts";
import type { Look, Mask } from "../look.ts";
import { type GrpcStep, infer, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { DECOUPLED_STAND_INS } from "./decoupled-models.ts";
import { NEWER_FIELDS } from "./ensemble-models.ts";
import { PIPELINE_MODELS } from "./python-pipelines.ts";

const PATHS: readonly Mask[] = [[/\/[^\s"\\]+?\/models\//g, "<repository>/"]];

const FAIL = -1;
const RAISE = -2;
const LEAVE_OUT = -3;
const FAIL_FOR_GOOD = -4;
/** The model passes it on; the next one takes no negative numbers. */
const REFUSED = -5;
const NOTHING = -6;
/** Lets the steps that follow do their work first: which of them is quicker means nothing. */
const PAUSE = -7;

function request(model: string, values: readonly number[], more: JsonObject = {}): JsonObject {
  return {
    modelName: model,
    id: "7",
    inputs: [
      {
        name: "IN",
        datatype: "INT32",
        shape: [values.length],
        contents: { intContents: [...values] },
      },
    ],
    ...more,
  };
}

const LOOK = { masks: PATHS, timeoutMs: 4000 } as const;

/** Where the last step answers once, it depends on which thread was first whether its last answer is the final one. */
const ANY_FINAL: Mask = [/("triton_final_response":\{"boolParam":)(true|false)/g, '$1"<any>"'];

/** One request and its answers: the end of the stream is theirs. */
function stream(model: string, values: readonly number[], more: JsonObject = {}): GrpcStep {
  return callStream([request(model, values, more)], { ...LOOK, masks: [...PATHS, ANY_FINAL] });
}

/** One request whose end is told in a message of its own, so that so many come: not where ANY_FINAL says so. */
function told(model: string, values: readonly number[], count: number): GrpcStep {
  const parameters = { triton_enable_empty_final_response: { boolParam: true } };
  const actions: GrpcAction[] = [
    streamRequest(request(model, values, { parameters })),
    { untilMessages: count },
    "end",
  ];
  return callRaw("ModelStreamInfer", actions, LOOK);
}

function events(model: string, values: readonly number[], verb = "generate_stream"): RequestStep {
  const body = JSON.stringify({ id: "7", IN: values });
  return send(`/v2/models/${model}/${verb}`, { body, masks: PATHS });
}

function counted(model: string): RequestStep {
  return send(`/v2/models/${model}/stats`, {
    masks: [
      [/"ns":[1-9]\d*/g, '"ns":1'],
      [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
    ],
  });
}

function metrics(model: string): RequestStep {
  const look: Look = {
    anyLineOrder: true,
    masks: [
      [new RegExp(`^(?!nv_inference_[^\\n]*model="${model}").*\\n?`, "gm"), ""],
      [/(_duration_us\{[^}]*\}) [1-9]\S*$/gm, "$1 <time>"],
    ],
  };
  return { ...send("/metrics", look), port: "metrics" };
}

interface Place {
  readonly id: number;
  readonly start?: boolean;
  readonly end?: boolean;
}

function place({ id, start, end }: Place): JsonObject {
  return {
    sequence_id: { int64Param: String(id) },
    ...(start === undefined ? {} : { sequence_start: { boolParam: start } }),
    ...(end === undefined ? {} : { sequence_end: { boolParam: end } }),
  };
}

/** Requests of sequences, each with one number, that wait for one another. */
function inTurn(model: string, ...requests: readonly (readonly [number, Place])[]): GrpcStep {
  const actions = requests.flatMap(([value, where], index): GrpcAction[] => [
    streamRequest(request(model, [value], { id: `r${index}`, parameters: place(where) })),
    { untilMessages: index + 1 },
  ]);
  return callRaw("ModelStreamInfer", [...actions, "end"], LOOK);
}

const SEQUENCES = ["direct", "oldest", "direct_first", "oldest_first", "both"] as const;

/** Ensembles whose steps are decoupled, or models of sequences. */
export const pythonEnsembleSuite: Suite = {
  name: "L0_python_ensemble",
  about: "ensembles with decoupled steps and with sequences: answers, errors, ends, statistics",
  models: PIPELINE_MODELS,
  standIns: DECOUPLED_STAND_INS.filter(({ name }) => name === "square"),
  flags: [],
  needsPython: true,
  cases: [
    testCase("config", send("/v2/models/middle/config", { masks: NEWER_FIELDS, anyOrder: true })),
    ...["alone", "first", "middle", "last"].flatMap((model) => [
      testCase(`${model}_none`, stream(model, [])),
      testCase(`${model}_once`, stream(model, [5])),
      testCase(`${model}_many`, stream(model, [5, 6, 7, 8])),
      testCase(`${model}_none_told`, told(model, [], 1)),
    ]),
    testCase("alone_told", told("alone", [5, 6], 3)),
    testCase("last_told", told("last", [5, 6], 3)),
    testCase("twice", stream("twice", [1, 2, 3])),
    testCase("squares", stream("squares", [3, 0, 3])),
    testCase("squares_of_nothing", stream("squares", [0, 0])),
    testCase("squares_told", stream("squares_told", [2, 2])),
    testCase("squares_burst", stream("squares_burst", [3])),
    testCase("nested", stream("nested", [2, 2])),
    testCase("fan_out", stream("fan_out", [1, 2, 3])),
    testCase("fan_out_between", stream("fan_out_between", [1, 2, 3])),
    testCase("requested_output", stream("middle", [1, 2], { outputs: [{ name: "OUT" }] })),
    testCase("requested_no_step", stream("first", [1, 2], { outputs: [{ name: "SEEN_1" }] })),
    testCase("error_first", stream("first", [FAIL])),
    testCase("error_after_answers", stream("first", [1, 2, PAUSE, FAIL])),
    testCase("error_between", stream("alone", [1, FAIL, 2])),
    testCase("error_with_final", stream("alone", [1, FAIL_FOR_GOOD])),
    testCase("error_of_next_step", stream("first", [1, PAUSE, REFUSED])),
    testCase("error_before", stream("last", [1, REFUSED])),
    testCase("exception", stream("first", [RAISE])),
    testCase("exception_after_answers", stream("first", [1, PAUSE, RAISE])),
    testCase("output_left_out", stream("alone", [1, LEAVE_OUT])),
    testCase("input_left_out", stream("first", [1, PAUSE, LEAVE_OUT])),
    testCase(
      "parameters",
      stream("middle", [4], {
        parameters: { color: { stringParam: "red" }, count: { int64Param: "3" } },
      }),
    ),
    testCase(
      "priority_and_timeout",
      stream("middle", [4], {
        parameters: { priority: { int64Param: "3" }, timeout: { int64Param: "900000" } },
      }),
    ),
    testCase("without_id", stream("middle", [4], { id: "" })),
    testCase("unary_refused", call("ModelInfer", request("first", [1]))),
    testCase(
      "http_refused",
      infer("first", { inputs: [{ name: "IN", datatype: "INT32", shape: [1], data: [1] }] }),
    ),
    testCase("generate_stream", events("middle", [1, 2, 3])),
    testCase("generate_stream_none", events("first", [NOTHING])),
    testCase("generate_stream_error", events("first", [1, 2, PAUSE, FAIL])),
    testCase("generate_stream_error_first", events("first", [FAIL])),
    testCase("generate", events("middle", [4], "generate")),
    testCase("generate_none", events("first", [NOTHING], "generate")),
    testCase("generate_many", events("first", [4, 5], "generate")),
    testCase("generate_error", events("first", [FAIL], "generate")),
    testCase(
      "statistics",
      stream("counted", [1, 2, 3]),
      stream("counted", []),
      counted("counted"),
      counted("tell_counted"),
      counted("burst_counted"),
      metrics("counted"),
      metrics("burst_counted"),
    ),
    testCase(
      "statistics_of_failures",
      stream("failing", [FAIL]),
      stream("failing", [1, PAUSE, FAIL]),
      counted("failing"),
      counted("burst_failing"),
      metrics("failing"),
    ),
    ...SEQUENCES.flatMap((model, index) => [
      testCase(
        `sequence_${model}`,
        inTurn(
          model,
          [1, { id: 10 + index, start: true }],
          [2, { id: 20 + index, start: true }],
          [3, { id: 10 + index }],
          [4, { id: 20 + index, end: true }],
          [5, { id: 10 + index, end: true }],
        ),
      ),
      testCase(
        `sequence_${model}_errors`,
        inTurn(
          model,
          [1, { id: 30 + index }],
          [1, { id: 0, start: true }],
          [1, { id: 30 + index, start: true }],
          [-1, { id: 30 + index }],
          [2, { id: 30 + index, end: true }],
          [3, { id: 30 + index }],
        ),
      ),
    ]),
    testCase(
      "sequence_unary",
      call("ModelInfer", request("oldest", [4], { parameters: place({ id: 50, start: true }) })),
      call("ModelInfer", request("oldest", [5], { parameters: place({ id: 50, end: true }) })),
      call("ModelInfer", request("oldest", [6], { parameters: place({ id: 50 }) })),
    ),
    testCase(
      "sequence_of_answers",
      stream("burst_count", [2, 2, 2], {
        parameters: place({ id: 60, start: true, end: true }),
      }),
    ),
    // Refused by a step's scheduler while another step of the request runs: the real server never ends the stream.
    ...[
      testCase(
        "sequence_of_answers_open",
        stream("burst_count", [2, 2, 2], { parameters: place({ id: 61, start: true }) }),
        stream("burst_count", [4, PAUSE, 5], { parameters: place({ id: 61, end: true }) }),
      ),
      testCase("sequence_not_asked_for", stream("burst_count", [1])),
    ].map((item) => ({ ...item, isDeadlyForPeer: true })),
  ],
};
