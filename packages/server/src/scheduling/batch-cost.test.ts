import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchCost } from "./batch-cost.ts";

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * 0.01, `${actual}, expected ${expected}`);
}

test("nothing is known before the first run", () => {
  const cost = new BatchCost();
  assert.equal(cost.ns(5), 0);
});

test("runs of one size: larger ones in proportion, smaller ones as much", () => {
  const cost = new BatchCost();
  for (let run = 0; run < 50; run++) {
    cost.add(4, 1000);
  }
  near(cost.ns(4), 1000);
  near(cost.ns(8), 2000);
  near(cost.ns(1), 1000);
});

test("runs of several sizes: a line, also beyond them", () => {
  const cost = new BatchCost();
  for (let run = 0; run < 300; run++) {
    const rows = 1 + (run % 7);
    cost.add(rows, 500 + 30 * rows);
  }
  near(cost.ns(1), 530);
  near(cost.ns(64), 500 + 30 * 64);
});

test("a model that becomes slower is learned", () => {
  const cost = new BatchCost();
  for (let run = 0; run < 5000; run++) {
    const rows = 1 + (run % 7);
    cost.add(rows, (run < 1000 ? 1 : 3) * (500 + 30 * rows));
  }
  near(cost.ns(7), 3 * (500 + 210));
});

test("neither a row nor a run costs less than nothing, whatever the noise", () => {
  const falling = new BatchCost();
  const steep = new BatchCost();
  for (let run = 0; run < 100; run++) {
    const rows = 1 + (run % 4);
    falling.add(rows, 1000 - 100 * rows);
    steep.add(rows, rows * rows * 100);
  }
  assert.ok(falling.ns(100) > 0);
  assert.ok(steep.ns(1) >= 0);
});
