import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { runStep, type StepResult } from "./run-step.ts";

function run(program: string): Promise<StepResult> {
  return runStep({ name: "x", command: process.execPath, args: ["-e", program] }, tmpdir());
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
  const missing = await runStep({ name: "x", command: "./no-such-tool", args: [] }, tmpdir());
  assert.equal(missing.isClean, false);
  assert.match(missing.output, /run npm install/);
});
