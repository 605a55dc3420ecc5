import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runTestFile, type TestFileResult } from "./run-test-file.ts";

const root = mkdtempSync(join(tmpdir(), "run-test-file-"));
after(() => {
  rmSync(root, { recursive: true });
});

/** Long enough for a process to start on a busy machine. */
const AMPLE_MS = 60_000;

function run(source: string, timeoutMs = AMPLE_MS, env = process.env): Promise<TestFileResult> {
  writeFileSync(join(root, "x.test.mjs"), `import { test } from "node:test";\n${source}`);
  return runTestFile("x.test.mjs", { root, timeoutMs, env });
}

test("a file whose tests pass is counted", async () => {
  const result = await run(`test("a", () => {}); test("b", () => {}); test.skip("c", () => {});`);
  assert.equal(result.failure, null);
  assert.deepEqual(result.counts, { tests: 3, pass: 2, fail: 0, skipped: 1 });
});

test("a file with a failing test fails, and its output says which", async () => {
  const result = await run(
    `test("good", () => {}); test("bad", () => { throw new Error("why"); });`,
  );
  assert.equal(result.failure, "ended with exit code 1");
  assert.equal(result.counts.fail, 1);
  assert.match(result.output, /bad.*why/s);
});

test("a file without tests fails", async () => {
  assert.equal((await run("")).failure, "has no tests");
});

test("a file that ends before its tests fails", async () => {
  assert.equal(
    (await run(`test("a", () => {}); process.exit(3);`)).failure,
    "ended with exit code 3",
  );
});

test("a killed process fails with the signal", async () => {
  const result = await run(`test("a", () => { process.kill(process.pid, "SIGSEGV"); });`);
  assert.equal(result.failure, "ended with SIGSEGV");
});

test("a file that never ends is killed with its children", async () => {
  const result = await run(
    `import { spawn } from "node:child_process";
     import { writeFileSync } from "node:fs";
     test("hangs", () => {
       const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "inherit" });
       writeFileSync("child.pid", String(child.pid));
       while (true);
     });`,
    5000,
  );
  assert.equal(result.failure, "still running after 5 s, killed");
  const pid = Number(readFileSync(join(root, "child.pid"), "utf8"));
  // The system ends what was killed in its own time.
  for (let tries = 0; tries < 100 && !isGone(pid); tries++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  assert.ok(isGone(pid), `child ${pid} is still running`);
});

test("a child left behind does not keep the run waiting", async () => {
  const result = await run(
    `import { spawn } from "node:child_process";
     test("leaves a child", () => {
       spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "inherit" }).unref();
     });`,
  );
  assert.equal(result.failure, null);
});

test("the file's own runner does not take orders from ours", async () => {
  const env = { ...process.env, NODE_TEST_CONTEXT: "child-v8" };
  assert.equal((await run(`test("a", () => {});`, AMPLE_MS, env)).counts.pass, 1);
});

/** Whether a killed process has ended; it may stay as a zombie where nobody reaps it. */
function isGone(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    return status.slice(status.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return true;
  }
}
