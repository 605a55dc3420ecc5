import assert from "node:assert/strict";
import { test } from "node:test";
import type { TensorSpec } from "./model-spec.ts";
import { clientDims, modelDims } from "./reshape.ts";

function spec(dims: readonly number[], reshape: readonly number[] | null): TensorSpec {
  return { name: "x", datatype: "FP32", dims, fullShape: dims, reshape };
}

test("without a reshape both sides see the same shape", () => {
  const shape = [2, 3];
  assert.equal(modelDims(spec([-1, 3], null), shape), shape);
  assert.equal(clientDims(spec([-1, 3], null), shape), shape);
});

test("fixed sizes come from the other side's configuration", () => {
  assert.deepEqual(modelDims(spec([6], [2, 3]), [6]), [2, 3]);
  assert.deepEqual(clientDims(spec([6], [2, 3]), [2, 3]), [6]);
  assert.deepEqual(modelDims(spec([1], []), [1]), []);
  assert.deepEqual(clientDims(spec([1], []), []), [1]);
});

test("wildcards keep their sizes in order", () => {
  const reshaped = spec([2, 4, -1, 6, -1], [8, -1, 1, 6, -1]);
  assert.deepEqual(modelDims(reshaped, [2, 4, 5, 6, 7]), [8, 5, 1, 6, 7]);
  assert.deepEqual(clientDims(reshaped, [8, 5, 1, 6, 7]), [2, 4, 5, 6, 7]);
});
