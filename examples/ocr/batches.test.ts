import assert from "node:assert/strict";
import { test } from "node:test";
import { batchesOf } from "./batches.ts";

test("neighbours stay together, the last batch may be smaller", () => {
  assert.deepEqual(batchesOf([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(batchesOf([1, 2], 8), [[1, 2]]);
  assert.deepEqual(batchesOf([], 8), []);
});
