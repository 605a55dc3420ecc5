import assert from "node:assert/strict";
import { test } from "node:test";
import { type AdaptiveMetrics, adaptiveFamilies } from "./adaptive-families.ts";
import { formatExposition } from "./exposition.ts";

const NONE = { count: 0, ns: 0 };

function source(name: string, adaptive: AdaptiveMetrics | null) {
  const statistics = {
    name,
    version: 2n,
    lastInferenceMs: 0,
    inferenceCount: 0,
    executionCount: 0,
    success: NONE,
    fail: NONE,
    queue: NONE,
    computeInput: NONE,
    computeInfer: NONE,
    computeOutput: NONE,
    cacheHit: NONE,
    cacheMiss: NONE,
    responses: [],
    firstResponseMs: null,
    batches: [],
    failuresByReason: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 },
    pendingCount: 0,
  };
  return { statistics, metricTags: { team: "nlp" }, adaptive };
}

test("models without a latency target have no families of it, and where all are such there are none", () => {
  assert.deepEqual(adaptiveFamilies([source("a", null)]), []);
});

test("a model with a latency target says what it has chosen", () => {
  const text = formatExposition(
    adaptiveFamilies([
      source("a", null),
      source("b", {
        targetNs: 20_000_000,
        latencyNs: 17_800_400,
        batchSizeMax: 12,
        queueDelayNs: 3_400_900,
        isReachable: true,
      }),
    ]),
  );
  const labels = '{_team="nlp",model="b",version="2"}';
  assert.deepEqual(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    [
      `nereid_latency_target_us${labels} 20000`,
      `nereid_latency_p99_us${labels} 17800`,
      `nereid_adaptive_batch_size${labels} 12`,
      `nereid_adaptive_queue_delay_us${labels} 3400`,
      `nereid_latency_target_reachable${labels} 1`,
    ],
  );
});
