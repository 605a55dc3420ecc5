import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DETECTION_NORMALIZATION,
  LINE_NORMALIZATION,
  writeNormalized,
} from "./normalize-pixels.ts";

/** One red, one green, one blue pixel over one black, one white, one grey. */
const IMAGE = {
  width: 3,
  height: 2,
  pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 51, 51, 51),
};

test("the planes are blue, green and red, from -1 to 1", () => {
  const target = new Float32Array(18);
  writeNormalized(IMAGE, LINE_NORMALIZATION, target, 3);
  const grey = Math.fround(-0.6);
  assert.deepEqual(
    [...target],
    [
      [-1, -1, 1, -1, 1, grey],
      [-1, 1, -1, -1, 1, grey],
      [1, -1, -1, -1, 1, grey],
    ].flat(),
  );
});

test("detection's means and deviations go to blue, green and red in this order", () => {
  const target = new Float32Array(18);
  writeNormalized(IMAGE, DETECTION_NORMALIZATION, target, 3);
  const [blue, green, red] = [target[5]!, target[11]!, target[17]!];
  assert.ok(Math.abs(blue - (0.2 - 0.485) / 0.229) < 1e-6);
  assert.ok(Math.abs(green - (0.2 - 0.456) / 0.224) < 1e-6);
  assert.ok(Math.abs(red - (0.2 - 0.406) / 0.225) < 1e-6);
});

test("what lies right of the picture stays as it was", () => {
  const target = new Float32Array(3 * 2 * 5).fill(9);
  writeNormalized(IMAGE, LINE_NORMALIZATION, target, 5);
  assert.deepEqual([...target.subarray(0, 10)], [-1, -1, 1, 9, 9, -1, 1, Math.fround(-0.6), 9, 9]);
  assert.equal(target.filter((value) => value === 9).length, 12);
});
