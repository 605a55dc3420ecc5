import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText } from "@nereid/protocol";
import { firstResponseBuckets } from "./first-response-buckets.ts";

function control(family: string, buckets: string): string {
  return `metric_control { metric_identifier { family: "${family}" } histogram_options { buckets: [ ${buckets} ] } }`;
}

test("the configuration sets the buckets of the one family that has some, and is warned of others", () => {
  assert.deepEqual(firstResponseBuckets(parseModelConfigText("")), {
    boundsMs: [100, 500, 2000, 5000],
    warnings: [],
  });
  const own = control("nv_inference_first_response_histogram_ms", "0.5, 7");
  const config = parseModelConfigText(`model_metrics { ${control("other", "1")} ${own} }`);
  assert.deepEqual(firstResponseBuckets(config), {
    boundsMs: [0.5, 7],
    warnings: [
      "Metric family 'other' in 'metric_identifier' is not a customizable metric in Triton core.",
    ],
  });
});
