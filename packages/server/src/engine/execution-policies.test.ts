// Tests the response cache, the rate limiter and the warm-up on a whole server.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { identityModel, matmulLoopModel } from "@nereid/onnx-writer";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { ServerOptions } from "../config/server-options.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import type { InProcessRequest } from "./in-process.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const CONFIG =
  'max_batch_size: 4 input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ' +
  'output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ';

function write(repository: TestRepository, file: string, content: string | Uint8Array): void {
  const path = join(repository.directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function start(
  repository: TestRepository,
  options: Partial<ServerOptions>,
): Promise<InferenceServer> {
  return InferenceServer.start({
    modelRepositories: [repository.directory],
    modelControlMode: "explicit",
    startupModels: ["*"],
    ...options,
  });
}

function ask(modelName: string, values: readonly number[]): InProcessRequest {
  const shape = [1, values.length];
  const data = Float32Array.from(values);
  return { modelName, inputs: [{ name: "INPUT0", datatype: "FP32", shape, data }] };
}

function statisticsOf(server: InferenceServer, model: string): ModelStatistics {
  const [statistics] = server.statistics(model, null);
  assert.ok(statistics);
  return statistics;
}

function cacheOf(size: number): Partial<ServerOptions> {
  return { cacheSettings: new Map([["local", new Map([["size", String(size)]])]]) };
}

const CACHED = `${CONFIG} response_cache { enable: true }`;

test("a repeated request is answered from the cache, also one that is too large for one turn", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(repository, "m/config.pbtxt", CACHED);
  const server = await start(repository, cacheOf(64 << 20));
  for (const count of [4, 500_000]) {
    const request = ask("m", new Array<number>(count).fill(count));
    const first = await server.infer(request);
    const second = await server.infer(request);
    assert.deepEqual(second.outputs, first.outputs);
  }
  const { success, cacheHit, cacheMiss, executionCount } = statisticsOf(server, "m");
  assert.deepEqual([success.count, cacheHit.count, cacheMiss.count, executionCount], [4, 2, 2, 2]);
  await server.stop();
});

test("a cancelled look-up that takes turns is answered as cancelled, once", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(repository, "m/config.pbtxt", CACHED);
  const server = await start(repository, cacheOf(64 << 20));
  const abort = new AbortController();
  const request = ask("m", new Array<number>(500_000).fill(1));
  const answer = server.infer({ ...request, signal: abort.signal });
  abort.abort();
  await assert.rejects(answer, ({ code }) => code === StatusCode.Cancelled);
  await server.stop();
});

test("a model that is loaded again is not answered for by what it was", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(repository, "m/config.pbtxt", CACHED);
  const server = await start(repository, cacheOf(1 << 20));
  await server.infer(ask("m", [1]));
  write(repository, "m/config.pbtxt", `${CACHED} # another`);
  await server.unloadModel("m");
  await server.loadModel("m");
  await server.infer(ask("m", [1]));
  assert.equal(statisticsOf(server, "m").cacheHit.count, 0);
  await server.stop();
});

test("answers leave in order although some come from the cache", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(repository, "m/config.pbtxt", `${CACHED} dynamic_batching { preserve_ordering: true }`);
  const server = await start(repository, cacheOf(1 << 20));
  await server.infer(ask("m", [1]));
  const order: number[] = [];
  await Promise.all(
    [2, 1, 3, 1].map(async (value, index) => {
      await server.infer(ask("m", [value]));
      order.push(index);
    }),
  );
  assert.deepEqual(order, [0, 1, 2, 3]);
  assert.equal(statisticsOf(server, "m").cacheHit.count, 2);
  await server.stop();
});

const LIMITED =
  "instance_group { kind: KIND_CPU count: 2 rate_limiter { resources { name: 'R' count: 1 } } }";

test("models that share a resource answer everything, with and without batching", async () => {
  using repository = new TestRepository({ a: FLOATS, b: FLOATS });
  write(repository, "a/config.pbtxt", `${CONFIG} ${LIMITED}`);
  write(repository, "b/config.pbtxt", `${CONFIG} ${LIMITED} dynamic_batching { }`);
  const server = await start(repository, { rateLimitMode: "execution_count" });
  const requests = Array.from({ length: 200 }, (_, index) =>
    server.infer(ask(index % 3 === 0 ? "a" : "b", [index])),
  );
  for (const [index, answer] of (await Promise.all(requests)).entries()) {
    const bytes = answer.outputs[0]?.bytes;
    assert.ok(bytes);
    assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true), index);
  }
  await server.stop();
});

/** Runs until it is stopped. */
function endless(signal: AbortSignal): InProcessRequest {
  return {
    modelName: "loop",
    inputs: [
      { name: "ITERATIONS", datatype: "INT64", shape: [], data: BigInt64Array.of(1n << 40n) },
    ],
    signal,
  };
}

test("a request that waits for another model's resources can be cancelled, and the next one runs", async () => {
  using repository = new TestRepository({
    m: FLOATS,
    loop: matmulLoopModel({ iterations: "input" }),
  });
  const group =
    "instance_group { kind: KIND_CPU count: 1 rate_limiter { resources { name: 'R' count: 1 } } }";
  write(repository, "m/config.pbtxt", `${CONFIG} ${group}`);
  write(repository, "loop/config.pbtxt", group);
  const server = await start(repository, { rateLimitMode: "execution_count" });
  const loopInputs = server.getModel("loop", null).spec.inputs;
  const running = new AbortController();
  const base = endless(running.signal);
  const inputs = loopInputs.map(({ name, datatype, dims }) => {
    const shape = dims.map((dim) => Math.max(1, dim));
    const count = shape.reduce((product, dim) => product * dim, 1);
    const data = datatype === "INT64" ? BigInt64Array.of(1n << 40n) : new Float32Array(count);
    return { name, datatype, shape, data };
  });
  const loop = server.infer({ ...base, inputs });
  const waiting = new AbortController();
  const cancelled = server.infer({ ...ask("m", [1]), signal: waiting.signal });
  waiting.abort();
  await assert.rejects(cancelled, ({ code }) => code === StatusCode.Cancelled);
  const next = server.infer(ask("m", [2]));
  running.abort();
  await assert.rejects(loop);
  await next;
  const { success, failuresByReason } = statisticsOf(server, "m");
  assert.deepEqual([success.count, failuresByReason.CANCELED], [1, 1]);
  await server.stop();
});

test("what can never run is refused at load, and leaves nothing registered", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(repository, "m/config.pbtxt", `${CONFIG} ${LIMITED}`);
  const options: Partial<ServerOptions> = {
    rateLimitMode: "execution_count",
    rateLimitResources: [{ name: "S", count: 1, deviceId: null }],
    exitOnError: false,
  };
  const server = await start(repository, options);
  await assert.rejects(server.loadModel("m"), /Resource count for "R" is limited to 0/);
  write(repository, "m/config.pbtxt", CONFIG);
  await server.loadModel("m");
  await server.infer(ask("m", [1]));
  await server.stop();
});

function warmUp(input: string): string {
  return `${CONFIG} model_warmup { name: "w" batch_size: 2 count: 3 inputs { key: "INPUT0" value { ${input} } } }`;
}

test("a warm-up runs on every instance before the model is ready, and is counted", async () => {
  using repository = new TestRepository({ m: FLOATS });
  write(
    repository,
    "m/config.pbtxt",
    `${warmUp("data_type: TYPE_FP32 dims: [ 3 ] random_data: true")} instance_group { kind: KIND_CPU count: 2 }`,
  );
  const server = await start(repository, {});
  const { inferenceCount, executionCount, batches } = statisticsOf(server, "m");
  assert.deepEqual([inferenceCount, executionCount, batches[0]?.batchSize], [12, 6, 2]);
  await server.stop();
});

for (const [what, input, message] of [
  [
    "leaves its directory",
    'dims: [ 1 ] input_data_file: "../../secret"',
    /warmup data file '\.\.\/\.\.\/secret' of input 'INPUT0' is outside the directory of model 'm'/,
  ],
  ["asks for too much memory", "dims: [ 1000000000 ] zero_data: true", /asks for 4000000000 bytes/],
] as const) {
  test(`a warm-up that ${what} fails the load`, async () => {
    using repository = new TestRepository({ m: FLOATS });
    write(repository, "m/config.pbtxt", warmUp(`data_type: TYPE_FP32 ${input}`));
    const server = await start(repository, { exitOnError: false });
    await assert.rejects(server.loadModel("m"), (error) => {
      assert.ok(error instanceof TritonError);
      assert.match(error.message, message);
      return true;
    });
    await server.stop();
  });
}
