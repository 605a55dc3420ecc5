import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD_NS_MAX, RunPace, type RunPaceLimits } from "./run-pace.ts";

const LIMITS: RunPaceLimits = {
  aheadCountMax: 8,
  runNsMax: AHEAD_NS_MAX,
  runCountMin: 16,
  decay: 0.9,
};

function afterRuns(durationNs: number, count: number, limits: Partial<RunPaceLimits> = {}) {
  const pace = new RunPace({ ...LIMITS, ...limits });
  settle(pace, durationNs, count);
  return pace;
}

function settle(pace: RunPace, durationNs: number, count: number): void {
  for (let run = 0; run < count; run++) {
    pace.onRun(durationNs);
  }
}

test("nothing is taken in ahead before enough runs have been seen", () => {
  assert.equal(afterRuns(1000, 0).lookahead, 0);
  assert.equal(afterRuns(1000, 15).lookahead, 0);
  assert.equal(afterRuns(1000, 16).lookahead, 8);
});

test("what is taken in ahead takes 5 ms at most", () => {
  const lookaheads = [0.1, 1, 2, 4, 5, 6].map((ms) => afterRuns(ms * 1e6, 16).lookahead);
  assert.deepEqual(lookaheads, [8, 5, 2, 1, 1, 0]);
});

test("runs over the limit that the backend sets have nothing behind them", () => {
  const limits = { runNsMax: 500_000, aheadCountMax: 16 };
  const lookaheads = [1, 250_000, 500_000, 500_001].map((ns) => afterRuns(ns, 200, limits));
  assert.deepEqual(
    lookaheads.map(({ lookahead }) => lookahead),
    [16, 16, 10, 0],
  );
});

test("one long run ends looking ahead at once, and is forgotten after many short ones", () => {
  const pace = afterRuns(1e5, 100);
  pace.onRun(1e9);
  let count = 0;
  while (pace.lookahead === 0) {
    pace.onRun(1e5);
    count++;
    assert.ok(count < 1000);
  }
  assert.ok(count > 40, `${count} runs`);
  settle(pace, 1e5, 200);
  assert.equal(pace.lookahead, 8);
});

test("runs that take no time that the clock shows are short", () => {
  assert.equal(afterRuns(0, 16).lookahead, 8);
});
