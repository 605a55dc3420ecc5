// Tests the times to the first answer, from a request to the metrics page.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatExposition } from "../metrics/exposition.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const MODEL = `backend: "square" model_transaction_policy { decoupled: true }
  input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
  model_metrics { metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 3600000 ] } } }`;

async function pageAfterRequests(hasHistograms: boolean): Promise<string[]> {
  using repository = new TestRepository();
  mkdirSync(join(repository.directory, "square", "1"), { recursive: true });
  writeFileSync(join(repository.directory, "square", "config.pbtxt"), MODEL);
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    metrics: { hasHistograms },
  });
  for (const count of [0, 1, 5]) {
    const data = Int32Array.of(count);
    const inputs = [{ name: "IN", datatype: "INT32", shape: [1], data }] as const;
    for await (const { outputs } of server.inferStream({ modelName: "square", inputs })) {
      assert.equal(outputs.length, 1);
    }
  }
  const lines = formatExposition(server.metricFamilies()).split("\n");
  await server.stop();
  return lines.filter((line) => line.includes("first_response"));
}

test("only the first answer to a request counts, and none if there is none", async () => {
  const lines = await pageAfterRequests(true);
  const name = "nv_inference_first_response_histogram_ms";
  const labels = 'model="square",version="1"';
  assert.match(lines.find((line) => line.startsWith(`${name}_sum{${labels}} `)) ?? "", / \d+$/);
  assert.deepEqual(
    lines.filter((line) => !line.startsWith(`${name}_sum`)),
    [
      `# HELP ${name} Duration from request to first response in milliseconds`,
      `# TYPE ${name} histogram`,
      `${name}_count{${labels}} 2`,
      `${name}_bucket{${labels},le="3600000"} 2`,
      `${name}_bucket{${labels},le="+Inf"} 2`,
    ],
  );
});

test("nothing is counted unless it is asked for", async () => {
  assert.deepEqual(await pageAfterRequests(false), []);
});
