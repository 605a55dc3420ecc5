// Tests what HTTP clients are told when a model's queue is full.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { batchProbeModel } from "@nereid/onnx-writer";
import { compileServerOptions } from "../../config/server-options.ts";
import { InferenceServer } from "../../engine/inference-server.ts";
import { TestRepository } from "../../engine/testing/test-repository.ts";
import { startHttpService } from "./start-http-service.ts";

/** Multiplications that take minutes: the runs end by being cancelled. */
const ENDLESS_COUNT = 1e9;

const CONFIG = `backend: "onnxruntime"
max_batch_size: 1
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "COUNT" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
instance_group { kind: KIND_CPU count: 1 }
dynamic_batching { default_queue_policy { max_queue_size: 1 } }
`;

const BODY = JSON.stringify({
  inputs: [
    { name: "INPUT0", datatype: "FP32", shape: [1, 1], data: [1] },
    { name: "COUNT", datatype: "INT64", shape: [1, 1], data: [ENDLESS_COUNT] },
  ],
});

const CASES = [
  { seconds: 0, status: 503, retryAfter: null },
  { seconds: 7, status: 429, retryAfter: "7" },
] as const;

for (const { seconds, status, retryAfter } of CASES) {
  test(`a full queue is answered with ${status} where clients are to come back after ${seconds} s`, async () => {
    using repository = new TestRepository({ probe: batchProbeModel() });
    writeFileSync(join(repository.directory, "probe", "config.pbtxt"), CONFIG);
    const server = await InferenceServer.start({ modelRepositories: [repository.directory] });
    const { http } = compileServerOptions({
      modelRepositories: ["unused"],
      http: { address: "127.0.0.1", port: 0, overloadRetryAfterSeconds: seconds },
    });
    const service = await startHttpService(server, http);
    const abort = new AbortController();
    const url = `http://127.0.0.1:${service.port}/v2/models/probe/infer`;
    try {
      // One runs, one waits, and the third is one too many.
      const requests = [1, 2, 3].map(() =>
        fetch(url, { method: "POST", body: BODY, signal: abort.signal }),
      );
      const refused = await Promise.any(requests);
      assert.equal(refused.status, status);
      assert.equal(refused.headers.get("retry-after"), retryAfter);
      assert.deepEqual(await refused.json(), {
        error: "[request id: <id_unknown>] Exceeds maximum queue size",
      });
      abort.abort();
      await Promise.allSettled(requests);
    } finally {
      await service.close();
      await server.stop();
    }
  });
}
