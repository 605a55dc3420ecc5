// Tests the backend and everything below it for leaks and for memory that moves or goes away too early.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { test } from "node:test";
import type { SoakResult } from "./testing/soak.ts";

/** More than the plans and pools may still gather after a quarter of the runs. */
const GROWTH_BYTES_MAX = 16 << 20;

test("thousands of runs with forced collections: every answer right, nothing leaks, no crash", async () => {
  const child = fork(new URL("./testing/soak.ts", import.meta.url), {
    execArgv: [...process.execArgv.filter((option) => !option.startsWith("--test")), "--expose-gc"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<SoakResult>();
  child.once("message", (message) => resolve(message as SoakResult)); // what soak.ts sends
  child.once("error", reject);
  child.once("exit", (code, signal) => {
    reject(new Error(`the soak ended early: code ${code}, signal ${signal}`));
  });
  const result = await promise;
  assert.equal(result.wrongCount, 0);
  assert.equal(result.leasedCount, 0);
  const growth = result.lateExternalBytes - result.earlyExternalBytes;
  assert.ok(growth < GROWTH_BYTES_MAX, `${growth} bytes more than at a quarter of the runs`);
});
