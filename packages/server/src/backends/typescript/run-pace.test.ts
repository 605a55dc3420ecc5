import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD_COUNT_MAX, AHEAD_NS_MAX, AHEAD_RUN_NS_MAX, RunPace } from "./run-pace.ts";

/** Many runs of one length. */
function settle(pace: RunPace, durationNs: number, count = 200): void {
  for (let run = 0; run < count; run++) {
    pace.onRun(durationNs);
  }
}

test("what lies ahead of a batch is short in number and in time", () => {
  const pace = new RunPace();
  assert.equal(pace.aheadCountMax, 0, "nothing is known");
  for (const durationNs of [1, 1000, AHEAD_RUN_NS_MAX / 2, AHEAD_RUN_NS_MAX]) {
    settle(pace, durationNs);
    assert.ok(pace.aheadCountMax > 0);
    assert.ok(pace.aheadCountMax <= AHEAD_COUNT_MAX);
    assert.ok(pace.aheadCountMax * durationNs <= AHEAD_NS_MAX);
  }
  settle(pace, AHEAD_RUN_NS_MAX + 1);
  assert.equal(pace.aheadCountMax, 0);
});

test("one long run ends looking ahead at once, and is forgotten after many short ones", () => {
  const pace = new RunPace();
  settle(pace, 1000);
  pace.onRun(AHEAD_NS_MAX);
  assert.equal(pace.aheadCountMax, 0);
  settle(pace, 1000, 10);
  assert.equal(pace.aheadCountMax, 0);
  settle(pace, 1000);
  assert.equal(pace.aheadCountMax, AHEAD_COUNT_MAX);
});
