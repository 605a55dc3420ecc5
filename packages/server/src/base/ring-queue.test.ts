import assert from "node:assert/strict";
import { test } from "node:test";
import { RingQueue } from "./ring-queue.ts";

test("items leave in the order they came, across growth and wrap-around", () => {
  const queue = new RingQueue<number>(1000);
  let pushed = 0;
  let shifted = 0;
  for (let round = 0; round < 200; round++) {
    for (let index = 0; index < 7; index++) {
      queue.push(pushed++);
    }
    for (let index = 0; index < 4; index++) {
      assert.equal(queue.shift(), shifted++);
    }
    assert.equal(queue.size, pushed - shifted);
    assert.equal(queue.peek(), shifted);
  }
  while (queue.size > 0) {
    assert.equal(queue.shift(), shifted++);
  }
  assert.equal(shifted, pushed);
});

test("an empty queue gives undefined, a full one refuses", () => {
  const queue = new RingQueue<string>(2);
  assert.equal(queue.shift(), undefined);
  assert.equal(queue.peek(), undefined);
  queue.push("a");
  queue.push("b");
  assert.equal(queue.isFull, true);
  assert.throws(() => queue.push("c"), /full queue/);
  assert.equal(queue.shift(), "a");
  assert.equal(queue.isFull, false);
});
