import assert from "node:assert/strict";
import { test } from "node:test";
import { CountFault, exactElementCount, smallElementCount, wrapToInt64 } from "./element-count.ts";

const INT64_MAX = 2n ** 63n - 1n;

test("small shapes are counted in doubles", () => {
  for (const [shape, count] of [
    [[], 0],
    [[3], 3],
    [[2, 3, 4], 24],
    [[0, 5], 0],
    [[2 ** 26, 2 ** 26], 2 ** 52],
    [[2 ** 27, 2 ** 27], -1],
    [[-1], -1],
    [[2 ** 60], -1],
    [[2 ** 60, 0], -1],
  ] as const) {
    assert.equal(smallElementCount(shape), count, String(shape));
  }
});

test("large shapes are counted exactly; the first fault or zero decides", () => {
  for (const [shape, count] of [
    [[], 0n],
    [[2n ** 62n, 1n], 2n ** 62n],
    [[INT64_MAX], INT64_MAX],
    [[INT64_MAX, 2n], CountFault.Overflow],
    [[2n ** 32n, 2n ** 31n], CountFault.Overflow],
    [[INT64_MAX, 2n, 0n], CountFault.Overflow],
    [[0n, -5n], 0n],
    [[-5n, 0n], CountFault.Negative],
    [[4n, -1n, -5n], CountFault.Wildcard],
  ] as const) {
    assert.equal(exactElementCount(shape), count, String(shape));
  }
});

test("dimensions wrap to int64", () => {
  assert.equal(wrapToInt64(2n ** 64n - 1n), -1n);
  assert.equal(wrapToInt64(2n ** 63n), -(2n ** 63n));
  assert.equal(wrapToInt64(INT64_MAX), INT64_MAX);
});
