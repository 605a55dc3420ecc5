// Tests how OnnxRuntimeInstance chooses between the event loop and a thread.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import type { Instance } from "../../model/backend.ts";
import { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { onBatchEnd } from "../../model/testing/batch-listener.ts";
import { makeRequest } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
after(() => backend.close());

const IDENTITY = identityModel({ elementType: "FLOAT", dims: [16] });

function smallRequest(spec: ModelSpec) {
  return makeRequest(spec, { inputs: { INPUT0: { shape: [16], data: new Float32Array(16) } } });
}

/** Runs one batch; whether it was complete when `execute` returned. */
async function runsInline(instance: Instance, spec: ModelSpec): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isComplete = false;
  const batch = new Batch(
    [smallRequest(spec)],
    onBatchEnd((_, [response]) => {
      isComplete = true;
      assert.equal(response?.error, null);
      resolve();
    }),
  );
  instance.execute(batch);
  const wasComplete = isComplete;
  await promise;
  return wasComplete;
}

test("a cheap model goes to a thread first and runs on the event loop before long", async () => {
  await using model = await LoadedModel.load(backend, { onnx: IDENTITY });
  assert.equal(await runsInline(model.instance, model.spec), false);
  let runCount = 1;
  while (!(await runsInline(model.instance, model.spec))) {
    runCount++;
    assert.ok(runCount < 10_000, "a model of a microsecond is cheap");
  }
});

test("the mode can be set", async () => {
  await using inline = await LoadedModel.load(backend, {
    onnx: IDENTITY,
    parameters: { NEREID_EXECUTION_MODE: "inline" },
  });
  await using thread = await LoadedModel.load(backend, {
    onnx: IDENTITY,
    parameters: { NEREID_EXECUTION_MODE: "thread" },
  });
  for (let round = 0; round < 50; round++) {
    assert.equal(await runsInline(inline.instance, inline.spec), true);
    assert.equal(await runsInline(thread.instance, thread.spec), false);
  }
});

/** Executes a batch whose completion executes the next one, until `count` have completed. */
function runChain(model: LoadedModel, count: number): { completed: number; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const chain = { completed: 0, done: promise };
  const next = (): void => {
    const batch = new Batch(
      [smallRequest(model.spec)],
      onBatchEnd(() => {
        chain.completed++;
        if (chain.completed < count) {
          next();
        } else {
          resolve();
        }
      }),
    );
    model.instance.execute(batch);
  };
  next();
  return chain;
}

test("a batch that a completion brings runs after it, not inside it: no stack is deep enough", async () => {
  await using model = await LoadedModel.load(backend, {
    onnx: IDENTITY,
    parameters: { NEREID_EXECUTION_MODE: "inline" },
  });
  const chain = runChain(model, 50_000);
  assert.equal(chain.completed, 50_000);
  await chain.done;
});

test("a queue of cheap runs does not keep the event loop for itself", async () => {
  await using model = await LoadedModel.load(backend, { onnx: IDENTITY });
  while (!(await runsInline(model.instance, model.spec))) {
    // Until the model is known to be cheap.
  }
  const chain = runChain(model, 50_000);
  assert.ok(chain.completed < 50_000, `${chain.completed} runs in one turn of the event loop`);
  await chain.done;
  assert.equal(chain.completed, 50_000);
});

test("the times of a batch are in order", async () => {
  for (const mode of ["inline", "thread"]) {
    await using model = await LoadedModel.load(backend, {
      onnx: IDENTITY,
      parameters: { NEREID_EXECUTION_MODE: mode },
    });
    const { promise, resolve } = Promise.withResolvers<Batch>();
    model.instance.execute(
      new Batch(
        [smallRequest(model.spec)],
        onBatchEnd((batch) => resolve(batch)),
      ),
    );
    const batch = await promise;
    assert.ok(batch.computeStartNs > 0);
    assert.ok(batch.computeStartNs <= batch.computeInputEndNs);
    assert.ok(batch.computeInputEndNs <= batch.computeOutputStartNs);
    assert.ok(batch.computeOutputStartNs <= batch.computeEndNs);
  }
});
