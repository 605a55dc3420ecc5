import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedMutex } from "./keyed-mutex.ts";

test("work on one key never overlaps, whatever it ends with; other keys do not wait", async () => {
  const mutex = new KeyedMutex();
  const events: string[] = [];
  let releaseFirst: () => void = () => {};
  const first = mutex.run("a", async () => {
    events.push("a1 begins");
    await new Promise<void>((resolve) => {
      releaseFirst = resolve;
    });
    events.push("a1 ends");
    throw new Error("a1 fails");
  });
  const second = mutex.run("a", () => {
    events.push("a2");
    return Promise.resolve(2);
  });
  assert.equal(await mutex.run("b", () => Promise.resolve("b")), "b");
  assert.deepEqual(events, ["a1 begins"]);
  releaseFirst();
  await assert.rejects(first, /a1 fails/);
  assert.equal(await second, 2);
  assert.deepEqual(events, ["a1 begins", "a1 ends", "a2"]);
});

test("it is idle when all work has ended, also what came while it was waited for", async () => {
  const mutex = new KeyedMutex();
  await mutex.idle();
  assert.equal(mutex.pendingCount, 0);
  const events: string[] = [];
  const first = mutex.run("a", async () => {
    events.push("a1");
    void mutex.run("b", () => Promise.resolve(events.push("b")));
    await Promise.resolve();
  });
  const failing = mutex.run("a", () => Promise.reject(new Error("a2 fails")));
  const failure = assert.rejects(failing, /a2 fails/);
  assert.equal(mutex.pendingCount, 2);
  await mutex.idle();
  assert.deepEqual([mutex.pendingCount, events], [0, ["a1", "b"]]);
  await Promise.all([first, failure]);
});
