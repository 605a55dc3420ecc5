// Tests on which cores runs are made: ONNX Runtime binds its own threads to all but the first.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identityModel } from "@nereid/onnx-writer";
import { FirstCore } from "../../ffi/native-thread/first-core.ts";
import { allowedCores } from "../../ffi/native-thread/testing/thread-cores.ts";
import { infer } from "./testing/infer.ts";
import { createTestBackend, LoadedModel, type TestModel } from "./testing/model-fixture.ts";

const canBind = FirstCore.open() !== null;
const skip = canBind ? false : "threads cannot be bound here";
const backend = createTestBackend();
after(() => backend.close());

/** Threads that may run on some cores only, the first among them. */
function boundCount(): number {
  const cores = allowedCores();
  const all = cores.get(process.pid);
  return [...cores.values()].filter((list) => list !== all && /^0\b/.test(list)).length;
}

/** Runs a model once and returns how many threads are bound to the first core afterwards. */
async function boundAfterRun(test: Pick<TestModel, "config" | "parameters">): Promise<number> {
  await using model = await LoadedModel.load(backend, {
    ...test,
    config: { instanceGroup: [{ count: 1 }], ...test.config },
    onnx: identityModel({ elementType: "FLOAT", dims: [16] }),
    parameters: { NEREID_EXECUTION_MODE: "thread", ...test.parameters },
  });
  assert.equal(boundCount(), 0, "a session is made by a thread that may run anywhere");
  const data = new Float32Array(16);
  await infer(model.instance, model.spec, { inputs: { INPUT0: { shape: [16], data } } });
  return boundCount();
}

test("the only instance's runs are on the first core, where the session's threads are not", {
  skip,
}, async () => {
  assert.equal(await boundAfterRun({}), 1);
});

test("runs are anywhere where the session's threads are, or where several are made at once", {
  skip,
}, async () => {
  assert.equal(await boundAfterRun({ parameters: { intra_op_thread_count: "1" } }), 0);
  assert.equal(await boundAfterRun({ parameters: { execution_mode: "1" } }), 0);
  assert.equal(await boundAfterRun({ config: { instanceGroup: [{ count: 2 }] } }), 0);
});
