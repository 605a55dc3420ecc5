/**
 * `npm test`: runs every test file in a process of its own and says in the end what failed.
 *
 * Our own loop, not `node --test`: a hang must fail with the file's name even in native code, the children of a failed
 * test must not outlive it, and a file without tests must not pass.
 */
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { listFiles } from "./list-files.ts";
import {
  killRunningTestFiles,
  runTestFile,
  type TestFileOptions,
  type TestFileResult,
} from "./test-run/run-test-file.ts";
import { selectTestFiles } from "./test-run/select-test-files.ts";
import { lineFor, summarize } from "./test-run/summary.ts";
import { parseTestArguments, type TestArguments, USAGE } from "./test-run/test-arguments.ts";

const CONCURRENCY_MAX = 4;
/** Of one file: several times what the longest takes, since the machine may be busy with other things. */
const TIMEOUT_S = 300;
/**
 * Where Node keeps what it made of the sources: every test file's process, and every server that a test starts, reads the
 * same hundreds of modules. Entries are found by their content, so none is ever out of date.
 */
const COMPILE_CACHE = join("node_modules", ".cache", "compile");
const FUZZ_MS = 10_000;
/** Of one file: a fuzz test file has several properties, and each takes its time. */
const FUZZ_TIMEOUT_S = 1800;

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
  const { text, isPassed } = summarize(results, performance.now() - startMs);
  console.log(text);
  process.exitCode = isPassed ? 0 : 1;
}

function optionsFor(request: TestArguments, root: string): TestFileOptions {
  const timeoutS = request.timeoutS ?? (request.isFuzz ? FUZZ_TIMEOUT_S : TIMEOUT_S);
  const fuzz = request.isFuzz ? { FUZZ_MS: String(FUZZ_MS) } : {};
  const env = { NODE_COMPILE_CACHE: join(root, COMPILE_CACHE), ...fuzz, ...process.env };
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

await main();
