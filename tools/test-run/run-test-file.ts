import { type ChildProcess, spawn } from "node:child_process";

/** How one test file ended. */
export interface TestFileResult {
  readonly file: string;
  /** null: passed. Otherwise one line that says what went wrong with the file. */
  readonly failure: string | null;
  readonly counts: TestCounts;
  readonly durationMs: number;
  /** Everything the process wrote. */
  readonly output: string;
}

/** What the test runner in the file's process counted; zeros if it never came to its summary. */
export interface TestCounts {
  readonly tests: number;
  readonly pass: number;
  readonly fail: number;
  readonly skipped: number;
}

/** Where and how long a test file may run. */
export interface TestFileOptions {
  readonly root: string;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const PIPES_CLOSE_MS = 2000;

const running = new Set<ChildProcess>();

/**
 * Runs one test file in a process group of its own, and kills the whole group when the time is over: a test that hangs
 * in native code, or whose child does, ends too, and the file is named. Never rejects.
 */
export function runTestFile(file: string, options: TestFileOptions): Promise<TestFileResult> {
  const startMs = performance.now();
  const { NODE_TEST_CONTEXT: _inherited, ...env } = options.env;
  const child = spawn(
    process.execPath,
    ["--conditions=@nereid/source", "--test-reporter=spec", file],
    { cwd: options.root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    let ending: string | null = null;
    const timer = setTimeout(() => {
      ending = `still running after ${options.timeoutMs / 1000} s, killed`;
      killGroup(child);
    }, options.timeoutMs);
    const finish = (): void => {
      running.delete(child);
      const output = Buffer.concat(chunks).toString();
      const counts = countsFrom(output);
      const failure = ending ?? verdictOn(counts);
      resolve({ file, failure, counts, durationMs: performance.now() - startMs, output });
    };
    child.on("error", (error) => {
      clearTimeout(timer);
      ending = `did not start: ${error.message}`;
      finish();
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      ending ??= code === 0 ? null : `ended with ${signal ?? `exit code ${code}`}`;
      // The test's own end counts: a child that it left behind holds the pipes open and must not decide how long this
      // takes. One that has also left the group is given up on.
      killGroup(child);
      const giveUp = setTimeout(finish, PIPES_CLOSE_MS);
      child.on("close", () => {
        clearTimeout(giveUp);
        finish();
      });
    });
  });
}

/** Kills whatever is still running, with its children: for a run that is interrupted. */
export function killRunningTestFiles(): void {
  for (const child of running) {
    killGroup(child);
  }
}

/** A file without tests is a test that cannot fail. */
function verdictOn(counts: TestCounts): string | null {
  return counts.tests === 0 ? "has no tests" : null;
}

/** Reads the `ℹ tests 12` lines with which node's reporter ends. */
function countsFrom(output: string): TestCounts {
  const count = (name: string): number => {
    const matches = [...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, "gm"))];
    return Number(matches.at(-1)?.[1] ?? 0);
  };
  return {
    tests: count("tests"),
    pass: count("pass"),
    fail: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is empty: everything has ended already.
  }
}
