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
