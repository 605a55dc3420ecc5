import assert from "node:assert/strict";
import { test } from "node:test";
import type { Point } from "./quad.ts";
import { createRotatedRect, growRect, isInRect, rectCorners } from "./rotated-rect.ts";

const DIAGONAL = Math.SQRT1_2;

function rounded(corners: readonly Point[]): readonly (readonly [number, number])[] {
  // + 0 makes -0 a 0.
  return corners.map(({ x, y }) => [Math.round(x * 1e6) / 1e6 + 0, Math.round(y * 1e6) / 1e6 + 0]);
}

test("the corners of an upright rectangle start at the top left and go round by the right", () => {
  const rect = { center: { x: 10, y: 20 }, direction: { x: 1, y: 0 }, width: 6, height: 4 };
  assert.deepEqual(rounded(rectCorners(rect)), [
    [7, 18],
    [13, 18],
    [13, 22],
    [7, 22],
  ]);
});

test("a direction that points down makes the height the width", () => {
  const rect = createRotatedRect({
    center: { x: 0, y: 0 },
    direction: { x: 0, y: 1 },
    width: 6,
    height: 4,
  });
  assert.deepEqual(rect.direction, { x: 1, y: -0 });
  assert.equal(rect.width, 4);
  assert.equal(rect.height, 6);
});

test("whichever side is called the width, the outline stays and its first side points right", () => {
  const direction = { x: 0.6, y: -0.8 };
  const center = { x: 5, y: 7 };
  const sorted = (corners: readonly Point[]): unknown =>
    rounded(corners).toSorted(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const wanted = sorted(rectCorners({ center, direction, width: 8, height: 3 }));
  for (const [x, y, width, height] of [
    [0.6, -0.8, 8, 3],
    [0.8, 0.6, 3, 8],
    [-0.6, 0.8, 8, 3],
    [-0.8, -0.6, 3, 8],
  ] as const) {
    const rect = createRotatedRect({ center, direction: { x, y }, width, height });
    const [topLeft, topRight] = rectCorners(rect);
    assert.deepEqual(sorted(rectCorners(rect)), wanted);
    assert.ok(topRight.x - topLeft.x > Math.abs(topRight.y - topLeft.y));
    assert.equal(rect.width, 3);
  }
});

test("a point lies in a tilted rectangle or outside", () => {
  const rect = {
    center: { x: 0, y: 0 },
    direction: { x: DIAGONAL, y: DIAGONAL },
    width: 10,
    height: 2,
  };
  assert.ok(isInRect(rect, { x: 3, y: 3 }));
  assert.ok(isInRect(rect, { x: 5 * DIAGONAL, y: 5 * DIAGONAL }));
  assert.ok(!isInRect(rect, { x: 3, y: 0 }));
  assert.ok(!isInRect(rect, { x: 4, y: 4 }));
});

test("growing moves every side outwards", () => {
  const rect = { center: { x: 0, y: 0 }, direction: { x: 1, y: 0 }, width: 6, height: 4 };
  assert.deepEqual(rounded(rectCorners(growRect(rect, 1.5))), [
    [-4.5, -3.5],
    [4.5, -3.5],
    [4.5, 3.5],
    [-4.5, 3.5],
  ]);
});
