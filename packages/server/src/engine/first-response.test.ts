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

const ENSEMBLE = `platform: "ensemble"
  input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }
  ensemble_scheduling { step { model_name: "square" model_version: -1
    input_map { key: "IN" value: "IN" } output_map { key: "OUT" value: "OUT" } } }
  model_metrics { metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 1800000, 7200000 ] } } }`;

async function pageAfterRequests(hasHistograms: boolean, modelName = "square"): Promise<string[]> {
  using repository = new TestRepository();
  for (const [name, config] of Object.entries({ square: MODEL, squares: ENSEMBLE })) {
    mkdirSync(join(repository.directory, name, "1"), { recursive: true });
    writeFileSync(join(repository.directory, name, "config.pbtxt"), config);
  }
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    metrics: { hasHistograms },
  });
  for (const count of [0, 1, 5]) {
    const data = Int32Array.of(count);
    const inputs = [{ name: "IN", datatype: "INT32", shape: [1], data }] as const;
    for await (const { outputs } of server.inferStream({ modelName, inputs })) {
      assert.equal(outputs.length, 1);
    }
  }
  const lines = formatExposition(server.metricFamilies()).split("\n");
  await server.stop();
  return lines.filter((line) => line.includes("first_response"));
}

const NAME = "nv_inference_first_response_histogram_ms";

test("only the first answer to a request counts, and none if there is none", async () => {
  const lines = await pageAfterRequests(true);
  const labels = 'model="square",version="1"';
  assert.match(lines.find((line) => line.startsWith(`${NAME}_sum{${labels}} `)) ?? "", / \d+$/);
  assert.deepEqual(
    lines.filter((line) => !line.startsWith(`${NAME}_sum`) && !line.includes('model="squares"')),
    [
      `# HELP ${NAME} Duration from request to first response in milliseconds`,
      `# TYPE ${NAME} histogram`,
      `${NAME}_count{${labels}} 2`,
      `${NAME}_bucket{${labels},le="3600000"} 2`,
      `${NAME}_bucket{${labels},le="+Inf"} 2`,
    ],
  );
});

test("an ensemble counts the first answers to its own requests, and so do its steps to theirs", async () => {
  const lines = await pageAfterRequests(true, "squares");
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("#") && !line.startsWith(`${NAME}_sum`)),
    [
      `${NAME}_count{model="square",version="1"} 2`,
      `${NAME}_bucket{model="square",version="1",le="3600000"} 2`,
      `${NAME}_bucket{model="square",version="1",le="+Inf"} 2`,
      `${NAME}_count{model="squares",version="1"} 2`,
      `${NAME}_bucket{model="squares",version="1",le="1800000"} 2`,
      `${NAME}_bucket{model="squares",version="1",le="7200000"} 2`,
      `${NAME}_bucket{model="squares",version="1",le="+Inf"} 2`,
    ],
  );
});

test("nothing is counted unless it is asked for", async () => {
  assert.deepEqual(await pageAfterRequests(false), []);
});
