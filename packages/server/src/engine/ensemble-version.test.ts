// Tests ensembles in a whole server, with models that answer when the test says so.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import type { Backend, Instance, InstancePlacement, Model } from "../model/backend.ts";
import type { Batch } from "../model/batch.ts";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { InferenceServer } from "./inference-server.ts";

const directory = mkdtempSync(join(tmpdir(), "nereid-ensemble-"));
after(() => {
  rmSync(directory, { recursive: true });
});

const MODEL =
  'backend: "held" input { name: "I" data_type: TYPE_FP32 dims: [ 1 ] } output { name: "O" data_type: TYPE_FP32 dims: [ 1 ] }';

function write(model: string, config: string): void {
  mkdirSync(join(directory, model, "1"), { recursive: true });
  writeFileSync(join(directory, model, "config.pbtxt"), config);
}

write("a", MODEL);
write("b", MODEL);
write(
  "chain",
  `platform: "ensemble" input { name: "IN" data_type: TYPE_FP32 dims: [ 1 ] } output { name: "OUT" data_type: TYPE_FP32 dims: [ 1 ] }
  ensemble_scheduling {
    step { model_name: "a" model_version: -1 input_map { key: "I" value: "IN" } output_map { key: "O" value: "t" } }
    step { model_name: "b" model_version: -1 input_map { key: "I" value: "t" } output_map { key: "O" value: "OUT" } }
  }`,
);

/** Models whose batches wait for the test; each load is another one. */
class HeldBackend implements Backend {
  readonly name = "held";
  readonly libraryPath = "held";
  readonly batches: { model: string; load: number; batch: Batch }[] = [];
  readonly closed: string[] = [];
  #loadCount = 0;

  autoComplete(): Promise<null> {
    return Promise.resolve(null);
  }

  createModel({ name }: { readonly name: string }): Promise<Model> {
    const load = ++this.#loadCount;
    return Promise.resolve({
      createInstance: (placement: InstancePlacement): Promise<Instance> =>
        Promise.resolve({
          placement,
          execute: (batch) => this.batches.push({ model: name, load, batch }),
          cancel: () => {},
          close: () => Promise.resolve(),
        }),
      close: () => {
        this.closed.push(`${name}${load}`);
        return Promise.resolve();
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The batch that has waited longest answers with its input plus one. */
  answer(): string {
    const held = this.batches.shift();
    assert.ok(held);
    const { batch } = held;
    const [input] = batch.requests[0]?.inputs ?? [];
    assert.ok(input);
    const value = new Float32Array(input.bytes.slice().buffer)[0] ?? 0;
    const bytes = new Uint8Array(Float32Array.of(value + 1).buffer);
    batch.computeInputEndNs = batch.computeStartNs + 1;
    batch.computeOutputStartNs = batch.computeStartNs + 3;
    batch.computeEndNs = batch.computeStartNs + 6;
    batch.complete([InferenceResponse.ok([new Tensor("O", "FP32", [1], bytes, null)])]);
    return `${held.model}${held.load}`;
  }
}

async function start(): Promise<{ server: InferenceServer; backend: HeldBackend }> {
  const backend = new HeldBackend();
  const server = await InferenceServer.start(
    { modelRepositories: [directory], modelControlMode: "explicit", startupModels: ["chain"] },
    { backends: new Map([["held", () => Promise.resolve(backend)]]) },
  );
  return { server, backend };
}

function ask(server: InferenceServer, signal?: AbortSignal): Promise<number> {
  return server
    .infer({
      modelName: "chain",
      inputs: [{ name: "IN", datatype: "FP32", shape: [1], data: Float32Array.of(1) }],
      ...(signal === undefined ? {} : { signal }),
    })
    .then(({ outputs }) => new Float32Array(outputs[0]?.bytes.slice().buffer ?? [])[0] ?? 0);
}

test("a request in flight meets the versions that it began with, and these stay for it", async () => {
  const { server, backend } = await start();
  const early = ask(server);
  await server.loadModel("b", {
    config: JSON.stringify({
      backend: "held",
      input: [{ name: "I", data_type: "TYPE_FP32", dims: [1] }],
      output: [{ name: "O", data_type: "TYPE_FP32", dims: [1] }],
      instance_group: [{ count: 2, kind: "KIND_CPU" }],
    }),
    files: new Map(),
  });
  const late = ask(server);
  assert.equal(backend.answer(), "a1");
  assert.equal(backend.answer(), "a1");
  const [first, second] = [backend.answer(), backend.answer()].sort();
  assert.deepEqual([first, second], ["b2", "b3"]);
  assert.deepEqual(await Promise.all([early, late]), [3, 3]);
  for (let turn = 0; turn < 50 && backend.closed.length === 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(backend.closed, ["b2"], "the old version goes with its last ensemble");
  await server.stop();
  assert.deepEqual(backend.closed.toSorted(), ["a1", "b2", "b3"]);
});

test("a step that never answers holds up neither unloading nor other requests' ends", async () => {
  const { server, backend } = await start();
  const hung = ask(server);
  await server.unloadModel("chain", { unloadDependents: false });
  await assert.rejects(() => ask(server), { code: StatusCode.NotFound });
  await server.loadModel("chain");
  const other = new AbortController();
  const cancelled = ask(server, other.signal);
  other.abort();
  // The one instance is busy with what hangs: what waits behind it is dropped.
  await assert.rejects(cancelled, { code: StatusCode.Cancelled });
  backend.answer();
  backend.answer();
  assert.equal(await hung, 3, "it is answered although its ensemble has gone");
  await server.stop();
});

test("an ensemble counts what its steps compute", async () => {
  const { server, backend } = await start();
  const answer = ask(server);
  backend.answer();
  backend.answer();
  await answer;
  const [statistics] = server.statistics("chain", null);
  assert.equal(statistics?.inferenceCount, 1);
  assert.equal(statistics.executionCount, 1);
  assert.deepEqual(statistics.computeInput, { count: 1, ns: 2 });
  assert.deepEqual(statistics.computeInfer, { count: 1, ns: 4 });
  assert.deepEqual(statistics.computeOutput, { count: 1, ns: 6 });
  assert.equal(statistics.batches[0]?.computeInfer.ns, 4);
  await server.stop();
});
