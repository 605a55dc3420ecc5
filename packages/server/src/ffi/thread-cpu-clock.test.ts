import assert from "node:assert/strict";
import { test } from "node:test";
import { ThreadCpuClock } from "./thread-cpu-clock.ts";

const clock = ThreadCpuClock.open();
const skip = clock === null ? "this system has no such clock" : false;

test("the clock goes on while the thread works", { skip }, () => {
  assert.ok(clock !== null);
  let previousNs = clock.nowNs();
  assert.ok(previousNs > 0);
  for (let round = 0; round < 1000; round++) {
    const nowNs = clock.nowNs();
    assert.ok(nowNs > previousNs, "a call takes time");
    previousNs = nowNs;
  }
});

test("the clock stands still while the thread waits", { skip }, () => {
  assert.ok(clock !== null);
  const waitMs = 50;
  const startNs = clock.nowNs();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  assert.ok(clock.nowNs() - startNs < (waitMs * 1e6) / 2);
});

test("it agrees with what the kernel says of the thread at its ticks", { skip }, () => {
  assert.ok(clock !== null);
  const { user, system } = process.threadCpuUsage();
  assert.ok(clock.nowNs() >= (user + system) * 1000);
});
