// Tests OnnxRuntimeInstance with a batch that is taken in beside the running one.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { matmulLoopModel, nonZeroModel } from "@nereid/onnx-writer";
import { StatusCode } from "@nereid/protocol";
import { executeBatch, infer, makeRequest, takeOutputs } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend({ "default-max-batch-size": "0" });
const { buffers } = backend.runtime.resources;
after(() => backend.close());

/** More than anybody waits for. */
const ENDLESS = 1e9;

function loadLoop(mode = "thread"): Promise<LoadedModel> {
  return LoadedModel.load(backend, {
    onnx: matmulLoopModel({ iterations: "input" }),
    parameters: { NEREID_EXECUTION_MODE: mode },
  });
}

/** Begins a run of so many multiplications by one; its answer is `value`. */
function begin(model: LoadedModel, value: number, count: number) {
  const inputs = {
    INPUT0: { shape: [1], data: Float32Array.of(value) },
    COUNT: { shape: [1], data: BigInt64Array.of(BigInt(count)) },
  };
  return executeBatch(model.instance, [makeRequest(model.spec, { inputs })]);
}

async function answerOf({ responses }: ReturnType<typeof begin>): Promise<number> {
  const [output] = takeOutputs((await responses)[0]);
  return new Float32Array(output?.bytes.slice().buffer ?? new ArrayBuffer(0))[0] ?? Number.NaN;
}

/** Runs the model until its output's shape and the length of its runs are known. */
async function warm(model: LoadedModel): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await answerOf(begin(model, 1, 1));
  }
}

function cancelAll(model: LoadedModel, { batch }: ReturnType<typeof begin>): void {
  for (const request of batch.requests) {
    request.isCancelled = true;
  }
  model.instance.cancel(batch);
}

test("a batch is taken in only beside a run on a thread, after short ones", async () => {
  await using model = await loadLoop();
  assert.equal(model.instance.lookahead, 0, "it is idle");
  const first = begin(model, 1, 1);
  assert.equal(model.instance.lookahead, 0, "nothing is known of its runs yet");
  await answerOf(first);
  await warm(model);
  const running = begin(model, 1, 1);
  assert.equal(model.instance.lookahead, 1);
  await answerOf(running);
  assert.equal(model.instance.lookahead, 0);
});

test("a model that runs on the event loop takes nothing in", async () => {
  await using model = await loadLoop("inline");
  await warm(model);
  assert.equal(model.instance.lookahead, 0);
});

test("batches taken in run one after the other, and each has its own answer and its own times", async () => {
  await using model = await loadLoop();
  await warm(model);
  const runs: ReturnType<typeof begin>[] = [];
  const open: ReturnType<typeof begin>[] = [];
  let aheadCount = 0;
  for (let value = 0; value < 100; value++) {
    while (open.length > 1 || (open.length > 0 && model.instance.lookahead === 0)) {
      await open.shift()?.responses;
    }
    aheadCount += open.length;
    const run = begin(model, value, 10);
    runs.push(run);
    open.push(run);
  }
  assert.ok(aheadCount > 0, "some were taken in beside a running one");
  let endNs = 0;
  for (const [value, run] of runs.entries()) {
    assert.equal(await answerOf(run), value);
    const { computeStartNs, computeInputEndNs, computeOutputStartNs, computeEndNs } = run.batch;
    const times = [computeStartNs, computeInputEndNs, computeOutputStartNs, computeEndNs];
    assert.deepEqual(
      times,
      times.toSorted((left, right) => left - right),
    );
    assert.ok(computeInputEndNs >= endNs, "it began when the one before had ended");
    endNs = computeOutputStartNs;
  }
  assert.equal(buffers.leasedCount, 0);
});

test("what waits behind a running batch can be cancelled, and so can the running one before it", async () => {
  await using model = await loadLoop();
  for (const isRunningCancelledFirst of [false, true]) {
    await warm(model);
    const running = begin(model, 1, ENDLESS);
    const ahead = begin(model, 2, ENDLESS);
    const order = isRunningCancelledFirst ? [running, ahead] : [ahead, running];
    for (const run of order) {
      cancelAll(model, run);
      if (isRunningCancelledFirst) {
        assert.equal((await run.responses)[0]?.error?.code, StatusCode.Cancelled);
      }
    }
    for (const { responses } of order) {
      assert.equal((await responses)[0]?.error?.code, StatusCode.Cancelled);
    }
  }
  await warm(model);
  assert.equal(buffers.leasedCount, 0);
});

test("a batch that cannot run is refused at once, and the running one is not harmed", async () => {
  await using model = await loadLoop();
  await warm(model);
  const running = begin(model, 3, 1);
  const inputs = {
    INPUT0: { shape: [1], data: Float32Array.of(2) },
    COUNT: { shape: [1], data: BigInt64Array.of(1n) },
  };
  const tooLarge = makeRequest(model.spec, { inputs });
  tooLarge.batchSize = 2;
  const [refused] = await executeBatch(model.instance, [tooLarge]).responses;
  assert.match(refused?.error?.message ?? "", /^batch size 2 for /);
  assert.equal(await answerOf(running), 3);
  assert.equal(buffers.leasedCount, 0);
  await infer(model.instance, model.spec, { inputs });
});

test("a run that is repeated because of a guess goes after the one that was taken in, and both are right", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: nonZeroModel(),
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  // Often enough the same to be guessed, then something else.
  const patterns = [
    ...new Array<number[]>(6).fill([1, 0, 0, 1]),
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [0, 1, 0, 0],
  ];
  const open: ReturnType<typeof executeBatch>[] = [];
  const runs: { readonly pattern: readonly number[]; readonly run: (typeof open)[number] }[] = [];
  for (let round = 0; round < 20; round++) {
    for (const pattern of patterns) {
      while (open.length > 1 || (open.length > 0 && model.instance.lookahead === 0)) {
        await Promise.race(open.map(({ responses }) => responses));
        open.splice(0, open.length, ...open.filter(({ batch }) => !batch.isComplete));
      }
      const inputs = { INPUT0: { shape: [4], data: Float32Array.from(pattern) } };
      const run = executeBatch(model.instance, [makeRequest(model.spec, { inputs })]);
      open.push(run);
      runs.push({ pattern, run });
    }
  }
  for (const { pattern, run } of runs) {
    const [output] = takeOutputs((await run.responses)[0]);
    const expected = pattern.flatMap((value, index) => (value === 0 ? [] : [BigInt(index)]));
    assert.deepEqual(output?.shape, [1, expected.length]);
    assert.deepEqual([...new BigInt64Array(output.bytes.buffer as ArrayBuffer)], expected);
  }
  assert.equal(buffers.leasedCount, 0);
});
