import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { convexHull } from "./convex-hull.ts";
import type { Point } from "./quad.ts";

const points = fc.array(
  fc.record({ x: fc.integer({ min: -50, max: 50 }), y: fc.integer({ min: -50, max: 50 }) }),
  { minLength: 1, maxLength: 60 },
);

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

test("the corners of a square, without what lies on its sides or inside", () => {
  const hull = convexHull([
    { x: 0, y: 0 },
    { x: 2, y: 0 },
    { x: 4, y: 0 },
    { x: 1, y: 3 },
    { x: 4, y: 4 },
    { x: 0, y: 4 },
    { x: 0, y: 2 },
  ]);
  assert.deepEqual(hull, [
    { x: 0, y: 0 },
    { x: 4, y: 0 },
    { x: 4, y: 4 },
    { x: 0, y: 4 },
  ]);
});

test("one point, the same point twice, points on a line", () => {
  assert.deepEqual(convexHull([]), []);
  assert.deepEqual(convexHull([{ x: 3, y: 1 }]), [{ x: 3, y: 1 }]);
  assert.deepEqual(
    convexHull([
      { x: 3, y: 1 },
      { x: 3, y: 1 },
    ]),
    [{ x: 3, y: 1 }],
  );
  assert.deepEqual(
    convexHull([
      { x: 2, y: 2 },
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ]),
    [
      { x: 0, y: 0 },
      { x: 2, y: 2 },
    ],
  );
});

test("the hull turns one way at every corner and has every point on its inner side", () => {
  fc.assert(
    fc.property(points, (given) => {
      const hull = convexHull(given);
      for (const [index, corner] of hull.entries()) {
        const next = hull[(index + 1) % hull.length]!;
        const afterNext = hull[(index + 2) % hull.length]!;
        assert.ok(given.some((point) => point.x === corner.x && point.y === corner.y));
        assert.ok(hull.length < 3 || turn(corner, next, afterNext) > 0);
        for (const point of given) {
          assert.ok(turn(corner, next, point) >= 0);
        }
      }
    }),
  );
});
