import type { JsonObject } from "@bufbuild/protobuf";
import { encodeRequest, frameOf } from "../grpc-message.ts";
import {
  type CallOptions,
  call,
  callRaw,
  callStream,
  grpcPath,
  streamRequest,
} from "../grpc-step.ts";
import type { Mask } from "../look.ts";
import type { ModelSource } from "../model-repository.ts";
import {
  type Case,
  callsTogether,
  type GrpcStep,
  infer,
  type Suite,
  send,
  testCase,
} from "../suite.ts";
import { pythonModel, pythonSource } from "./python-models.ts";
import { countingModel, sequenceBatching } from "./python-pipelines.ts";

const PATHS: readonly Mask[] = [[/\/[^\s"\\]+?\/models\//g, "<repository>/"]];
const LOOK = { masks: PATHS, timeoutMs: 4000 } as const;

const DECOUPLED = "model_transaction_policy { decoupled: true }\n";

/** Takes so long that other requests come meanwhile. */
const SLOW = 1000;
/** When a client goes while a slow request runs, and those after it wait. */
const PAUSE_MS = 250;

function iterating(name: string, more: string): ModelSource {
  return pythonModel(name, pythonSource("iterating"), {
    maxBatchSize: 4,
    inputs: [["X", "INT32", [1]]],
    outputs: [
      ["Y", "INT32", [1]],
      ["SEEN", "STRING", [1]],
    ],
    more,
  });
}

function iterative(strategy: string): string {
  return sequenceBatching(`iterative_sequence: true ${strategy}`);
}

interface Place {
  readonly id: number;
  readonly start?: boolean;
  readonly end?: boolean;
}

function request(model: string, value: number, { id, start, end }: Place = { id: 0 }): JsonObject {
  const parameters = {
    ...(id === 0 ? {} : { sequence_id: { int64Param: String(id) } }),
    ...(start === undefined ? {} : { sequence_start: { boolParam: start } }),
    ...(end === undefined ? {} : { sequence_end: { boolParam: end } }),
  };
  const inputs = [
    { name: "X", datatype: "INT32", shape: [1, 1], contents: { intContents: [value] } },
  ];
  return { modelName: model, parameters, inputs };
}

function stream(model: string, value: number, place?: Place): GrpcStep {
  return callStream([request(model, value, place)], LOOK);
}

function unary(model: string, value: number, place?: Place, options: CallOptions = {}): GrpcStep {
  return call("ModelInfer", request(model, value, place), { ...LOOK, ...options });
}

/** A call whose client goes while it waits or runs. */
function leaving(model: string, value: number, place: Place): GrpcStep {
  const bytes = frameOf(encodeRequest(grpcPath("ModelInfer"), request(model, value, place)));
  return callRaw("ModelInfer", [bytes, "end", { pauseMs: PAUSE_MS }, "cancel"], LOOK);
}

/** A call that ends by itself while it waits or runs. */
function expiring(model: string, value: number, place: Place): GrpcStep {
  return unary(model, value, place, { headers: { "grpc-timeout": `${PAUSE_MS}m` } });
}

function stats(model: string): ReturnType<typeof send> {
  return send(`/v2/models/${model}/stats`, {
    masks: [
      [/"ns":[1-9]\d*/g, '"ns":1'],
      [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
    ],
  });
}

function iterations(model: string): readonly Case[] {
  return [
    testCase(`${model}_once`, stream(model, 1)),
    testCase(`${model}_rounds`, stream(model, 4)),
    testCase(`${model}_side_by_side`, ...callsTogether(stream(model, 6), stream(model, 4))),
    testCase(
      `${model}_more_than_slots`,
      ...callsTogether(...[3, 4, 3, 2, 5].map((count) => stream(model, count))),
    ),
    testCase(`${model}_error`, stream(model, -2), stream(model, 2)),
    testCase(`${model}_exception`, stream(model, -1), stream(model, 2)),
    testCase(
      `${model}_client_names_it`,
      stream(model, 3, { id: 77, start: true }),
      stream(model, 2, { id: 77 }),
      stream(model, 2, { id: 78 }),
    ),
    // The real server ends the sequence, and forgets the request that the model gives back.
    {
      ...testCase(`${model}_client_ends_it`, stream(model, 2, { id: 79, start: true, end: true })),
      isDeadlyForPeer: true,
    },
    testCase(
      `${model}_cancelled`,
      callRaw(
        "ModelStreamInfer",
        [streamRequest(request(model, 1_000_000)), { untilMessages: 2 }, "cancel"],
        { ...LOOK, masks: [...PATHS, [/.+/gs, "<rounds>"]] },
      ),
      stream(model, 2),
    ),
    testCase(
      `${model}_generate_stream`,
      send(`/v2/models/${model}/generate_stream`, { body: '{"X":3}' }),
    ),
  ];
}

/** Cancelled before it runs, in a slot and in the backlog, and while it runs; by the client and by its deadline. */
function cancellations(model: string, name: string, leave: typeof leaving): readonly Case[] {
  return [
    testCase(
      `${model}_${name}_running`,
      ...callsTogether(leave(model, SLOW, { id: 1, start: true }), unary(model, 1, { id: 1 })),
      unary(model, 2, { id: 1, end: true }),
      unary(model, 3, { id: 1 }),
    ),
    testCase(
      `${model}_${name}_waiting`,
      ...callsTogether(
        unary(model, SLOW, { id: 2, start: true }),
        leave(model, 1, { id: 2 }),
        unary(model, 2, { id: 2 }),
        unary(model, 3, { id: 2, end: true }),
      ),
      unary(model, 4, { id: 2 }),
      unary(model, 5, { id: 3, start: true, end: true }),
    ),
    testCase(
      `${model}_${name}_in_backlog`,
      ...callsTogether(
        unary(model, SLOW, { id: 4, start: true }),
        leave(model, 1, { id: 5, start: true }),
        unary(model, 2, { id: 5, end: true }),
        unary(model, 3, { id: 6, start: true, end: true }),
        unary(model, 4, { id: 4, end: true }),
      ),
      unary(model, 5, { id: 5 }),
      unary(model, 6, { id: 7, start: true, end: true }),
    ),
  ];
}

/** Sequences that the models themselves keep going, and sequences whose clients go. */
export const pythonSequenceSuite: Suite = {
  name: "L0_python_sequences",
  about: "models in Python that give requests back, and cancelled requests of sequences",
  models: [
    iterating("oldest", DECOUPLED + iterative("oldest { max_candidate_sequences: 2 }")),
    iterating("direct", DECOUPLED + iterative("direct { }")),
    iterating("single", DECOUPLED + iterative("oldest { max_candidate_sequences: 1 }")),
    iterating("counted", DECOUPLED + iterative("oldest { max_candidate_sequences: 2 }")),
    iterating("counted_once", iterative("oldest { max_candidate_sequences: 2 }")),
    iterating("answers_once", iterative("oldest { max_candidate_sequences: 2 }")),
    iterating("not_iterative", sequenceBatching("oldest { max_candidate_sequences: 2 }")),
    iterating("no_sequences", ""),
    iterating("no_sequences_decoupled", DECOUPLED),
    countingModel("slow_oldest", "oldest { max_candidate_sequences: 1 }"),
    countingModel("slow_direct", "direct { }", 1),
  ],
  flags: [],
  needsPython: true,
  cases: [
    ...["oldest", "direct", "single"].flatMap(iterations),
    testCase("statistics", stream("counted", 1), stream("counted", 4), {
      ...stats("counted"),
      // A decoupled model's last answer may be here before the run that gave it has been counted.
      until: ({ text = "" }) => text.includes('"inference_count":5'),
    }),
    testCase(
      "statistics_once",
      unary("counted_once", 1),
      unary("counted_once", 4),
      stats("counted_once"),
    ),
    testCase("answers_once", unary("answers_once", 1), unary("answers_once", 4)),
    testCase(
      "answers_once_over_http",
      infer("answers_once", {
        inputs: [{ name: "X", datatype: "INT32", shape: [1, 1], data: [3] }],
      }),
    ),
    testCase("answers_once_error", unary("answers_once", -2), unary("answers_once", 2)),
    testCase("answers_once_exception", unary("answers_once", -1), unary("answers_once", 2)),
    // Given back where nobody takes it: the real server never answers.
    ...[
      testCase(
        "not_iterative",
        unary("not_iterative", 1, { id: 1, start: true }),
        unary("not_iterative", 3, { id: 1 }),
      ),
      testCase("no_sequences", unary("no_sequences", 3)),
      testCase("no_sequences_decoupled", stream("no_sequences_decoupled", 3)),
    ].map((item) => ({ ...item, isDeadlyForPeer: true })),
    ...["slow_oldest", "slow_direct"].flatMap((model) => [
      ...cancellations(model, "leaving", leaving),
      ...cancellations(model, "expiring", expiring),
    ]),
  ],
};
