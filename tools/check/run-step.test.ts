import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { runStep, type StepResult } from "./run-step.ts";

const folder = tmpdir();
const AMPLE_MS = 60_000;

function run(program: string, timeoutMs = AMPLE_MS): Promise<StepResult> {
  const step = { name: "x", command: process.execPath, args: ["-e", program] };
  return runStep(step, { folder, timeoutMs });
}

test("a tool that ends with 0 is clean, whatever it writes", async () => {
  const result = await run(`console.log("a warning"); console.error("another")`);
  assert.equal(result.isClean, true);
  assert.match(result.output, /a warning/);
  assert.match(result.output, /another/);
});

test("a tool that ends with anything else is not, and its output is kept whole", async () => {
  const result = await run(`console.log("why\\n".repeat(50_000)); process.exitCode = 1`);
  assert.equal(result.isClean, false);
  assert.equal(result.output.length, 4 * 50_000 - 1);
});

test("a tool that is killed or not installed is not clean", async () => {
  const killed = await run(`process.kill(process.pid, "SIGKILL")`);
  assert.equal(killed.isClean, false);
  assert.match(killed.output, /SIGKILL/);
  const missing = await runStep(
    { name: "x", command: "./no-such-tool", args: [] },
    { folder, timeoutMs: AMPLE_MS },
  );
  assert.equal(missing.isClean, false);
  assert.match(missing.output, /run npm install/);
});

test("a tool that does not end is killed", async () => {
  const hung = await run("while (true);", 500);
  assert.equal(hung.isClean, false);
  assert.match(hung.output, /SIGKILL, 0\.5 s are allowed/);
});
