// Tests inferStream of the in-process API, with the built-in test backends.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import type { InProcessRequest } from "./in-process.ts";
import { InferenceServer } from "./inference-server.ts";
import { TestRepository } from "./testing/test-repository.ts";

const TENSORS =
  'input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }';
const DECOUPLED = "model_transaction_policy { decoupled: true }";
const FAILS = 'parameters { key: "CUSTOM_FAIL_COUNT" value { string_value: "1" } }';
const DELAYED = 'parameters { key: "CUSTOM_INFER_DELAY_NS" value { string_value: "2000000000" } }';

const MODELS = {
  square: `backend: "square" ${DECOUPLED} ${TENSORS}`,
  failing: `backend: "square" ${DECOUPLED} ${TENSORS} ${FAILS}`,
  delayed: `backend: "square" ${DECOUPLED} ${TENSORS} ${DELAYED}`,
  coupled: `backend: "square" ${TENSORS}`,
} as const;

async function start(repository: TestRepository): Promise<InferenceServer> {
  for (const [name, config] of Object.entries(MODELS)) {
    mkdirSync(join(repository.directory, name, "1"), { recursive: true });
    writeFileSync(join(repository.directory, name, "config.pbtxt"), config);
  }
  return InferenceServer.start({ modelRepositories: [repository.directory] });
}

function ask(modelName: keyof typeof MODELS, value: number): InProcessRequest {
  const data = Int32Array.of(value);
  return { modelName, id: "i", inputs: [{ name: "IN", datatype: "INT32", shape: [1], data }] };
}

test("answers come one by one, each with memory of its own, none or many", async () => {
  using repository = new TestRepository();
  const server = await start(repository);
  for (const count of [0, 1, 100]) {
    const values: number[] = [];
    for await (const { id, outputs } of server.inferStream(ask("square", count))) {
      assert.equal(id, "i");
      const [output] = outputs;
      assert.ok(output !== undefined);
      values.push(new DataView(output.bytes.buffer, output.bytes.byteOffset).getInt32(0, true));
    }
    assert.deepEqual(values, new Array(count).fill(count));
  }
  await server.stop();
});

test("an answer that is an error ends the loop with it", async () => {
  using repository = new TestRepository();
  const server = await start(repository);
  let count = 0;
  await assert.rejects(
    async () => {
      for await (const answer of server.inferStream(ask("failing", 3))) {
        count += answer.outputs.length;
      }
    },
    { code: StatusCode.Unknown, message: "simulated failure" },
  );
  assert.equal(count, 2);
  await assert.rejects(async () => {
    for await (const answer of server.inferStream({ ...ask("square", 1), inputs: [] })) {
      assert.fail(answer.id);
    }
  }, /expected 1 inputs but got 0 inputs/);
  await server.stop();
});

test("whoever leaves the loop ends the request, and the model waits for a slow caller", async () => {
  using repository = new TestRepository();
  const server = await start(repository);
  for await (const answer of server.inferStream(ask("square", 1_000_000))) {
    assert.equal(answer.outputs.length, 1);
    for (let turn = 0; turn < 100; turn++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    break;
  }
  const responses = server.statistics("square", null)[0]?.responses ?? [];
  assert.ok(responses.length < 100, `${responses.length} answers`);
  // Ends only if the request has.
  await server.stop();
});

test("a signal ends the loop at once", async () => {
  using repository = new TestRepository();
  const server = await start(repository);
  const aborting = new AbortController();
  const loop = (async () => {
    for await (const answer of server.inferStream({
      ...ask("delayed", 1),
      signal: aborting.signal,
    })) {
      assert.fail(answer.id);
    }
  })();
  setImmediate(() => {
    aborting.abort();
  });
  await assert.rejects(loop, { code: StatusCode.Cancelled });
  await server.stop();
});

test("a model that is to answer once is held to it", async () => {
  using repository = new TestRepository();
  const server = await start(repository);
  for (const count of [0, 2]) {
    await assert.rejects(server.infer(ask("coupled", count)), {
      code: StatusCode.Internal,
      message: `expected a single response, got ${count}`,
    });
  }
  assert.equal((await server.infer(ask("coupled", 1))).outputs.length, 1);
  await assert.rejects(server.infer(ask("square", 1)), { code: StatusCode.Unsupported });
  await server.stop();
});

test("a model that is unloaded gives the answers that it owes", async () => {
  using repository = new TestRepository();
  const directory = join(repository.directory, "slow");
  mkdirSync(join(directory, "1"), { recursive: true });
  writeFileSync(join(directory, "config.pbtxt"), MODELS.delayed.replace("2000000000", "20000000"));
  const server = await InferenceServer.start({
    modelRepositories: [repository.directory],
    modelControlMode: "explicit",
    startupModels: ["slow"],
  });
  const request = { ...ask("delayed", 4), modelName: "slow" };
  let count = 0;
  for await (const { modelName } of server.inferStream(request)) {
    count++;
    assert.equal(modelName, "slow");
    if (count === 1) {
      await server.unloadModel("slow");
      assert.throws(() => server.getModel("slow", null));
    }
  }
  assert.equal(count, 4);
  await server.stop();
});
