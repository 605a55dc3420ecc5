import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimit } from "./rate-limit.ts";

test("a burst is allowed, and then so many a second", () => {
  const limit = new RateLimit(3, 2, 1000);
  assert.deepEqual(
    [1000, 1000, 1000, 1000, 1400, 1500, 1500, 2000].map((nowMs) => limit.take(nowMs)),
    [true, true, true, false, false, true, false, true],
  );
});

test("what is given back can be taken again, up to the burst", () => {
  const limit = new RateLimit(1, 0, 0);
  limit.give();
  assert.deepEqual([limit.take(0), limit.take(0)], [true, false]);
  limit.give();
  assert.deepEqual([limit.take(0), limit.take(0)], [true, false]);
});

test("what is not used is kept up to the burst, and time that goes back gives nothing", () => {
  const limit = new RateLimit(2, 1, 0);
  assert.deepEqual(
    [100_000, 100_000, 100_000, 50_000].map((nowMs) => limit.take(nowMs)),
    [true, true, false, false],
  );
});
