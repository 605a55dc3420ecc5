import { batchProbeModel, type OnnxModel, type TensorValue } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import {
  type Case,
  infer,
  meanwhile,
  type RequestStep,
  type Step,
  type Suite,
  send,
  testCase,
  together,
} from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { type HeldModel, heldModel, release, untilHeld } from "./held-model.ts";

const PROBE = batchProbeModel({ width: "width" });

/** Multiplications that keep an instance busy while all other requests of a case arrive. */
const BUSY_COUNT = 40_000;

/** Some of these wait for one another, on machines that may have other things to do. */
const TIMEOUT_MS = 30_000;

/** Times differ from run to run; that they are there, and zero where nothing ran, does not. */
const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

/** A model that says how its requests were batched; one instance unless `instances` says otherwise of the group. */
function probe(
  name: string,
  maxBatchSize: number,
  more: string,
  instances = "count: 1",
): ModelSource {
  return onnxModel(
    name,
    PROBE,
    onnxConfig({
      maxBatchSize,
      inputs: [
        ["INPUT0", "FP32", [-1]],
        ["COUNT", "INT64", [1]],
      ],
      outputs: [
        ["OUTPUT0", "FP32", [-1]],
        ["BATCH", "INT64", [1]],
      ],
      // One thread a run, so that runs take no longer because others are on their way.
      more: `instance_group { kind: KIND_CPU ${instances} }
parameters { key: "intra_op_thread_count" value { string_value: "1" } }
${more}`,
    }),
  );
}

interface ProbeOptions {
  readonly rows?: number;
  readonly width?: number;
  readonly count?: number;
  readonly id?: string;
  readonly parameters?: Readonly<Record<string, number | string>>;
}

/** A request to a probe, which answers with the rows of its run. */
function ask(model: string, options: ProbeOptions = {}): RequestStep {
  const { rows = 1, width = 1, count = 0, id, parameters } = options;
  const step = infer(model, {
    ...(id === undefined ? {} : { id }),
    ...(parameters === undefined ? {} : { parameters }),
    inputs: [
      {
        name: "INPUT0",
        datatype: "FP32",
        shape: [rows, width],
        data: new Array<number>(rows * width).fill(1),
      },
      {
        name: "COUNT",
        datatype: "INT64",
        shape: [rows, 1],
        data: new Array<number>(rows).fill(count),
      },
    ],
    outputs: [{ name: "BATCH" }],
  });
  return { ...step, timeoutMs: TIMEOUT_MS };
}

/** Keeps an instance busy. */
function occupy(model: string): RequestStep {
  return ask(model, { count: BUSY_COUNT });
}

/** The statistics once so many successes are counted: the real server counts when it has answered. */
function stats(model: string, successCount: number): RequestStep {
  const text = `"success":{"count":${successCount},`;
  return {
    ...send(`/v2/models/${model}/stats`, { masks: TIMES }),
    until: (observation) => observation.text?.includes(text) === true,
  };
}

/** One family of a model's metrics. */
function metric(model: string, family: string): RequestStep {
  const others = new RegExp(`^(?!${family}\\{[^\\n]*model="${model}").*\\n?`, "gm");
  return { ...send("/metrics", { masks: [[others, ""]], anyLineOrder: true }), port: "metrics" };
}

/** Waits, while other requests are on their way, until so many of the model's wait; the gauge is observed, too. */
function untilWaiting(model: string, count: number): RequestStep {
  const text = `} ${count}`;
  return {
    ...meanwhile(metric(model, "nv_inference_pending_request_count")),
    until: (observation) => observation.text?.endsWith(text) === true,
  };
}

/** Holds the model's only instance while the other steps are taken. */
function whileHeld(model: string, ...steps: readonly Step[]): readonly Step[] {
  return [...together([occupy(model)]), untilHeld(model), ...steps, release(model)];
}

/** A request that waits in the model's queue: the `count`th that does. */
function waiting(model: string, count: number): readonly Step[] {
  return [...together([ask(model)]), untilWaiting(model, count)];
}

function concurrently(name: string, ...steps: readonly RequestStep[]): Case {
  return testCase(name, ...together(steps));
}

/** Where each request runs alone, the order of the answers is that of the runs. */
function inOrder(name: string, ...steps: readonly RequestStep[]): Case {
  return testCase(name, ...together(steps, { isOrderObserved: true }));
}

const POLICY = "dynamic_batching { default_queue_policy";

const PRIORITIES = `dynamic_batching {
  priority_levels: 3 default_priority_level: 2
  priority_queue_policy { key: 3 value { max_queue_size: 1 } }
}`;

function int64(...values: readonly number[]): TensorValue {
  const data = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return { elementType: "INT64", dims: [values.length], data };
}

/** RAGGED [n] comes back as it is, cut by the requests' shapes, and MADE, which the batch makes of it, to every row. */
function raggedModel(rank: 1 | 2): OnnxModel {
  const made = rank === 1 ? ["m"] : ["m", "r"];
  return {
    graph: {
      name: "ragged",
      inputs: [
        { name: "RAGGED", elementType: "FLOAT", dims: ["n"] },
        { name: "ROW", elementType: "FLOAT", dims: ["batch", 1] },
        { name: "MADE", elementType: "FLOAT", dims: made },
      ],
      outputs: [
        { name: "VALUES", elementType: "FLOAT", dims: ["n"] },
        { name: "SEEN", elementType: "FLOAT", dims: ["batch", ...made] },
      ],
      nodes: [
        { opType: "Neg", inputs: ["RAGGED"], outputs: ["VALUES"] },
        { opType: "Shape", inputs: ["ROW"], outputs: ["row_shape"] },
        { opType: "Slice", inputs: ["row_shape", "zero", "one"], outputs: ["rows"] },
        {
          opType: "Concat",
          inputs: ["rows", "ones"],
          outputs: ["shape"],
          attributes: { axis: { int: 0 } },
        },
        { opType: "Expand", inputs: ["MADE", "shape"], outputs: ["SEEN"] },
      ],
      initializers: { zero: int64(0), one: int64(1), ones: int64(...made.map(() => 1)) },
    },
  };
}

const KINDS = [
  "ELEMENT_COUNT",
  "ACCUMULATED_ELEMENT_COUNT",
  "ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
  "ITEM_SHAPE",
  "ITEM_SHAPE_FLATTEN",
] as const;

/** Its batches are closed by their size: requests of 1, 1 and 2 rows make one. */
function ragged(kind: (typeof KINDS)[number]): ModelSource {
  const rank = kind === "ITEM_SHAPE" ? 2 : 1;
  return onnxModel(
    `ragged_${kind.toLowerCase()}`,
    raggedModel(rank),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [
        ["RAGGED", "FP32", [-1, -1], "allow_ragged_batch: true"],
        ["ROW", "FP32", [1]],
      ],
      outputs: [
        ["VALUES", "FP32", [-1, -1]],
        ["SEEN", "FP32", rank === 1 ? [-1] : [-1, -1]],
      ],
      more: `batch_input { kind: BATCH_${kind} target_name: "MADE" data_type: TYPE_FP32 source_input: "RAGGED" }
batch_output { target_name: "VALUES" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "RAGGED" }
dynamic_batching { max_queue_delay_microseconds: 5000000 }
instance_group { kind: KIND_CPU count: 1 }`,
    }),
  );
}

function raggedRequest(model: string, shape: readonly [number, number, number]): RequestStep {
  const count = shape[0] * shape[1] * shape[2];
  return infer(model, {
    inputs: [
      {
        name: "RAGGED",
        datatype: "FP32",
        shape,
        data: Array.from({ length: count }, (_, index) => shape[1] * 100 + index),
      },
      {
        name: "ROW",
        datatype: "FP32",
        shape: [shape[0], 1],
        data: new Array<number>(shape[0]).fill(0),
      },
    ],
  });
}

/** Of these the cases need to know that a run has begun, and that it does not end before its time. */
const HELD_MODELS: readonly HeldModel[] = [
  heldModel("preferred", 8, "dynamic_batching { preferred_batch_size: [ 2 ] }"),
  heldModel("limited", 4, `${POLICY} { max_queue_size: 1 } }`),
];

/** The dynamic batcher: which requests run together, queue policies, priorities, order, ragged batches. */
export const batcherSuite: Suite = {
  name: "L0_batcher",
  about: "which requests the dynamic batcher puts together, and what becomes of those that wait",
  models: [
    probe("plain", 4, "dynamic_batching { }"),
    probe("counted", 4, "dynamic_batching { }"),
    probe("delayed", 4, "dynamic_batching { max_queue_delay_microseconds: 400000 }"),
    probe(
      "delayed_preferred",
      8,
      "dynamic_batching { preferred_batch_size: [ 3 ] max_queue_delay_microseconds: 5000000 }",
    ),
    probe("alone", 1, "dynamic_batching { }"),
    probe("rejecting", 4, `${POLICY} { default_timeout_microseconds: 100000 } }`),
    probe(
      "overriding",
      1,
      `${POLICY} { default_timeout_microseconds: 60000000 allow_timeout_override: true } }`,
    ),
    probe("no_override", 1, `${POLICY} { default_timeout_microseconds: 60000000 } }`),
    probe("no_default", 1, `${POLICY} { allow_timeout_override: true } }`),
    probe(
      "delaying",
      1,
      `${POLICY} { timeout_action: DELAY default_timeout_microseconds: 60000000 allow_timeout_override: true } }`,
    ),
    probe("priorities", 1, PRIORITIES),
    probe("priorities_batched", 3, PRIORITIES),
    probe("unordered", 1, "dynamic_batching { }", "count: 2"),
    ...KINDS.map(ragged),
    ...HELD_MODELS.map(({ model }) => model),
  ],
  standIns: HELD_MODELS.map(({ standIn }) => standIn),
  flags: [],
  cases: [
    testCase("config", send("/v2/models/priorities/config")),
    concurrently("waiting_requests_run_together", occupy("plain"), ask("plain"), ask("plain")),
    concurrently(
      "no_more_than_the_maximum",
      occupy("plain"),
      ...[1, 2, 3, 4, 5].map(() => ask("plain")),
    ),
    concurrently(
      "requests_are_not_split",
      occupy("plain"),
      ask("plain", { rows: 3 }),
      ask("plain", { rows: 3 }),
    ),
    concurrently(
      "shapes_do_not_mix",
      occupy("plain"),
      ask("plain"),
      ask("plain"),
      ask("plain", { width: 2 }),
      ask("plain"),
    ),
    testCase(
      "statistics_of_batches",
      ...together([occupy("counted"), ask("counted"), ask("counted", { rows: 2 })]),
      ask("counted"),
      stats("counted", 4),
      metric("counted", "nv_inference_exec_count"),
      metric("counted", "nv_inference_count"),
    ),
    testCase(
      "preferred_sizes",
      ...whileHeld("preferred", ...[1, 2, 3, 4].flatMap((count) => waiting("preferred", count))),
    ),
    concurrently("a_delay_waits_for_more", ask("delayed"), ask("delayed"), ask("delayed")),
    concurrently("a_full_batch_does_not_wait", ...[1, 2, 3].map(() => ask("delayed_preferred"))),
    concurrently(
      "a_larger_batch_than_preferred_does_not_wait",
      ask("delayed_preferred", { rows: 5 }),
    ),
    inOrder("without_room_for_two", occupy("alone"), ask("alone"), ask("alone")),
    testCase(
      "queue_full",
      ...whileHeld(
        "limited",
        ...waiting("limited", 1),
        meanwhile(ask("limited")),
        meanwhile(ask("limited", { id: "seven" })),
      ),
      stats("limited", 2),
      metric("limited", "nv_inference_request_failure"),
    ),
    testCase(
      "expired",
      ...together([occupy("rejecting"), ask("rejecting", { id: "late" })]),
      stats("rejecting", 1),
      metric("rejecting", "nv_inference_request_failure"),
    ),
    concurrently(
      "timeout_of_a_request",
      occupy("overriding"),
      ask("overriding", { parameters: { timeout: 1 } }),
      ask("overriding", { parameters: { timeout: 0 } }),
      ask("overriding"),
    ),
    concurrently(
      "timeout_that_is_not_allowed",
      occupy("no_override"),
      ask("no_override", { parameters: { timeout: 1 } }),
    ),
    concurrently(
      "timeout_where_there_is_none",
      occupy("no_default"),
      ask("no_default", { parameters: { timeout: 1 } }),
    ),
    inOrder(
      "delayed_requests_come_last",
      occupy("delaying"),
      ask("delaying", { parameters: { timeout: 1 } }),
      ask("delaying"),
      ask("delaying"),
    ),
    inOrder(
      "priorities",
      occupy("priorities"),
      ask("priorities", { parameters: { priority: 3 } }),
      ask("priorities", { parameters: { priority: 2 } }),
      ask("priorities", { parameters: { priority: 1 } }),
      ask("priorities", { parameters: { priority: 1 } }),
    ),
    inOrder(
      "default_priority",
      occupy("priorities"),
      ask("priorities", { parameters: { priority: 3 } }),
      ask("priorities"),
      ask("priorities", { parameters: { priority: 9 } }),
      ask("priorities", { parameters: { priority: 0 } }),
      ask("priorities", { parameters: { priority: 1 } }),
    ),
    inOrder(
      "queue_full_of_one_priority",
      occupy("priorities"),
      ask("priorities", { parameters: { priority: 3 } }),
      ask("priorities", { parameters: { priority: 3 } }),
      ask("priorities", { parameters: { priority: 2 } }),
      ask("priorities", { parameters: { priority: 2 } }),
    ),
    testCase(
      "priorities_in_one_batch",
      ...together([
        occupy("priorities_batched"),
        ask("priorities_batched", { parameters: { priority: 3 } }),
        ask("priorities_batched", { parameters: { priority: 2 }, rows: 2 }),
        ask("priorities_batched", { parameters: { priority: 1 } }),
      ]),
    ),
    // The first is longer than it may take to begin the second.
    inOrder("two_instances", ask("unordered", { count: 4 * BUSY_COUNT }), ask("unordered")),
    ...KINDS.map((kind) => {
      const model = `ragged_${kind.toLowerCase()}`;
      return testCase(
        model,
        ...together([
          raggedRequest(model, [1, 2, 3]),
          raggedRequest(model, [1, 4, 1]),
          raggedRequest(model, [2, 1, 2]),
        ]),
      );
    }),
  ],
};

/** Answers in the order of the requests, from instances that finish in another. */
export const preservedOrderSuite: Suite = {
  name: "L0_batcher_preserve_ordering",
  about: "the dynamic batcher with preserve_ordering",
  models: [probe("ordered", 1, "dynamic_batching { preserve_ordering: true }", "count: 2")],
  flags: [],
  cases: [
    testCase(
      "slow_first",
      ...together([occupy("ordered"), ask("ordered")], { isOrderObserved: true }),
      stats("ordered", 2),
    ),
  ],
};

const ONE_AT_A_TIME = 'count: 1 rate_limiter { resources { name: "R" count: 1 } }';

/** What becomes of batches that wait for a resource which another model holds. */
export const limitedBatchesSuite: Suite = {
  name: "L0_batcher_rate_limiter",
  about: "batches that wait for the rate limiter's turn",
  models: [
    probe("holder", 4, "", ONE_AT_A_TIME),
    probe("growing", 4, "dynamic_batching { }", ONE_AT_A_TIME),
    probe("alone", 4, "", ONE_AT_A_TIME),
  ],
  flags: ["--rate-limit=execution_count"],
  cases: [
    concurrently("a_batch_grows", occupy("holder"), ...[1, 2, 3].map(() => ask("growing"))),
    concurrently(
      "no_further_than_full",
      occupy("holder"),
      ask("growing", { rows: 3 }),
      ask("growing", { rows: 3 }),
    ),
    concurrently("not_without_a_batcher", occupy("holder"), ask("alone"), ask("alone")),
  ],
};

/** How many requests wait. */
export const pendingSuite: Suite = {
  name: "L0_metrics_pending",
  about: "nv_inference_pending_request_count while requests wait",
  models: [probe("busy", 4, "dynamic_batching { }"), probe("unbatched", 4, "")],
  flags: [],
  cases: ["busy", "unbatched"].map((model) =>
    testCase(
      `pending_${model}`,
      // The port of the metrics opens last.
      ask(model),
      metric(model, "nv_inference_pending_request_count"),
      ...together([
        occupy(model),
        metric(model, "nv_inference_pending_request_count"),
        ask(model, { rows: 2 }),
        ask(model),
        metric(model, "nv_inference_pending_request_count"),
      ]),
      metric(model, "nv_inference_pending_request_count"),
    ),
  ),
};
