import assert from "node:assert/strict";
import { test } from "node:test";
import { Semaphore } from "./semaphore.ts";

test("at most the permitted number run at once, and all run", async () => {
  const semaphore = new Semaphore(2);
  let running = 0;
  let runningMax = 0;
  const order: number[] = [];
  const works = [0, 1, 2, 3, 4, 5].map((index) =>
    semaphore.run(async () => {
      order.push(index);
      running++;
      runningMax = Math.max(runningMax, running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return index;
    }),
  );
  assert.deepEqual(await Promise.all(works), [0, 1, 2, 3, 4, 5]);
  assert.equal(runningMax, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test("a failure gives its permit back", async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(
    semaphore.run(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await semaphore.run(() => Promise.resolve("next")), "next");
});
