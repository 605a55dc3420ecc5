import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { identityModel } from "@nereid/onnx-writer";
import { encodeInferRequest } from "@nereid/protocol";
import { compileServerOptions } from "../../config/server-options.ts";
import { InferenceServer } from "../../engine/inference-server.ts";
import { TestRepository } from "../../engine/testing/test-repository.ts";
import { startHttpService } from "./start-http-service.ts";

/** FP32 values of a tensor of 1 MiB, whose answer no ring holds. */
const LARGE = 1 << 18;

function inferRequest(elementCount: number, isBinary: boolean): RequestInit {
  const values = Float32Array.from({ length: elementCount }, (_, index) => index / 8);
  const { body, headerSize } = encodeInferRequest({
    id: "seven",
    inputs: [
      {
        name: "INPUT0",
        datatype: "FP32",
        shape: [elementCount],
        bytes: new Uint8Array(values.buffer),
        isBinary,
      },
    ],
    outputs: [{ name: "OUTPUT0", isBinary, classCount: 0 }],
    parameters: new Map(),
  });
  const length = headerSize === null ? {} : { "Inference-Header-Content-Length": `${headerSize}` };
  return { method: "POST", body: Buffer.from(body), headers: length };
}

const INFER = "/v2/models/identity/infer";
const REQUESTS: readonly (readonly [path: string, init: RequestInit])[] = [
  ["/v2/health/ready", {}],
  ["/v2", {}],
  ["/v2/models/identity", {}],
  ["/v2/models/nobody", {}],
  ["/v2/nothing", { method: "POST", body: "x".repeat(100_000) }],
  ["/v2/health/live", { method: "DELETE" }],
  ["/v2/models/identity/config", {}],
  ["/v2/repository/index", { method: "POST", body: "{}" }],
  ["/v2/repository/index", { method: "POST", body: " ".repeat(3 << 20) }],
  [INFER, { method: "POST", body: "{" }],
  [INFER, inferRequest(16, false)],
  [INFER, inferRequest(16, true)],
  [INFER, inferRequest(5000, true)],
  [INFER, inferRequest(20_000, false)],
  [INFER, inferRequest(LARGE, true)],
  [
    INFER,
    {
      method: "POST",
      body: gzipSync('{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1]}]}'),
      headers: { "Content-Encoding": "gzip", "Accept-Encoding": "identity" },
    },
  ],
];

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly headers: readonly (string | null)[];
  readonly body: Buffer;
}

async function answersOf(server: InferenceServer, threadCount: number | null): Promise<Answer[]> {
  const { http } = compileServerOptions({
    modelRepositories: ["unused"],
    http: {
      address: "127.0.0.1",
      port: 0,
      threadCount,
      maxInputSizeBytes: 2 << 20,
      restrictedApis: [{ apis: ["model-config"], header: "secret", value: "1" }],
    },
  });
  const service = await startHttpService(server, http);
  try {
    const answers: Answer[] = [];
    for (const [path, init] of REQUESTS) {
      const answer = await fetch(`http://127.0.0.1:${service.port}${path}`, init);
      const body = Buffer.from(await answer.arrayBuffer());
      const names = ["content-type", "inference-header-content-length"];
      const headers = names.map((name) => answer.headers.get(name));
      answers.push({ path, status: answer.status, headers, body });
    }
    assert.ok(service.connectionCount() > 0);
    return answers;
  } finally {
    await service.close();
    assert.equal(service.connectionCount(), 0);
  }
}

test("several threads answer as the main thread does", async () => {
  using repository = new TestRepository({
    identity: identityModel({ elementType: "FLOAT", dims: ["n"] }),
  });
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    // So that a model without a configuration is not taken for one that batches.
    backendSettings: new Map([["onnxruntime", new Map([["default-max-batch-size", "0"]])]]),
  });
  const expected = await answersOf(server, null);
  const statuses = expected.map(({ status }) => status);
  assert.deepEqual(
    statuses,
    [200, 200, 200, 404, 404, 405, 403, 200, 400, 500, 200, 200, 200, 200, 200, 200],
  );
  assert.deepEqual(await answersOf(server, 2), expected);
  await server.stop();
});
