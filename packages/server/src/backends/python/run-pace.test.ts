import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD_COUNT_MAX, RunPace } from "./run-pace.ts";

function afterRuns(durationNs: number, count: number): RunPace {
  const pace = new RunPace();
  for (let run = 0; run < count; run++) {
    pace.onRun(durationNs);
  }
  return pace;
}

test("nothing is taken in ahead before enough executions have been seen", () => {
  assert.equal(afterRuns(1000, 15).lookahead, 0);
  assert.equal(afterRuns(1000, 16).lookahead, AHEAD_COUNT_MAX);
});

test("what is taken in ahead takes 5 ms at most", () => {
  const lookaheads = [0.1, 1, 2, 4, 5, 6].map((ms) => afterRuns(ms * 1e6, 16).lookahead);
  assert.deepEqual(lookaheads, [8, 5, 2, 1, 1, 0]);
});

test("a long execution is remembered for a while", () => {
  const pace = afterRuns(1e5, 100);
  pace.onRun(1e9);
  let count = 0;
  while (pace.lookahead === 0) {
    pace.onRun(1e5);
    count++;
    assert.ok(count < 1000);
  }
  assert.ok(count > 40, `${count} executions`);
});

test("executions that take no time that the clock shows are short", () => {
  assert.equal(afterRuns(0, 16).lookahead, AHEAD_COUNT_MAX);
});

test("a model that makes requests takes nothing in", () => {
  const pace = afterRuns(1000, 100);
  pace.onCall();
  assert.equal(pace.lookahead, 0);
});
