import assert from "node:assert/strict";
import { test } from "node:test";
import { detectionInput, detectionSize } from "./detection-input.ts";

test("sides become the nearest multiple of 32", () => {
  assert.deepEqual(detectionSize({ width: 640, height: 480 }), { width: 640, height: 480 });
  assert.deepEqual(detectionSize({ width: 650, height: 470 }), { width: 640, height: 480 });
  assert.deepEqual(detectionSize({ width: 657, height: 463 }), { width: 672, height: 448 });
});

test("the longer side is at most 960", () => {
  assert.deepEqual(detectionSize({ width: 4000, height: 3000 }), { width: 960, height: 736 });
  assert.deepEqual(detectionSize({ width: 900, height: 1200 }), { width: 736, height: 960 });
});

test("a side is never less than 32", () => {
  assert.deepEqual(detectionSize({ width: 1, height: 1 }), { width: 32, height: 32 });
  assert.deepEqual(detectionSize({ width: 20000, height: 10 }), { width: 960, height: 32 });
});

test("the tensor has one item of three planes, and an even picture gives even planes", async () => {
  const pixels = new Uint8Array(70 * 40 * 3).fill(255);
  const { shape, values } = await detectionInput({ width: 70, height: 40, pixels });
  assert.deepEqual(shape, [1, 3, 32, 64]);
  const planeLength = 32 * 64;
  assert.equal(values.length, 3 * planeLength);
  for (const [plane, wanted] of [
    (1 - 0.485) / 0.229,
    (1 - 0.456) / 0.224,
    (1 - 0.406) / 0.225,
  ].entries()) {
    const part = values.subarray(plane * planeLength, (plane + 1) * planeLength);
    assert.ok(part.every((value) => Math.abs(value - wanted) < 1e-6));
  }
});
