import type { TestFileResult } from "./run-test-file.ts";

const SLOWEST_COUNT = 5;

/** One file's result in one line: verdict, time, path, and how many tests it ran or what went wrong with it. */
export function lineFor({ file, failure, counts, durationMs }: TestFileResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8);
  const verdict = failure === null ? "ok  " : "FAIL";
  const detail = failure === null ? `${counts.tests} tests` : failure;
  return `${verdict}${seconds}  ${file}  (${detail})`;
}

/** What is said at the end of a run: the slowest files, the failed ones, and the totals in the last line. */
export function summarize(
  results: readonly TestFileResult[],
  durationMs: number,
): { readonly text: string; readonly isPassed: boolean } {
  const total = { tests: 0, pass: 0, fail: 0, skipped: 0 };
  for (const { counts } of results) {
    total.tests += counts.tests;
    total.pass += counts.pass;
    total.fail += counts.fail;
    total.skipped += counts.skipped;
  }
  const slowest = results.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST_COUNT);
  const failed = results.filter((result) => result.failure !== null);
  const lines = ["", "Slowest:", ...slowest.map(lineFor)];
  if (failed.length > 0) {
    lines.push("", "Failed:", ...failed.map(lineFor));
  }
  lines.push(
    "",
    `${results.length} files, ${failed.length} failed; ${total.tests} tests: ${total.pass} passed, ` +
      `${total.fail} failed, ${total.skipped} skipped, in ${(durationMs / 1000).toFixed(1)} s`,
  );
  return { text: lines.join("\n"), isPassed: failed.length === 0 };
}
