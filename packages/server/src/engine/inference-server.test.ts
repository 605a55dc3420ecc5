import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { addSubModel, identityModel, matmulLoopModel } from "@nereid/onnx-writer";
import { decodeBytesTensor, StatusCode, TritonError } from "@nereid/protocol";
import { type Logger, nullLogger } from "../base/logger.ts";
import type { InProcessRequest } from "./in-process.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const MODELS = {
  simple: addSubModel({ isBatched: true }),
  text: identityModel({ elementType: "STRING", dims: ["n"] }),
  loop: matmulLoopModel({ iterations: "input" }),
};

function startWith(repository: TestRepository): Promise<InferenceServer> {
  return InferenceServer.start({
    modelRepositories: [repository.directory],
    // So that a model without a configuration is not taken for one that batches.
    backendSettings: new Map([["onnxruntime", new Map([["default-max-batch-size", "0"]])]]),
  });
}

function add(first: number, second: number): InProcessRequest {
  const input = (name: string, value: number) => ({
    name,
    datatype: "INT32" as const,
    shape: [1, 16],
    data: new Int32Array(16).fill(value),
  });
  return { modelName: "simple", inputs: [input("INPUT0", first), input("INPUT1", second)] };
}

/** More rounds than anybody waits for. */
function endlessLoop(signal: AbortSignal): InProcessRequest {
  return {
    modelName: "loop",
    inputs: [
      { name: "INPUT0", datatype: "FP32", shape: [1], data: Float32Array.of(1) },
      { name: "COUNT", datatype: "INT64", shape: [1], data: BigInt64Array.of(1_000_000_000n) },
    ],
    signal,
  };
}

test("an embedding program starts, infers and stops", async () => {
  using repository = new TestRepository(MODELS);
  const server = await startWith(repository);
  assert.deepEqual([server.isLive(), server.isReady()], [true, true]);

  const sum = await server.infer({ ...add(20, 3), id: "seven", outputs: ["OUTPUT1"] });
  assert.deepEqual([sum.id, sum.modelName, sum.modelVersion], ["seven", "simple", 1n]);
  assert.deepEqual(
    sum.outputs.map(({ name, datatype, shape }) => [name, datatype, shape]),
    [["OUTPUT1", "INT32", [1, 16]]],
  );
  assert.deepEqual(
    new Int32Array(sum.outputs[0]!.bytes.buffer as ArrayBuffer),
    new Int32Array(16).fill(17),
  );

  const text = await server.infer({
    modelName: "text",
    inputs: [
      { name: "INPUT0", datatype: "BYTES", shape: [2], data: ["näive", Uint8Array.of(0, 1)] },
    ],
  });
  const { elements } = decodeBytesTensor(text.outputs[0]!.bytes);
  assert.deepEqual(
    elements.map((element) => [...element]),
    [[...Buffer.from("näive")], [0, 1]],
  );
  const [statistics] = server.statistics("simple", null);
  assert.equal(statistics?.executionCount, 1);
  await server.stop();
});

test("a request that does not fit costs nobody else anything, and says what the wire would say", async () => {
  using repository = new TestRepository(MODELS);
  const server = await startWith(repository);
  const refused: readonly (readonly [InProcessRequest, StatusCode, RegExp])[] = [
    [
      { ...add(1, 1), modelName: "none" },
      StatusCode.NotFound,
      /unknown model: 'none' is not found/,
    ],
    [{ ...add(1, 1), modelVersion: 7n }, StatusCode.NotFound, /'simple' version 7 is not found/],
    [
      { ...add(1, 1), inputs: [] },
      StatusCode.InvalidArg,
      /expected 2 inputs but got 0 inputs for model 'simple'/,
    ],
    [
      { ...add(1, 1), outputs: ["OTHER"] },
      StatusCode.InvalidArg,
      /unexpected inference output 'OTHER' for model 'simple'/,
    ],
  ];
  for (const [request, code, message] of refused) {
    await assert.rejects(server.infer(request), { code, message });
    assert.equal((await server.infer(add(1, 2))).outputs.length, 2);
  }
  await server.stop();
});

test("a signal ends the wait and the run, and the model goes on", async () => {
  using repository = new TestRepository(MODELS);
  const server = await startWith(repository);
  const controller = new AbortController();
  const endless = server.infer(endlessLoop(controller.signal));
  controller.abort(new Error("enough"));
  await assert.rejects(endless, { code: StatusCode.Cancelled, message: "enough" });
  await assert.rejects(server.infer(endlessLoop(AbortSignal.abort())), {
    code: StatusCode.Cancelled,
  });
  const short = endlessLoop(new AbortController().signal);
  const count = { ...short.inputs[1]!, data: BigInt64Array.of(1n) };
  const answer = await server.infer({ ...short, inputs: [short.inputs[0]!, count] });
  assert.equal(answer.outputs.length, 1);
  await server.stop();
});

test("models come and go in explicit mode, and a reload brings what is there now", async () => {
  using repository = new TestRepository(MODELS);
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    modelControlMode: "explicit",
    startupModels: ["simple"],
  });
  await assert.rejects(
    server.infer({ ...add(1, 1), modelName: "text" }),
    /'text' is not found|'text' has no available versions/,
  );
  await server.loadModel("text");
  assert.deepEqual(server.readyVersions("text"), [1n]);
  repository.write("simple", MODELS.simple, 2);
  await server.loadModel("simple");
  assert.deepEqual(server.readyVersions("simple"), [2n]);
  assert.equal((await server.infer(add(1, 1))).modelVersion, 2n);
  await server.unloadModel("text");
  const index = await server.repositoryIndex({ readyOnly: true });
  assert.deepEqual(
    index.map(({ name, version }) => [name, version]),
    [["simple", 2n]],
  );
  await assert.rejects(server.loadModel("other"), {
    code: StatusCode.Internal,
    message: "failed to load 'other', failed to poll from model repository",
  });
  await server.stop();
});

test("a model that does not load ends the start, unless it need not", async () => {
  using repository = new TestRepository(MODELS);
  repository.damage("text", Buffer.from("no model"));
  const modelRepositories = [repository.directory];
  await assert.rejects(InferenceServer.start({ modelRepositories }), (error) => {
    assert.ok(error instanceof TritonError && error.cause instanceof Error);
    assert.deepEqual(
      [error.code, error.message],
      [StatusCode.Internal, "failed to load all models"],
    );
    assert.match(
      error.cause.message,
      /^text version 1: UNAVAILABLE: Internal: onnx runtime error 7/,
    );
    return true;
  });
  const server = await InferenceServer.start({ modelRepositories, exitOnError: false });
  assert.deepEqual([server.isLive(), server.isReady()], [true, false]);
  assert.equal((await server.infer(add(1, 1))).outputs.length, 2);
  await server.stop();
  await assert.rejects(
    InferenceServer.start({ modelRepositories: [`${repository.directory}/none`] }),
    {
      code: StatusCode.Internal,
      message: `failed to stat file ${repository.directory}/none`,
    },
  );
});

test("stopping answers what was accepted and refuses the rest; all who stop it wait for the same end", async () => {
  using repository = new TestRepository(MODELS);
  const server = await startWith(repository);
  const accepted = server.infer(add(5, 6));
  const stops = [server.stop(), server.stop()];
  assert.equal((await accepted).outputs.length, 2);
  await assert.rejects(server.infer(add(1, 1)), {
    code: StatusCode.Unavailable,
    message:
      "[request id: <id_unknown>] Server is stopping, scheduler for model has stopped accepting new inference requests",
  });
  await Promise.all(stops);
  assert.throws(() => server.isReady(), {
    code: StatusCode.Unavailable,
    message: "Server exiting",
  });
});

test("stopping waits for a load that is under way, and begins no other", async () => {
  using repository = new TestRepository(MODELS);
  const lines: string[] = [];
  const loading = Promise.withResolvers<void>();
  const log: Logger = {
    ...nullLogger,
    info(message) {
      lines.push(message);
      if (message === "loading: simple:1") {
        loading.resolve();
      }
    },
  };
  const server = await InferenceServer.start(
    { modelRepositories: [repository.directory], modelControlMode: "explicit" },
    { log },
  );
  const loads = ["simple", "simple"].map((name) => server.loadModel(name));
  const outcomes = Promise.allSettled(loads);
  await loading.promise;
  await server.stop();
  const [simple, again] = await outcomes;
  assert.equal(simple?.status, "fulfilled");
  assert.equal(again?.status, "rejected");
  assert.match(String(again.reason), /Server exiting/);
  assert.ok(
    lines.some((line) =>
      line.endsWith("Found 0 live models and 2 in-flight non-inference requests"),
    ),
  );
  assert.ok(lines.includes("successfully unloaded 'simple' version 1"));
});

test("a program that has stopped its server ends by itself, and no socket was opened", async () => {
  using repository = new TestRepository(MODELS);
  const program = `
    import { InferenceServer } from "@nereid/server";
    const server = await InferenceServer.start({ modelRepositories: [process.argv[1]] });
    const sockets = process.getActiveResourcesInfo().filter((name) => /TCP|Pipe.*Server/.test(name));
    const input = (name) => ({ name, datatype: "INT32", shape: [1, 16], data: new Int32Array(16).fill(2) });
    const { outputs } = await server.infer({ modelName: "simple", inputs: [input("INPUT0"), input("INPUT1")] });
    await server.stop();
    console.log(sockets.length, new Int32Array(outputs[0].bytes.buffer)[15]);
  `;
  const words = ["--conditions=@nereid/source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, repository.directory], {
    cwd: import.meta.dirname,
  });
  assert.equal(stdout, "0 4\n");
});
