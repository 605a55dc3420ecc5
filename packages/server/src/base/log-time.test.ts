import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "./clock.ts";
import { MicrosecondClock } from "./log-time.ts";

/** Two clocks that are set by hand. */
class TwoClocks implements Clock {
  epoch = 0;
  ns = 0;

  nowNs(): number {
    return this.ns;
  }

  epochMs(): number {
    return this.epoch;
  }

  setTimer(): () => void {
    assert.fail("no timer is needed");
  }
}

test("microseconds pass within a millisecond", () => {
  const clocks = new TwoClocks();
  clocks.epoch = 5000;
  const time = new MicrosecondClock(clocks);
  assert.equal(time.epochUs(), 5_000_000);
  clocks.ns = 250_700;
  assert.equal(time.epochUs(), 5_000_250);
  clocks.ns = 1_100_000;
  clocks.epoch = 5001;
  assert.equal(time.epochUs(), 5_001_100);
});

test("the wall clock decides where the two disagree", () => {
  const clocks = new TwoClocks();
  clocks.epoch = 5000;
  const time = new MicrosecondClock(clocks);
  time.epochUs();
  // The measuring clock runs ahead within the millisecond.
  clocks.ns = 3_000_000;
  assert.equal(time.epochUs(), 5_000_999);
  // The wall clock is set forward, then back.
  clocks.epoch = 90_000;
  assert.equal(time.epochUs(), 90_000_000);
  clocks.ns += 10_000;
  assert.equal(time.epochUs(), 90_000_010);
  clocks.epoch = 1000;
  assert.equal(time.epochUs(), 1_000_999);
});
