/**
 * `npm test`: runs every test file in a process of its own and says in the end what failed.
 *
 * Our own loop, not `node --test`: a hang must fail with the file's name even in native code, the children of a failed
 * test must not outlive it, and a file without tests must not pass.
 */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { listFiles } from "./list-files.ts";
import {
  killRunningTestFiles,
  runTestFile,
  type TestFileOptions,
  type TestFileResult,
} from "./test-run/run-test-file.ts";
import { selectTestFiles } from "./test-run/select-test-files.ts";
import { parseTestArguments, type TestArguments, USAGE } from "./test-run/test-arguments.ts";

const CONCURRENCY_MAX = 4;
const TIMEOUT_S = 120;
const FUZZ_MS = 10_000;
/** Of one file: a fuzz test file has several properties, and each takes its time. */
const FUZZ_TIMEOUT_S = 1800;
const SLOWEST_COUNT = 5;

async function main(): Promise<void> {
  const root = dirname(import.meta.dirname);
  const words = process.argv.slice(2);
  if (words.includes("--help")) {
    console.log(USAGE);
    return;
  }
  let request: TestArguments;
  let files: readonly string[];
  try {
    request = parseTestArguments(words);
    const cwd = process.env["INIT_CWD"] ?? process.cwd();
    files = selectTestFiles(listFiles(root), request, { root, cwd });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      killRunningTestFiles();
      process.exit(130);
    });
  }
  const startMs = performance.now();
  const results = await runAll(files, optionsFor(request, root), concurrencyFor(request));
  report(results, performance.now() - startMs);
}

function optionsFor(request: TestArguments, root: string): TestFileOptions {
  const timeoutS = request.timeoutS ?? (request.isFuzz ? FUZZ_TIMEOUT_S : TIMEOUT_S);
  const env = request.isFuzz ? { FUZZ_MS: String(FUZZ_MS), ...process.env } : process.env;
  return { root, timeoutMs: timeoutS * 1000, env };
}

function concurrencyFor(request: TestArguments): number {
  return request.concurrency ?? Math.min(CONCURRENCY_MAX, availableParallelism());
}

async function runAll(
  files: readonly string[],
  options: TestFileOptions,
  concurrency: number,
): Promise<TestFileResult[]> {
  const results: TestFileResult[] = [];
  const queue = files.values();
  const lane = async (): Promise<void> => {
    for (const file of queue) {
      const result = await runTestFile(file, options);
      results.push(result);
      console.log(lineFor(result));
      if (result.failure !== null) {
        console.log(result.output.replace(/^/gm, "      "));
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

function lineFor({ file, failure, counts, durationMs }: TestFileResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8);
  const verdict = failure === null ? "ok  " : "FAIL";
  const detail = failure === null ? `${counts.tests} tests` : failure;
  return `${verdict}${seconds}  ${file}  (${detail})`;
}

function report(results: readonly TestFileResult[], durationMs: number): void {
  const total = { tests: 0, pass: 0, fail: 0, skipped: 0 };
  for (const { counts } of results) {
    total.tests += counts.tests;
    total.pass += counts.pass;
    total.fail += counts.fail;
    total.skipped += counts.skipped;
  }
  const slowest = results.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST_COUNT);
  console.log("\nSlowest:");
  for (const result of slowest) {
    console.log(lineFor(result));
  }
  const failed = results.filter((result) => result.failure !== null);
  if (failed.length > 0) {
    console.log("\nFailed:");
    for (const result of failed) {
      console.log(lineFor(result));
    }
    process.exitCode = 1;
  }
  console.log(
    `\n${results.length} files, ${total.tests} tests: ${total.pass} passed, ${total.fail} failed, ` +
      `${total.skipped} skipped, in ${(durationMs / 1000).toFixed(1)} s`,
  );
}

await main();
