import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ExecutionPace,
  INLINE_ENTER_NS,
  INLINE_LEAVE_FACTOR,
  INLINE_RUN_NS_MAX,
  SHARED_INLINE_ENTER_NS,
  SUSPECT_RUN_COUNT,
  TRUSTED_RUN_COUNT,
  WINDOW_RUN_COUNT_MAX,
  WINDOW_RUN_COUNT_MIN,
} from "./execution-pace.ts";

const SIZE = 64;
const CHEAP = INLINE_ENTER_NS / 2;
const LEAVE = INLINE_LEAVE_FACTOR * INLINE_ENTER_NS;
const COSTLY = LEAVE * 2;

/** Runs on a thread until the class is inline; how many it took. */
function threadRunsUntilInline(pace: ExecutionPace, durationNs: number): number {
  let count = 0;
  while (!pace.isInline(SIZE)) {
    pace.onThreadRun(SIZE, durationNs);
    count++;
    assert.ok(count <= WINDOW_RUN_COUNT_MAX, "the window ends");
  }
  return count;
}

/** A run that is over the bound by the processor time, too, after the one that makes the class suspect. */
function overrun(pace: ExecutionPace, durationNs: number): void {
  if (!pace.isSuspect(SIZE)) {
    pace.onInlineRun(SIZE, durationNs, null);
    assert.equal(pace.isInline(SIZE), true);
  }
  assert.equal(pace.isSuspect(SIZE), true);
  pace.onInlineRun(SIZE, durationNs, durationNs);
}

test("the first runs go to a thread, a cheap model's later ones are inline", () => {
  const pace = new ExecutionPace(1);
  assert.equal(pace.isInline(SIZE), false);
  assert.equal(threadRunsUntilInline(pace, CHEAP), WINDOW_RUN_COUNT_MIN);
});

test("runs that are on a thread although the class is inline, since the event loop was due a turn, say nothing", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  for (let run = 0; run < 100; run++) {
    pace.onThreadRun(SIZE, COSTLY);
    pace.onInlineRun(SIZE, CHEAP, null);
    assert.equal(pace.isInline(SIZE), true);
  }
});

test("a costly model stays on the threads", () => {
  const pace = new ExecutionPace(1);
  for (let run = 0; run < 1000; run++) {
    pace.onThreadRun(SIZE, COSTLY);
    assert.equal(pace.isInline(SIZE), false);
  }
});

test("where several instances could run at the same time, a run has to be shorter to be cheap", () => {
  const pace = new ExecutionPace(2);
  for (let run = 0; run < WINDOW_RUN_COUNT_MIN; run++) {
    pace.onThreadRun(SIZE, SHARED_INLINE_ENTER_NS + 1);
  }
  assert.equal(pace.isInline(SIZE), false);
  assert.equal(threadRunsUntilInline(pace, SHARED_INLINE_ENTER_NS), WINDOW_RUN_COUNT_MIN);
});

test("a few slow runs among cheap ones do not matter, many do", () => {
  const pace = new ExecutionPace(1);
  for (let run = 0; run < WINDOW_RUN_COUNT_MIN; run++) {
    pace.onThreadRun(SIZE, run < 4 ? COSTLY * 100 : CHEAP);
  }
  assert.equal(pace.isInline(SIZE), true);
  const other = new ExecutionPace(1);
  for (let run = 0; run < WINDOW_RUN_COUNT_MIN; run++) {
    other.onThreadRun(SIZE, run < 5 ? COSTLY : CHEAP);
  }
  assert.equal(other.isInline(SIZE), false);
});

test("an inline run over the bound by processor time sends the class back, for twice as long each time", () => {
  const pace = new ExecutionPace(1);
  let windowRunCount = threadRunsUntilInline(pace, CHEAP);
  for (let round = 0; round < 3; round++) {
    overrun(pace, INLINE_RUN_NS_MAX + 1);
    assert.equal(pace.isInline(SIZE), false);
    assert.equal(threadRunsUntilInline(pace, CHEAP), windowRunCount * 2);
    windowRunCount *= 2;
  }
});

test("a run far over the bound keeps the class away for long, but not for ever", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  for (let round = 0; round < 4; round++) {
    overrun(pace, INLINE_RUN_NS_MAX * 100);
    assert.ok(threadRunsUntilInline(pace, CHEAP) <= WINDOW_RUN_COUNT_MAX);
  }
  overrun(pace, INLINE_RUN_NS_MAX * 100);
  assert.equal(threadRunsUntilInline(pace, CHEAP), WINDOW_RUN_COUNT_MAX);
});

test("runs between the two marks leave a class where it is", () => {
  const between = (INLINE_ENTER_NS + LEAVE) / 2;
  const pace = new ExecutionPace(1);
  for (let run = 0; run < 100; run++) {
    pace.onThreadRun(SIZE, between);
  }
  assert.equal(pace.isInline(SIZE), false);
  threadRunsUntilInline(pace, CHEAP);
  for (let run = 0; run < 100; run++) {
    pace.onInlineRun(SIZE, between, null);
    assert.equal(pace.isInline(SIZE), true);
  }
});

test("a model that becomes costly goes back to the threads", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  let count = 0;
  while (pace.isInline(SIZE)) {
    pace.onInlineRun(SIZE, COSTLY, null);
    count++;
  }
  assert.ok(count <= 16, `${count} costly runs on the event loop`);
});

test("a long calm time makes the window short again", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  overrun(pace, INLINE_RUN_NS_MAX + 1);
  assert.equal(threadRunsUntilInline(pace, CHEAP), WINDOW_RUN_COUNT_MIN * 2);
  for (let run = 0; run < 5000; run++) {
    pace.onInlineRun(SIZE, CHEAP, null);
  }
  overrun(pace, INLINE_RUN_NS_MAX + 1);
  assert.equal(threadRunsUntilInline(pace, CHEAP), WINDOW_RUN_COUNT_MIN * 2);
});

test("a busy machine's interruptions do not send a cheap model to the threads", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  for (let run = 0; run < 100_000; run++) {
    const isInterrupted = run % 8 === 0;
    const cpuNs = pace.isSuspect(SIZE) ? CHEAP : null;
    pace.onInlineRun(SIZE, isInterrupted ? INLINE_RUN_NS_MAX * 8 : CHEAP, cpuNs);
    assert.equal(pace.isInline(SIZE), true);
  }
});

test("a model that waits long on the event loop without using it goes back to the threads", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  let count = 0;
  while (pace.isInline(SIZE)) {
    pace.onInlineRun(SIZE, INLINE_RUN_NS_MAX * 2, pace.isSuspect(SIZE) ? CHEAP : null);
    count++;
  }
  assert.ok(count <= 16, `${count} runs on the event loop`);
});

test("a rare long run after a long run sends the class back", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  pace.onInlineRun(SIZE, INLINE_RUN_NS_MAX * 2, null);
  for (let run = 0; run < SUSPECT_RUN_COUNT - 1; run++) {
    assert.equal(pace.isSuspect(SIZE), true);
    pace.onInlineRun(SIZE, CHEAP, CHEAP);
  }
  assert.equal(pace.isInline(SIZE), true);
  pace.onInlineRun(SIZE, INLINE_RUN_NS_MAX * 2, INLINE_RUN_NS_MAX * 2);
  assert.equal(pace.isInline(SIZE), false);
});

test("an acquitted class is trusted for a while, then may become suspect again", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  pace.onInlineRun(SIZE, INLINE_RUN_NS_MAX * 2, null);
  for (let run = 0; run < SUSPECT_RUN_COUNT; run++) {
    pace.onInlineRun(SIZE, CHEAP, CHEAP);
  }
  for (let run = 0; run < TRUSTED_RUN_COUNT; run++) {
    assert.equal(pace.isSuspect(SIZE), false);
    pace.onInlineRun(SIZE, run % 8 === 0 ? INLINE_RUN_NS_MAX * 2 : CHEAP, null);
  }
  assert.equal(pace.isInline(SIZE), true);
  assert.equal(pace.isSuspect(SIZE), false);
  pace.onInlineRun(SIZE, INLINE_RUN_NS_MAX * 2, null);
  assert.equal(pace.isSuspect(SIZE), true);
});

test("sizes are judged by their power of two, each on its own", () => {
  const pace = new ExecutionPace(1);
  threadRunsUntilInline(pace, CHEAP);
  assert.equal(pace.isInline(SIZE), true);
  assert.equal(pace.isInline(SIZE * 1000), false);
  assert.equal(pace.isInline(0), false);
});
