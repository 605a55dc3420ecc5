import assert from "node:assert/strict";
import { test } from "node:test";
import { HistogramStatistic } from "./histogram-statistic.ts";

test("a value counts in the first bucket that reaches it, or above all of them", () => {
  const histogram = new HistogramStatistic([10, 20]);
  for (const value of [0, 10, 11, 20, 21, 1000]) {
    histogram.observe(value);
  }
  assert.deepEqual([histogram.counts, histogram.sum], [[2, 2, 2], 1062]);
});
