// Tests the batches that an instance is given while it runs others, with real threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { Batch } from "../../model/batch.ts";
import { SessionFixture } from "./testing/session-fixture.ts";
import { TypeScriptInstance } from "./typescript-instance.ts";
import { WorkerSession } from "./worker-session.ts";

/** Notes in a file beside it which inputs it has executed; some values make it do something else. */
const NOTING_MODEL = `
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { Tensor } from "@nereid/server/model";
const notes = new URL("./notes", import.meta.url);
export default class {
  async execute(requests: any) {
    const input = requests[0].input("IN");
    const [value] = input.asFloat32();
    appendFileSync(notes, value + "\\n");
    if (value === 100) {
      while (!existsSync(new URL("./go", import.meta.url))) { await new Promise((resolve) => setImmediate(resolve)); }
      appendFileSync(notes, "100 ends\\n");
    }
    if (value === 666) { process.exit(9); }
    if (value === 777) { const text = readFileSync(notes, "utf8").trim().split("\\n"); return [{ outputs: [new Tensor("OUT", "FP32", [text.length], text.map((line) => parseFloat(line)))] }]; }
    return requests.map((request: any) => ({ outputs: [request.input("IN").withName("OUT")] }));
  }
}`;

/** More than a record takes: it travels in a shared buffer. */
function large(value: number): Float32Array {
  return new Float32Array(10_000).fill(value);
}

test("batches given ahead run one after the other, in their order", async () => {
  using fixture = new SessionFixture(NOTING_MODEL);
  const instance = await TypeScriptInstance.create(fixture.options);
  const batches = [100, 1, 2, 3, 777].map((value) => fixture.createBatch(Float32Array.of(value)));
  for (const { batch } of batches) {
    instance.execute(batch);
  }
  fixture.write("go", "");
  const answers = await Promise.all(batches.map(({ ended }) => ended));
  assert.deepEqual(answers.slice(0, 4), [[100], [1], [2], [3]]);
  assert.deepEqual(
    answers[4],
    [100, 100, 1, 2, 3, 777],
    "each began when the one before had ended",
  );
  for (const [index, { batch }] of batches.entries()) {
    const before = batches[index - 1]?.batch;
    assert.ok(
      before === undefined || batch.computeStartNs >= before.computeOutputStartNs,
      "it waited until then",
    );
    const { computeStartNs, computeInputEndNs, computeOutputStartNs, computeEndNs } = batch;
    assert.ok(computeStartNs <= computeInputEndNs);
    assert.ok(computeInputEndNs <= computeOutputStartNs);
    assert.ok(computeOutputStartNs <= computeEndNs);
  }
  await instance.close();
});

test("a batch that is cancelled before it begins is answered, and not executed", async () => {
  using fixture = new SessionFixture(NOTING_MODEL);
  const instance = await TypeScriptInstance.create(fixture.options);
  const [first, second, third] = [100, 5, 777].map((value) =>
    fixture.createBatch(Float32Array.of(value)),
  );
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  for (const { batch } of [first, second, third]) {
    instance.execute(batch);
  }
  second.batch.requests[0]?.cancel();
  instance.cancel(second.batch);
  fixture.write("go", "");
  assert.deepEqual(await first.ended, [100]);
  assert.match(String(await second.ended), /cancelled/);
  assert.deepEqual(await third.ended, [100, 100, 777]);
  await instance.close();
});

test("a thread that ends loses the running batch alone: those ahead run in the next one, but for cancelled ones", async () => {
  using fixture = new SessionFixture(NOTING_MODEL);
  const instance = await TypeScriptInstance.create(fixture.options);
  const batches = [666, 1, 2, 3].map((value) => fixture.createBatch(large(value)));
  for (const { batch } of batches) {
    instance.execute(batch);
  }
  batches[2]?.batch.requests[0]?.cancel();
  const [killed, one, two, three] = await Promise.all(batches.map(({ ended }) => ended));
  assert.match(String(killed), /^Model instance 'model_0' is not healthy: .*exit code 9$/);
  assert.match(String(two), /cancelled/);
  assert.equal(one?.[0], 1);
  assert.equal(three?.[0], 3);
  const last = fixture.createBatch(Float32Array.of(777));
  instance.execute(last.batch);
  assert.deepEqual(await last.ended, [666, 1, 3, 777], "none ran twice");
  await instance.close();
});

test("nothing is held of batches that a thread had when it ended", async () => {
  using fixture = new SessionFixture(NOTING_MODEL);
  const ended = Promise.withResolvers<void>();
  const session: WorkerSession = new WorkerSession({
    ...fixture.options,
    caller: { spec: fixture.spec, runningBatch: null },
    onEnd: () => ended.resolve(),
  });
  await session.start();
  const batches = [1, 666, 2, 3].map((value) => fixture.createBatch(large(value)));
  for (const { batch } of batches) {
    session.execute(batch);
  }
  assert.ok(session.heldBufferCount > 0);
  await ended.promise;
  assert.equal(session.isIdle, false);
  assert.deepEqual(
    session.takeUnbegun(),
    batches.slice(2).map(({ batch }) => batch),
  );
  session.failOpen(new TritonError(StatusCode.Internal, "it has ended"));
  assert.equal((await batches[0]?.ended)?.[0], 1);
  assert.equal(await batches[1]?.ended, "it has ended");
  assert.equal(session.heldBufferCount, 0);
  assert.equal(session.isIdle, true);
  await session.close();
});

test("an instance that is closed ends the requests that its model has kept without an answer", async () => {
  using fixture = new SessionFixture(
    "const kept: any[] = []; export default class { execute(requests: any) { kept.push(requests); return [null]; } }",
  );
  const instance = await TypeScriptInstance.create(fixture.options);
  const completed = Promise.withResolvers<void>();
  const answers: unknown[] = [];
  const batch = new Batch([...fixture.createBatch(Float32Array.of(1)).batch.requests], {
    onBatchComplete: () => completed.resolve(),
    onBatchResponse: (_batch, _index, response, isFinal) =>
      answers.push(response?.error?.message, isFinal),
  });
  instance.execute(batch);
  await completed.promise;
  assert.equal(batch.isOpen, true);
  await instance.close();
  assert.deepEqual(answers, ["the model is unloaded", true]);
  assert.equal(batch.isOpen, false);
});

test("an instance takes batches ahead once its runs are known to be short, unless models call each other", async () => {
  using fixture = new SessionFixture(NOTING_MODEL);
  const instance = await TypeScriptInstance.create(fixture.options);
  assert.equal(instance.lookahead, 0);
  for (let count = 0; count < 2000 && instance.lookahead === 0; count++) {
    const { batch, ended } = fixture.createBatch(Float32Array.of(0));
    instance.execute(batch);
    await ended;
  }
  assert.ok(instance.lookahead > 0);
  fixture.options.linked.link(fixture.spec, fixture.spec);
  assert.equal(instance.lookahead, 0);
  await instance.close();
});
