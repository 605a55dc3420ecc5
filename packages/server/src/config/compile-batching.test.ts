import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText } from "@nereid/protocol";
import {
  compileBatchInput,
  compileBatchOutput,
  compileDynamicBatching,
} from "./compile-batching.ts";

test("a model without a dynamic batcher has none", () => {
  assert.equal(compileDynamicBatching(parseModelConfigText("")), null);
  assert.equal(compileDynamicBatching(parseModelConfigText("sequence_batching { }")), null);
});

test("an empty dynamic batcher lets everybody wait", () => {
  assert.deepEqual(compileDynamicBatching(parseModelConfigText("dynamic_batching { }")), {
    preferredBatchSizes: [],
    queueDelayUsMax: 0,
    isOrderPreserved: false,
    priorityLevelCount: 0,
    priorityLevelDefault: 0,
    queuePolicyDefault: {
      timeoutAction: "REJECT",
      timeoutUsDefault: 0,
      isTimeoutOverrideAllowed: false,
      queueSizeMax: 0,
    },
    queuePolicies: new Map(),
    fairness: null,
    latencyTargetUs: null,
  });
});

const POLICIES = `dynamic_batching {
  preferred_batch_size: [ 8, 2, 4, 2 ]
  max_queue_delay_microseconds: 500
  priority_levels: LEVELS
  default_priority_level: 2
  default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 7 }
  priority_queue_policy {
    key: 1
    value { allow_timeout_override: true max_queue_size: 3 default_timeout_microseconds: 18446744073709551615 }
  }
}`;

test("every setting is carried over, preferred sizes ascending and each once", () => {
  const spec = compileDynamicBatching(parseModelConfigText(POLICIES.replace("LEVELS", "3")));
  assert.deepEqual(spec, {
    preferredBatchSizes: [2, 4, 8],
    queueDelayUsMax: 500,
    isOrderPreserved: false,
    priorityLevelCount: 3,
    priorityLevelDefault: 2,
    queuePolicyDefault: {
      timeoutAction: "DELAY",
      timeoutUsDefault: 7,
      isTimeoutOverrideAllowed: false,
      queueSizeMax: 0,
    },
    queuePolicies: new Map([
      [
        1,
        {
          timeoutAction: "REJECT",
          timeoutUsDefault: Number.MAX_SAFE_INTEGER,
          isTimeoutOverrideAllowed: true,
          queueSizeMax: 3,
        },
      ],
    ]),
    fairness: null,
    latencyTargetUs: null,
  });
});

test("without levels, their policies and the default level say nothing", () => {
  const spec = compileDynamicBatching(parseModelConfigText(POLICIES.replace("LEVELS", "0")));
  assert.equal(spec?.queuePolicies.size, 0);
  assert.equal(spec?.priorityLevelDefault, 0);
  assert.equal(spec?.queuePolicyDefault.timeoutUsDefault, 7);
});

test("inputs and outputs of the batch keep kind, type and names", () => {
  const config = parseModelConfigText(`
    batch_input {
      kind: BATCH_ITEM_SHAPE target_name: [ "A", "B" ] data_type: TYPE_FP32 source_input: "X"
    }
    batch_input { kind: BATCH_ELEMENT_COUNT target_name: "C" data_type: TYPE_INT32 source_input: "X" }
    batch_output { target_name: [ "O", "P" ] source_input: "X" }`);
  assert.deepEqual(config.batchInput.map(compileBatchInput), [
    { kind: "ITEM_SHAPE", targetNames: ["A", "B"], datatype: "FP32", sourceInput: "X" },
    { kind: "ELEMENT_COUNT", targetNames: ["C"], datatype: "INT32", sourceInput: "X" },
  ]);
  assert.deepEqual(config.batchOutput.map(compileBatchOutput), [
    { targetNames: ["O", "P"], sourceInput: "X" },
  ]);
});
