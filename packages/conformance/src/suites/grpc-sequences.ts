import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { GrpcAction } from "../grpc-exchange.ts";
import { call, callRaw, callStream, streamRequest } from "../grpc-step.ts";
import { type GrpcStep, type Suite, testCase } from "../suite.ts";
import { floats } from "./grpc-requests.ts";
import { sequenceModel } from "./sequence-models.ts";

/** How a request names its sequence and its place in it. */
interface PlaceOptions {
  readonly start?: boolean;
  readonly end?: boolean;
  readonly parameters?: JsonObject;
}

const START = { start: true } as const;
const END = { end: true } as const;
const BOTH = { start: true, end: true } as const;

/** A request of a sequence; its id says which. */
function request(model: string, id: JsonValue, place: PlaceOptions = {}, name = ""): JsonObject {
  const { start, end, parameters = {} } = place;
  return {
    modelName: model,
    id: name,
    parameters: {
      sequence_id: typeof id === "string" ? { stringParam: id } : id,
      ...(start === undefined ? {} : { sequence_start: { boolParam: start } }),
      ...(end === undefined ? {} : { sequence_end: { boolParam: end } }),
      ...parameters,
    },
    inputs: [{ name: "INPUT", datatype: "FP32", shape: [1, 1] }],
    rawInputContents: [floats(1)],
  };
}

function number(value: number | string): JsonObject {
  return { int64Param: String(value) };
}

/** Waits for each answer before the next request goes out. */
function oneAfterOther(requests: readonly JsonValue[]): GrpcStep {
  const actions = requests.flatMap((each, index): GrpcAction[] => [
    streamRequest(each),
    { untilMessages: index + 1 },
  ]);
  return callRaw("ModelStreamInfer", [...actions, "end"], { timeoutMs: 10_000 });
}

const LONG_ID = "y".repeat(128);

/** Sequences over streams. */
export const grpcSequenceSuite: Suite = {
  name: "L0_grpc_sequence_stream",
  about: "sequences over ModelStreamInfer and ModelInfer",
  models: [
    sequenceModel("direct", { strategy: "direct { }" }),
    sequenceModel("oldest", { strategy: "oldest { max_candidate_sequences: 8 }" }),
    sequenceModel("strings", {
      strategy: "oldest { max_candidate_sequences: 8 }",
      controls: { flags: "BOOL", id: "STRING" },
    }),
    sequenceModel("one_slot", { strategy: "direct { }", maxBatchSize: 1 }),
  ],
  flags: [],
  cases: [
    ...["direct", "oldest"].flatMap((model) => [
      testCase(
        `${model}_at_once`,
        callStream([
          request(model, number(1), START, "1"),
          request(model, number(1), {}, "2"),
          request(model, number(1), END, "3"),
        ]),
      ),
      testCase(
        `${model}_in_turn`,
        oneAfterOther([
          request(model, number(1), START, "a1"),
          request(model, number(2), START, "b1"),
          request(model, number(2), {}, "b2"),
          request(model, number(1), END, "a2"),
          request(model, number(2), END, "b3"),
        ]),
      ),
      testCase(
        `${model}_errors`,
        oneAfterOther([
          request(model, number(0), START, "no id"),
          request(model, number(5), {}, "no start"),
          request(model, number(5), BOTH, "fine"),
          request(model, number(5), {}, "over"),
        ]),
      ),
      testCase(
        `${model}_over_two_streams`,
        callStream([request(model, number(3), START, "1")]),
        callStream([request(model, number(3), END, "2")]),
      ),
      testCase(
        `${model}_stream_then_unary`,
        callStream([request(model, number(4), START, "1")]),
        call("ModelInfer", request(model, number(4), END, "2")),
      ),
      testCase(`${model}_negative_id`, callStream([request(model, number(-1), BOTH, "1")])),
    ]),
    testCase(
      "string_ids",
      oneAfterOther([
        request("strings", LONG_ID, START, "1"),
        request("strings", LONG_ID, {}, "2"),
        request("strings", LONG_ID, END, "3"),
        request("strings", LONG_ID, {}, "4"),
      ]),
    ),
    testCase("string_id_empty", callStream([request("strings", "", START, "1")])),
    testCase("string_id_too_long", callStream([request("strings", `${LONG_ID}y`, START, "1")])),
    testCase("id_of_other_type", callStream([request("direct", { boolParam: true }, START, "1")])),
    testCase(
      "start_of_other_type",
      callStream([
        request("direct", number(6), { parameters: { sequence_start: { int64Param: "1" } } }, "1"),
      ]),
    ),
    testCase(
      "end_of_other_type",
      callStream([
        request("direct", number(6), { parameters: { sequence_end: { stringParam: "x" } } }, "1"),
      ]),
    ),
    testCase(
      "backlog",
      callStream([
        request("one_slot", number(1), START, "a1"),
        request("one_slot", number(2), BOTH, "b1"),
        request("one_slot", number(1), END, "a2"),
      ]),
    ),
  ],
};
