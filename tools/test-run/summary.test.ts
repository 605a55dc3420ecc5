import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestFileResult } from "./run-test-file.ts";
import { summarize } from "./summary.ts";

function result(file: string, durationMs: number, failure: string | null = null): TestFileResult {
  const counts = {
    tests: 3,
    pass: failure === null ? 2 : 1,
    fail: failure === null ? 0 : 1,
    skipped: 1,
  };
  return { file, failure, counts, durationMs, output: "" };
}

test("a run without failures passes, and its last line has the totals", () => {
  const { text, isPassed } = summarize([result("a", 100), result("b", 200)], 1234);
  assert.equal(isPassed, true);
  assert.equal(
    text.split("\n").at(-1),
    "2 files, 0 failed; 6 tests: 4 passed, 0 failed, 2 skipped, in 1.2 s",
  );
  assert.doesNotMatch(text, /Failed:/);
});

test("one failed file fails the run and is named again at the end", () => {
  const { text, isPassed } = summarize([result("a", 1, "has no tests"), result("b", 2)], 3);
  assert.equal(isPassed, false);
  assert.match(text, /Failed:\nFAIL {3}0\.0 s {2}a {2}\(has no tests\)\n/);
  assert.match(text, /2 files, 1 failed; 6 tests: 3 passed, 1 failed/);
});

test("the slowest files come first, five at most", () => {
  const results = [3, 1, 7, 5, 2, 6, 4].map((seconds) => result(`f${seconds}`, seconds * 1000));
  const slowest = [...summarize(results, 0).text.matchAll(/f(\d)/g)].map(([, digit]) => digit);
  assert.deepEqual(slowest, ["7", "6", "5", "4", "3"]);
});
