import assert from "node:assert/strict";
import { test } from "node:test";
import { mapConcurrently } from "./map-concurrently.ts";

test("the results are in the order of the items, whichever is first done", async () => {
  const done: number[] = [];
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const all = mapConcurrently([0, 1, 2], 3, async (item) => {
    await gates[item]!.promise;
    done.push(item);
    return item * 10;
  });
  for (const item of [2, 0, 1]) {
    gates[item]!.resolve();
    await gates[item]!.promise;
  }
  assert.deepEqual(await all, [0, 10, 20]);
  assert.deepEqual(done, [2, 0, 1]);
});

test("no more than the limit are under way", async () => {
  let running = 0;
  let runningMax = 0;
  await mapConcurrently([1, 2, 3, 4, 5, 6, 7], 2, async () => {
    running++;
    runningMax = Math.max(runningMax, running);
    await Promise.resolve();
    running--;
  });
  assert.equal(runningMax, 2);
});

test("after a failure nothing new is begun", async () => {
  const begun: number[] = [];
  await assert.rejects(
    mapConcurrently([1, 2, 3, 4], 1, async (item) => {
      begun.push(item);
      if (item === 2) {
        throw new Error("broken");
      }
    }),
    /broken/,
  );
  assert.deepEqual(begun, [1, 2]);
});

test("nothing to do", async () => {
  assert.deepEqual(await mapConcurrently([], 4, async () => 1), []);
});
