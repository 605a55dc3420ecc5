import assert from "node:assert/strict";
import { test } from "node:test";
import { speechSegments } from "./speech-segments.ts";

/** So many chunks of one probability after the other; a chunk is 32 ms. */
function probabilities(...runs: readonly (readonly [count: number, probability: number])[]) {
  return runs.flatMap(([count, probability]) => new Array<number>(count).fill(probability));
}

function rounded(...runs: readonly (readonly [count: number, probability: number])[]) {
  return speechSegments(probabilities(...runs)).map(({ startS, endS }) => [
    Number(startS.toFixed(3)),
    Number(endS.toFixed(3)),
  ]);
}

test("speech is where it is likely, with a little around it", () => {
  assert.deepEqual(rounded([10, 0], [20, 0.9], [10, 0]), [[0.29, 0.99]]);
  assert.deepEqual(rounded([10, 0], [20, 0.9], [10, 0], [10, 0.6], [10, 0.1]), [
    [0.29, 0.99],
    [1.25, 1.63],
  ]);
});

test("what is short is no speech, and a short silence no end", () => {
  assert.deepEqual(rounded([10, 0], [7, 0.9], [10, 0]), []);
  assert.deepEqual(rounded([10, 0], [10, 0.9], [3, 0], [10, 0.9], [10, 0]), [[0.29, 1.086]]);
});

test("between the thresholds speech neither begins nor ends", () => {
  assert.deepEqual(rounded([10, 0.4], [10, 0]), []);
  assert.deepEqual(rounded([10, 0.9], [20, 0.4], [10, 0]), [[0, 0.99]]);
});

test("speech may last to the end, where nothing is left to add", () => {
  assert.deepEqual(rounded([10, 0], [20, 0.9]), [[0.29, 0.96]]);
  assert.deepEqual(rounded([10, 0], [20, 0.9], [2, 0]), [[0.29, 0.99]]);
  assert.deepEqual(rounded(), []);
});
