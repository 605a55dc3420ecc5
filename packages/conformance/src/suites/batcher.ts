import { batchProbeModel } from "@nereid/onnx-writer";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import {
  type Case,
  meanwhile,
  type RequestStep,
  type Suite,
  send,
  testCase,
  together,
} from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { type HeldModel, heldModel, release, untilHeld } from "./held-model.ts";
import {
  ask,
  heldCase,
  metric,
  orderCase,
  PENDING,
  queued,
  stats,
  untilMetric,
  whileHeld,
} from "./held-requests.ts";
import { RAGGED_CASES, RAGGED_MODELS } from "./ragged-batches.ts";

const PROBE = batchProbeModel({ width: "width" });

/** A model that says how its requests were batched; one instance. */
function probe(name: string, maxBatchSize: number, more: string): ModelSource {
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
      more: `instance_group { kind: KIND_CPU count: 1 }
parameters { key: "intra_op_thread_count" value { string_value: "1" } }
${more}`,
    }),
  );
}

/** The models that the real server runs, and what ours has in their place. */
function modelsOf(held: readonly HeldModel[], more: readonly ModelSource[] = []) {
  return {
    models: [...more, ...held.map(({ model }) => model)],
    standIns: held.map(({ standIn }) => standIn),
  };
}

function concurrently(name: string, ...steps: readonly RequestStep[]): Case {
  return testCase(name, ...together(steps));
}

const BATCHING = "dynamic_batching { }";

const POLICY = "dynamic_batching { default_queue_policy";

const PRIORITIES = `dynamic_batching {
  priority_levels: 3 default_priority_level: 2
  priority_queue_policy { key: 3 value { max_queue_size: 1 } }
}`;

const HELD_MODELS: readonly HeldModel[] = [
  heldModel("plain", { maxBatchSize: 4, more: BATCHING }),
  heldModel("counted", { maxBatchSize: 4, more: BATCHING }),
  heldModel("preferred", {
    maxBatchSize: 8,
    more: "dynamic_batching { preferred_batch_size: [ 2 ] }",
  }),
  heldModel("alone", { maxBatchSize: 1, more: BATCHING }),
  heldModel("limited", { maxBatchSize: 4, more: `${POLICY} { max_queue_size: 1 } }` }),
  heldModel("rejecting", {
    maxBatchSize: 4,
    more: `${POLICY} { default_timeout_microseconds: 100000 } }`,
  }),
  heldModel("overriding", {
    maxBatchSize: 1,
    more: `${POLICY} { default_timeout_microseconds: 60000000 allow_timeout_override: true } }`,
  }),
  heldModel("no_override", {
    maxBatchSize: 1,
    more: `${POLICY} { default_timeout_microseconds: 60000000 } }`,
  }),
  heldModel("no_default", {
    maxBatchSize: 1,
    more: `${POLICY} { allow_timeout_override: true } }`,
  }),
  heldModel("delaying", {
    maxBatchSize: 1,
    more: `${POLICY} { timeout_action: DELAY default_timeout_microseconds: 60000000 allow_timeout_override: true } }`,
  }),
  heldModel("ranked", { maxBatchSize: 1, more: PRIORITIES }),
  heldModel("ranked_batches", { maxBatchSize: 3, more: PRIORITIES }),
  heldModel("unordered", {
    maxBatchSize: 1,
    instanceGroup: "kind: KIND_CPU count: 2",
    more: BATCHING,
  }),
];

/** The dynamic batcher: which requests run together, queue policies, priorities, order, ragged batches. */
export const batcherSuite: Suite = {
  name: "L0_batcher",
  about: "which requests the dynamic batcher puts together, and what becomes of those that wait",
  ...modelsOf(HELD_MODELS, [
    probe("delayed", 4, "dynamic_batching { max_queue_delay_microseconds: 2000000 }"),
    probe(
      "delayed_preferred",
      8,
      "dynamic_batching { preferred_batch_size: [ 3 ] max_queue_delay_microseconds: 5000000 }",
    ),
    probe("priorities", 1, PRIORITIES),
    ...RAGGED_MODELS,
  ]),
  flags: [],
  cases: [
    testCase("config", send("/v2/models/priorities/config")),
    heldCase("waiting_requests_run_together", "plain", {}, {}),
    heldCase("no_more_than_the_maximum", "plain", {}, {}, {}, {}, {}),
    heldCase("requests_are_not_split", "plain", { rows: 3 }, { rows: 3 }),
    heldCase("shapes_do_not_mix", "plain", {}, {}, { width: 2 }, {}),
    testCase(
      "statistics_of_batches",
      ...whileHeld("counted", ...queued("counted", [{}, { rows: 2 }])),
      ask("counted"),
      stats("counted", 4),
      metric("counted", "nv_inference_exec_count"),
      metric("counted", "nv_inference_count"),
    ),
    heldCase("preferred_sizes", "preferred", {}, {}, {}, {}),
    concurrently("a_delay_waits_for_more", ask("delayed"), ask("delayed"), ask("delayed")),
    concurrently("a_full_batch_does_not_wait", ...[1, 2, 3].map(() => ask("delayed_preferred"))),
    concurrently(
      "a_larger_batch_than_preferred_does_not_wait",
      ask("delayed_preferred", { rows: 5 }),
    ),
    orderCase("without_room_for_two", "alone", {}, {}),
    testCase(
      "queue_full",
      ...whileHeld(
        "limited",
        ...queued("limited", [{}]),
        meanwhile(ask("limited")),
        meanwhile(ask("limited", { id: "seven" })),
      ),
      stats("limited", 2),
      metric("limited", "nv_inference_request_failure"),
    ),
    testCase(
      "expired",
      ...whileHeld("rejecting", ...queued("rejecting", [{ id: "late", isAnsweredAtOnce: true }])),
      stats("rejecting", 1),
      metric("rejecting", "nv_inference_request_failure"),
    ),
    heldCase(
      "timeout_of_a_request",
      "overriding",
      { parameters: { timeout: 1 }, isAnsweredAtOnce: true },
      { parameters: { timeout: 0 } },
      {},
    ),
    heldCase("timeout_that_is_not_allowed", "no_override", { parameters: { timeout: 1 } }),
    heldCase("timeout_where_there_is_none", "no_default", { parameters: { timeout: 1 } }),
    orderCase("delayed_requests_come_last", "delaying", { parameters: { timeout: 1 } }, {}, {}),
    orderCase(
      "priorities",
      "ranked",
      { parameters: { priority: 3 } },
      { parameters: { priority: 2 } },
      { parameters: { priority: 1 } },
      { parameters: { priority: 1 } },
    ),
    orderCase(
      "default_priority",
      "ranked",
      { parameters: { priority: 3 } },
      {},
      { parameters: { priority: 9 } },
      { parameters: { priority: 0 } },
      { parameters: { priority: 1 } },
    ),
    orderCase(
      "queue_full_of_one_priority",
      "ranked",
      { parameters: { priority: 3 } },
      { parameters: { priority: 3 }, isAnsweredAtOnce: true },
      { parameters: { priority: 2 } },
      { parameters: { priority: 2 } },
    ),
    heldCase(
      "priorities_in_one_batch",
      "ranked_batches",
      { parameters: { priority: 3 } },
      { parameters: { priority: 2 }, rows: 2 },
      { parameters: { priority: 1 } },
    ),
    testCase(
      "two_instances",
      ...together([ask("unordered", { isHeld: true })], { isOrderObserved: true }),
      untilHeld("unordered"),
      ...queued("unordered", [{ isAnsweredAtOnce: true }], { isOrderObserved: true }),
      release("unordered"),
    ),
    ...RAGGED_CASES,
  ],
};

/** Answers in the order of the requests, from instances that finish in another. */
export const preservedOrderSuite: Suite = {
  name: "L0_batcher_preserve_ordering",
  about: "the dynamic batcher with preserve_ordering",
  ...modelsOf([
    heldModel("ordered", {
      maxBatchSize: 1,
      instanceGroup: "kind: KIND_CPU count: 2",
      more: "dynamic_batching { preserve_ordering: true }",
    }),
  ]),
  flags: [],
  cases: [
    testCase(
      "slow_first",
      ...together([ask("ordered", { isHeld: true })], { isOrderObserved: true }),
      untilHeld("ordered"),
      ...together([ask("ordered")], { isOrderObserved: true }),
      // The second has run, and would be answered if it came alone.
      untilMetric("ordered", "nv_inference_exec_count", 1),
      release("ordered"),
      stats("ordered", 2),
    ),
  ],
};

const ONE_AT_A_TIME = 'kind: KIND_CPU count: 1 rate_limiter { resources { name: "R" count: 1 } }';

/** What becomes of batches that wait for a resource which another model holds. */
export const limitedBatchesSuite: Suite = {
  name: "L0_batcher_rate_limiter",
  about: "batches that wait for the rate limiter's turn",
  ...modelsOf([
    heldModel("holder", { maxBatchSize: 4, instanceGroup: ONE_AT_A_TIME }),
    heldModel("growing", { maxBatchSize: 4, instanceGroup: ONE_AT_A_TIME, more: BATCHING }),
    heldModel("alone", { maxBatchSize: 4, instanceGroup: ONE_AT_A_TIME }),
  ]),
  flags: ["--rate-limit=execution_count"],
  cases: [
    testCase("a_batch_grows", ...whileHeld("holder", ...queued("growing", [{}, {}, {}]))),
    testCase(
      "no_further_than_full",
      ...whileHeld("holder", ...queued("growing", [{ rows: 3 }, { rows: 3 }])),
    ),
    testCase("not_without_a_batcher", ...whileHeld("holder", ...queued("alone", [{}, {}]))),
  ],
};

/** How many requests wait. */
export const pendingSuite: Suite = {
  name: "L0_metrics_pending",
  about: "nv_inference_pending_request_count while requests wait",
  ...modelsOf([
    heldModel("busy", { maxBatchSize: 4, more: BATCHING }),
    heldModel("unbatched", { maxBatchSize: 4 }),
  ]),
  flags: [],
  cases: ["busy", "unbatched"].map((model) =>
    testCase(
      `pending_${model}`,
      // The port of the metrics opens last.
      ask(model),
      metric(model, PENDING),
      ...whileHeld(model, meanwhile(metric(model, PENDING)), ...queued(model, [{ rows: 2 }, {}])),
      metric(model, PENDING),
    ),
  ),
};
