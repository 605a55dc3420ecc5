import type { Mask } from "../look.ts";
import {
  type Case,
  change,
  infer,
  type RequestStep,
  type Step,
  type Suite,
  send,
  testCase,
  together,
} from "../suite.ts";
import { type ControlTypes, sequenceModel } from "./sequence-models.ts";

/** Some of these wait for one another, on machines that may have other things to do. */
const TIMEOUT_MS = 30_000;

const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

/** How a request names its sequence and its place in it. */
interface AskOptions {
  readonly start?: boolean;
  readonly end?: boolean;
  readonly timeout?: number;
  readonly rows?: number;
  readonly width?: number;
  readonly value?: number;
  readonly id?: string;
  readonly hasBatchDimension?: boolean;
}

/** A request to a model of sequences; BATCH and the controls say what became of it. */
function ask(
  model: string,
  sequence: number | string | null,
  options: AskOptions = {},
): RequestStep {
  const {
    start,
    end,
    timeout,
    rows = 1,
    width = 1,
    value = 1,
    id,
    hasBatchDimension = true,
  } = options;
  const step = infer(model, {
    ...(id === undefined ? {} : { id }),
    parameters: {
      ...(sequence === null ? {} : { sequence_id: sequence }),
      ...(start === undefined ? {} : { sequence_start: start }),
      ...(end === undefined ? {} : { sequence_end: end }),
      ...(timeout === undefined ? {} : { timeout }),
    },
    inputs: [
      {
        name: "INPUT",
        datatype: "FP32",
        shape: hasBatchDimension ? [rows, width] : [width],
        data: new Array<number>(rows * width).fill(value),
      },
    ],
  });
  return { ...step, timeoutMs: TIMEOUT_MS };
}

const START = { start: true } as const;
const END = { end: true } as const;
const BOTH = { start: true, end: true } as const;

function pause(ms: number): Step {
  return change(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  });
}

function stats(model: string, successCount: number): RequestStep {
  // Over gRPC counters are strings.
  const pattern = new RegExp(`"success":\\{"count":"?${successCount}\\b`);
  return {
    ...send(`/v2/models/${model}/stats`, { masks: TIMES }),
    until: (observation) => pattern.test(observation.text ?? ""),
  };
}

const TYPES: readonly ControlTypes[] = [
  { flags: "FP32", id: "INT64" },
  { flags: "BOOL", id: "UINT32" },
  { flags: "INT32", id: "INT32" },
  { flags: "INT32", id: "STRING" },
];

/** The longest string that is one. */
const LONG_ID = "x".repeat(128);

function typedName({ flags, id }: ControlTypes): string {
  return `typed_${flags.toLowerCase()}_${id.toLowerCase()}`;
}

/** One sequence from start to end, and one of a single request. */
function wholeSequence(name: string, model: string, sequence: number | string): Case {
  return testCase(
    name,
    ask(model, sequence, START),
    ask(model, sequence, { value: 2 }),
    ask(model, sequence, END),
    ask(model, sequence, BOTH),
  );
}

/** What any strategy shows its models. */
function controlCases(): readonly Case[] {
  const model = "plain";
  return [
    testCase("config", send(`/v2/models/${model}/config`)),
    testCase("metadata", send(`/v2/models/${model}`)),
    wholeSequence("controls", model, 5),
    ...TYPES.map((types) =>
      wholeSequence(
        `controls_${typedName(types)}`,
        typedName(types),
        types.id === "STRING" ? LONG_ID : 7,
      ),
    ),
    testCase("short_string_id", ask("typed_int32_string", "séquence 1", BOTH)),
    // 2^32 + 5 in 32 bits.
    wholeSequence("long_id_in_int32", "typed_int32_int32", 4_294_967_301),
  ];
}

/** Requests that belong to no sequence. */
function strayCases(): readonly Case[] {
  const model = "plain";
  return [
    testCase("no_parameters", ask(model, null)),
    testCase("no_id_with_start", ask(model, null, { ...START, id: "seven" })),
    testCase("id_zero", ask(model, 0, START)),
    testCase("id_empty_for_number", ask(model, "", START)),
    testCase("id_empty_for_string", ask("typed_int32_string", "", START)),
    testCase("no_id_for_string", ask("typed_int32_string", null, START)),
    testCase("no_start", ask(model, 11, { id: "seven" })),
    testCase("no_start_but_end", ask(model, 11, END)),
    testCase("no_start_of_string", ask("typed_int32_string", "eleven")),
    testCase("after_end", ask(model, 12, BOTH), ask(model, 12)),
    testCase("string_id_for_number", ask(model, "abc", { ...BOTH, id: "seven" })),
    testCase("number_id_for_string", ask("typed_int32_string", 3, { ...BOTH, id: "seven" })),
    testCase("two_rows", ask(model, 13, { ...BOTH, rows: 2, id: "seven" })),
    testCase("two_rows_without_id", ask(model, null, { rows: 2 })),
    testCase("too_many_rows", ask(model, 13, { ...BOTH, rows: 5, id: "seven" })),
    testCase("start_false", ask(model, 14, { start: false })),
  ];
}

/** How sequences go on, or do not. */
function courseCases(): readonly Case[] {
  const model = "plain";
  return [
    testCase(
      "restart",
      ask(model, 15, START),
      ask(model, 15, START),
      ask(model, 15),
      ask(model, 15, END),
      ask(model, 15),
    ),
    testCase(
      "two_sequences_in_turn",
      ask(model, 16, START),
      ask(model, 17, START),
      ask(model, 17, END),
      ask(model, 16, END),
    ),
    testCase(
      "control_from_client",
      infer(model, {
        parameters: { sequence_id: 18, sequence_start: true },
        inputs: [
          { name: "INPUT", datatype: "FP32", shape: [1, 1], data: [1] },
          { name: "START", datatype: "INT32", shape: [1, 1], data: [9] },
        ],
      }),
    ),
    testCase(
      "control_instead_of_input",
      infer(model, {
        parameters: { sequence_id: 18, sequence_start: true },
        inputs: [{ name: "START", datatype: "INT32", shape: [1, 1], data: [9] }],
      }),
    ),
    testCase(
      "bad_input_does_not_end_it",
      ask(model, 19, START),
      infer(model, { parameters: { sequence_id: 19 }, inputs: [] }),
      ask(model, 19, END),
    ),
    testCase(
      "unbatched",
      ask("unbatched", 20, { ...START, hasBatchDimension: false }),
      ask("unbatched", 20, { ...END, hasBatchDimension: false }),
    ),
    testCase(
      "idle_for_too_long",
      ask("idle", 21, START),
      pause(1500),
      ask("idle", 21),
      ask("idle", 21, BOTH),
    ),
    testCase("statistics", ask("counted", 1, START), ask("counted", 1, END), stats("counted", 2)),
    testCase("bad_sequence_id", infer(model, { parameters: { sequence_id: -1 }, inputs: [] })),
    testCase("bad_sequence_start", infer(model, { parameters: { sequence_start: 1 }, inputs: [] })),
    testCase("bad_sequence_end", infer(model, { parameters: { sequence_end: "x" }, inputs: [] })),
    testCase("id_of_129_bytes", ask("typed_int32_string", `${LONG_ID}x`, BOTH)),
  ];
}

/** What any strategy answers. */
function commonCases(): readonly Case[] {
  return [...controlCases(), ...strayCases(), ...courseCases()];
}

/** Where all slots are taken. */
function backlogCases(): readonly Case[] {
  return [
    testCase(
      "backlog",
      ask("one_slot", 1, START),
      ...together([ask("one_slot", 2, START), ask("one_slot", 2, END), ask("one_slot", 1, END)]),
    ),
    testCase(
      "backlog_in_order",
      ask("one_slot", 1, START),
      ...together([ask("one_slot", 1, END), ask("one_slot", 2, BOTH), ask("one_slot", 3, BOTH)], {
        isOrderObserved: true,
      }),
    ),
    testCase(
      "backlog_timeout",
      ask("one_slot", 1, START),
      ask("one_slot", 2, { ...START, timeout: 100_000, id: "late" }),
      ask("one_slot", 2),
      ask("one_slot", 1, END),
    ),
    testCase(
      "backlog_timeout_of_a_later_request",
      ask("one_slot", 1, START),
      ...together([ask("one_slot", 2, START), ask("one_slot", 2, { timeout: 100_000 })]),
      ask("one_slot", 1, END),
    ),
    testCase(
      "idle_sequence_makes_room",
      ask("one_idle_slot", 1, START),
      ask("one_idle_slot", 2, BOTH),
      ask("one_idle_slot", 1),
    ),
  ];
}

function modelsOf(strategy: string, oneSlot: string) {
  return [
    sequenceModel("plain", { strategy }),
    sequenceModel("counted", { strategy }),
    sequenceModel("idle", { strategy, idleMs: 300 }),
    sequenceModel("unbatched", { strategy, maxBatchSize: 0 }),
    ...TYPES.map((controls) => sequenceModel(typedName(controls), { strategy, controls })),
    sequenceModel("one_slot", { strategy: oneSlot, maxBatchSize: 1 }),
    sequenceModel("one_idle_slot", { strategy: oneSlot, maxBatchSize: 1, idleMs: 400 }),
  ];
}

/** Waits for half of the slots for up to five seconds. */
const HALF = "direct { minimum_slot_utilization: 0.5 max_queue_delay_microseconds: 5000000 }";
/** Waits for three quarters of them for a moment: one in which two requests come, on a busy machine too. */
const BRIEF = "direct { minimum_slot_utilization: 0.75 max_queue_delay_microseconds: 1000000 }";

/** The direct strategy. */
export const directSequenceSuite: Suite = {
  name: "L0_sequence_batcher_direct",
  about: "sequences that have a row of the batch to themselves",
  models: [
    ...modelsOf("direct { }", "direct { }"),
    sequenceModel("half", { strategy: HALF }),
    sequenceModel("brief", { strategy: BRIEF }),
    sequenceModel("shapes", { strategy: BRIEF, width: -1 }),
    sequenceModel("no_strategy", { strategy: "" }),
  ],
  flags: [],
  cases: [
    ...commonCases(),
    ...backlogCases(),
    wholeSequence("no_strategy", "no_strategy", 1),
    testCase(
      "half_of_the_slots",
      ...together([ask("half", 1, START), ask("half", 2, START)]),
      ...together([ask("half", 1, END), ask("half", 2, END)]),
      stats("half", 4),
    ),
    testCase(
      "empty_rows",
      ask("brief", 1, START),
      ask("brief", 2, START),
      ask("brief", 3, START),
      // Rows 0 and 1 are empty.
      ask("brief", 3, { value: 3 }),
      // Row 1 is.
      ...together([ask("brief", 1, END), ask("brief", 3, END)]),
      ask("brief", 2, END),
      stats("brief", 7),
    ),
    testCase(
      "shapes_do_not_mix",
      ask("shapes", 1, START),
      ask("shapes", 2, { ...START, width: 2 }),
      ask("shapes", 3, START),
      ...together([
        ask("shapes", 1, END),
        ask("shapes", 2, { ...END, width: 2 }),
        ask("shapes", 3, END),
      ]),
      stats("shapes", 6),
    ),
  ],
};

const OLDEST = "oldest { max_candidate_sequences: 8 }";
const ONE = "oldest { max_candidate_sequences: 1 }";
/** Waits for three requests for up to five seconds. */
const THREE =
  "oldest { max_candidate_sequences: 8 preferred_batch_size: [ 3 ] max_queue_delay_microseconds: 5000000 }";
/** Waits for a moment: one in which three requests come, on a busy machine too. */
const DELAYED =
  "oldest { max_candidate_sequences: 8 max_queue_delay_microseconds: 1500000 preserve_ordering: true }";

/** The oldest strategy. */
export const oldestSequenceSuite: Suite = {
  name: "L0_sequence_batcher_oldest",
  about: "sequences whose next requests are batched as they come",
  models: [
    ...modelsOf(OLDEST, ONE),
    sequenceModel("three", { strategy: THREE }),
    sequenceModel("delayed", { strategy: DELAYED }),
    sequenceModel("candidates", {
      strategy: "oldest { max_candidate_sequences: 2 }",
      maxBatchSize: 8,
    }),
  ],
  flags: [],
  cases: [
    ...commonCases(),
    ...backlogCases(),
    testCase(
      "preferred_size",
      ...together([ask("three", 1, START), ask("three", 2, START), ask("three", 3, START)]),
      ...together([ask("three", 3, END), ask("three", 1, END), ask("three", 2, END)]),
      stats("three", 6),
    ),
    testCase(
      "one_request_of_a_sequence_at_a_time",
      ...together([ask("delayed", 1, START), ask("delayed", 1), ask("delayed", 2, BOTH)]),
      ask("delayed", 1, END),
      stats("delayed", 4),
    ),
    testCase(
      "more_sequences_than_candidates",
      ask("candidates", 1, START),
      ask("candidates", 2, START),
      ...together([ask("candidates", 3, BOTH), ask("candidates", 2, END)]),
      ask("candidates", 1, END),
    ),
  ],
};

/** Without the cases that need several requests on their way at a time. */
export function withoutConcurrency(suite: Suite): Suite {
  return {
    ...suite,
    cases: suite.cases.filter(({ steps }) =>
      steps.every((step) => step.kind !== "request" || step.isConcurrent !== true),
    ),
  };
}
