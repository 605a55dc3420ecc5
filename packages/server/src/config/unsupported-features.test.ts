import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText, StatusCode } from "@nereid/protocol";
import { checkSupported, unsupportedFeatures } from "./unsupported-features.ts";

test("every feature that does not run yet is named as the file spells it", () => {
  const cases: readonly (readonly [pbtxt: string, features: readonly string[]])[] = [
    ["", []],
    ["dynamic_batching { preferred_batch_size: 4 max_queue_delay_microseconds: 100 }", []],
    ["dynamic_batching { default_queue_policy { timeout_action: DELAY } }", []],
    ["dynamic_batching { priority_queue_policy { key: 1 } }", []],
    ["model_warmup { batch_size: 1 }", []],
    ['model_operations { op_library_filename: "a.so" }', []],
    ["model_transaction_policy { } response_cache { } model_repository_agents { }", []],
    ["sequence_batching { }", []],
    ["ensemble_scheduling { }", []],
    ['platform: "ensemble"', []],
    ["dynamic_batching { priority_levels: 2 }", []],
    ["dynamic_batching { preserve_ordering: true }", []],
    [
      "dynamic_batching { default_queue_policy { max_queue_size: 1 default_timeout_microseconds: 1 } }",
      [],
    ],
    ["input { } input { allow_ragged_batch: true }", []],
    ["batch_input { } batch_output { }", []],
    ["model_transaction_policy { decoupled: true }", []],
    // Of no effect without --cache-config, which is refused.
    ["response_cache { enable: true }", []],
    ['parameters { key: "TRITON_BATCH_STRATEGY_PATH" }', ["parameters.TRITON_BATCH_STRATEGY_PATH"]],
  ];
  for (const [pbtxt, features] of cases) {
    assert.deepEqual(unsupportedFeatures(parseModelConfigText(pbtxt)), features, pbtxt);
  }
});

test("a model that needs them does not load, and its error names them", () => {
  const config = parseModelConfigText('name: "m" parameters { key: "TRITON_BATCH_STRATEGY_PATH" }');
  assert.throws(() => checkSupported(config), {
    code: StatusCode.Unsupported,
    message: "model 'm' uses what is not supported yet: parameters.TRITON_BATCH_STRATEGY_PATH",
  });
  checkSupported(parseModelConfigText('name: "m" dynamic_batching { }'));
});
