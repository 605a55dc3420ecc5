import assert from "node:assert/strict";
import { cpus } from "node:os";
import { test } from "node:test";
import { FirstCore, parseCpuList } from "./first-core.ts";
import { NativeThread } from "./native-thread.ts";
import { absCall, C_LIBRARY_PATH } from "./testing/native-calls.ts";
import { allowedCores } from "./testing/thread-cores.ts";

test("a list of processors is read", () => {
  assert.deepEqual(parseCpuList("0\n"), [0]);
  assert.deepEqual(parseCpuList("0-1,8,10-12\n"), [0, 1, 8, 10, 11, 12]);
  for (const text of ["", "x", "2-1", "-1", "0-1024", "1-x", "1,,2"]) {
    assert.throws(() => parseCpuList(text), RangeError, text);
  }
});

test("a thread is bound to the first core and let go of again, and no other thread", async (t) => {
  const core = FirstCore.open();
  if (core === null) {
    t.skip("threads cannot be bound here");
    return;
  }
  const before = allowedCores();
  const thread = await NativeThread.start(C_LIBRARY_PATH, { onIdle() {}, onDeath() {} });
  const free = allowedCores();
  thread.bind(core, true);
  assert.equal(thread.isOnFirstCore, true);
  const bound = allowedCores();
  const changed = [...bound].filter(([id, list]) => free.get(id) !== list);
  assert.equal(changed.length, 1);
  const [[id, list] = [0, ""]] = changed;
  assert.equal(before.has(id), false, "it is the new thread");
  const cores = parseCpuList(list);
  assert.equal(cores.includes(0), true);
  assert.ok(cores.length < cpus().length);
  const result = await new Promise<bigint>((resolve) => {
    thread.call(absCall(-3, resolve));
  });
  assert.equal(result, 3n);
  thread.bind(core, false);
  assert.equal(thread.isOnFirstCore, false);
  assert.equal(allowedCores().get(id), free.get(id));
  await thread.stop();
});

test("what the system refuses is not taken for done", async (t) => {
  const core = FirstCore.open();
  if (core === null) {
    t.skip("threads cannot be bound here");
    return;
  }
  // No thread has this number.
  assert.equal(core.bind(0x7f_ff_ff_ff, true), false);
  const thread = await NativeThread.start(C_LIBRARY_PATH, { onIdle() {}, onDeath() {} });
  thread.bind({ bind: () => false }, true);
  assert.equal(thread.isOnFirstCore, false);
  await thread.stop();
});
