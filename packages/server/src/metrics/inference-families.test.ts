import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelStatistics } from "../model/statistics.ts";
import { formatExposition } from "./exposition.ts";
import { inferenceFamilies } from "./inference-families.ts";

const NONE = { count: 0, ns: 0 };

const STATISTICS: ModelStatistics = {
  name: "m",
  version: 3n,
  lastInferenceMs: 1,
  inferenceCount: 7,
  executionCount: 5,
  success: { count: 4, ns: 12_999 },
  fail: { count: 1, ns: 1 },
  queue: { count: 4, ns: 2_000 },
  computeInput: { count: 4, ns: 1_000 },
  computeInfer: { count: 4, ns: 8_500 },
  computeOutput: { count: 4, ns: 999 },
  cacheHit: NONE,
  cacheMiss: NONE,
  responses: [],
  firstResponseMs: null,
  batches: [],
  failuresByReason: { REJECTED: 2, CANCELED: 0, BACKEND: 1, OTHER: 0 },
  pendingCount: 6,
};

test("each family has one series a version, the failures one a reason", () => {
  const text = formatExposition(
    inferenceFamilies([
      { statistics: STATISTICS, metricTags: { team: "vision" }, isCached: false },
    ]),
  );
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const labels = '_team="vision",model="m"';
  assert.deepEqual(series, [
    `nv_inference_request_success{${labels},version="3"} 4`,
    `nv_inference_request_failure{${labels},reason="REJECTED",version="3"} 2`,
    `nv_inference_request_failure{${labels},reason="CANCELED",version="3"} 0`,
    `nv_inference_request_failure{${labels},reason="BACKEND",version="3"} 1`,
    `nv_inference_request_failure{${labels},reason="OTHER",version="3"} 0`,
    `nv_inference_count{${labels},version="3"} 7`,
    `nv_inference_exec_count{${labels},version="3"} 5`,
    `nv_inference_request_duration_us{${labels},version="3"} 12`,
    `nv_inference_queue_duration_us{${labels},version="3"} 2`,
    `nv_inference_compute_input_duration_us{${labels},version="3"} 1`,
    `nv_inference_compute_infer_duration_us{${labels},version="3"} 8`,
    `nv_inference_compute_output_duration_us{${labels},version="3"} 0`,
    `nv_inference_pending_request_count{${labels},version="3"} 6`,
  ]);
});
