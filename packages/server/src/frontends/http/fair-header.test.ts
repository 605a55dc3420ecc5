// Tests that HTTP headers say which flow a request belongs to.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { batchProbeModel } from "@nereid/onnx-writer";
import { compileServerOptions } from "../../config/server-options.ts";
import { InferenceServer } from "../../engine/inference-server.ts";
import { TestRepository } from "../../engine/testing/test-repository.ts";
import { startHttpService } from "./start-http-service.ts";

/** Multiplications that take minutes: such a run ends by being cancelled. */
const ENDLESS_COUNT = 1e9;
/** Some milliseconds a run, so that answers arrive in the order of the runs. */
const COUNT = 500;
const WAITING_COUNT = 6;
const TURN_COUNT_MAX = 1_000_000;

const CONFIG = `backend: "onnxruntime"
max_batch_size: 1
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "COUNT" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_CPU count: 1 }
dynamic_batching { }
parameters { key: "NEREID_EXECUTION_MODE" value { string_value: "thread" } }
parameters { key: "NEREID_FAIR_KEY" value { string_value: "x-tenant" } }
`;

function body(count: number): string {
  return JSON.stringify({
    inputs: [
      { name: "INPUT0", datatype: "FP32", shape: [1, 1], data: [1] },
      { name: "COUNT", datatype: "INT64", shape: [1, 1], data: [count] },
    ],
  });
}

test("a header that is forwarded is a flow's name: one client's queue does not hold up another's request", async () => {
  using repository = new TestRepository({ probe: batchProbeModel() });
  writeFileSync(join(repository.directory, "probe", "config.pbtxt"), CONFIG);
  const server = await InferenceServer.start({ modelRepositories: [repository.directory] });
  const { http } = compileServerOptions({
    modelRepositories: ["unused"],
    http: { address: "127.0.0.1", port: 0, headerForwardPattern: "x-tenant" },
  });
  const service = await startHttpService(server, http);
  const url = `http://127.0.0.1:${service.port}/v2/models/probe/infer`;
  const infer = (tenant: string, count: number, signal?: AbortSignal): Promise<Response> =>
    fetch(url, {
      method: "POST",
      body: body(count),
      headers: { "x-tenant": tenant },
      signal: signal ?? null,
    });
  const pendingReaches = async (count: number): Promise<void> => {
    for (let turns = 0; turns < TURN_COUNT_MAX; turns++) {
      if (server.statistics("probe", null)[0]?.pendingCount === count) {
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.fail("the requests do not arrive");
  };
  const abort = new AbortController();
  try {
    const busy = infer("z", ENDLESS_COUNT, abort.signal).catch(() => null);
    const first = infer("a", COUNT);
    await pendingReaches(1);
    const order: string[] = [];
    const note = async (tenant: string): Promise<void> => {
      const response = await infer(tenant, COUNT);
      assert.equal(response.status, 200);
      order.push(tenant);
    };
    const flood = Array.from({ length: WAITING_COUNT }, () => note("a"));
    await pendingReaches(1 + WAITING_COUNT);
    const late = note("b");
    await pendingReaches(2 + WAITING_COUNT);
    abort.abort();
    await Promise.all([busy, first, ...flood, late]);
    assert.ok(order.indexOf("b") <= 1, order.join(" "));
  } finally {
    abort.abort();
    await service.close();
    await server.stop();
  }
});
