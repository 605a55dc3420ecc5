import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../base/testing/manual-clock.ts";
import { RestartPolicy } from "./restart-policy.ts";

/** The pause after each of so many deaths, of processes that live as long as given. */
function pauses(policy: RestartPolicy, clock: ManualClock, livedMs: number, count: number) {
  return Array.from({ length: count }, () => {
    policy.onStart();
    clock.advance(livedMs);
    policy.onDeath();
    return policy.nextDelayMs();
  });
}

test("the pauses of a process that keeps dying double, up to half a minute", () => {
  const clock = new ManualClock();
  const policy = new RestartPolicy(clock);
  assert.deepEqual(
    pauses(policy, clock, 59_999, 11),
    [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000],
  );
  assert.deepEqual(new Set(pauses(policy, clock, 0, 2000)), new Set([30_000]));
});

test("a process that has run for a minute starts the pauses anew, each time", () => {
  const clock = new ManualClock();
  const policy = new RestartPolicy(clock);
  pauses(policy, clock, 0, 5);
  assert.deepEqual(pauses(policy, clock, 60_000, 2), [100, 100]);
  assert.deepEqual(pauses(policy, clock, 0, 2), [200, 400]);
});

test("the time of pauses and starts is not the life of a process", () => {
  const clock = new ManualClock();
  const policy = new RestartPolicy(clock);
  // The first start, before anything has run.
  clock.advance(90_000);
  policy.onStart();
  policy.onDeath();
  assert.equal(policy.nextDelayMs(), 100);
  for (const pauseMs of [200, 400, 800]) {
    clock.advance(90_000);
    policy.onDeath();
    assert.equal(policy.nextDelayMs(), pauseMs, "a start that took long and failed");
  }
  policy.onStart();
  policy.onDeath();
  assert.equal(policy.nextDelayMs(), 1600);
});
