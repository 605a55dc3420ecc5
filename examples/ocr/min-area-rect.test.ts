import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { convexHull } from "./convex-hull.ts";
import { minAreaRect } from "./min-area-rect.ts";
import { distance, type Point } from "./quad.ts";
import { isInRect, rectCorners } from "./rotated-rect.ts";

/** The least area of a rectangle with a side along one of the hull's, measured against every corner. */
function leastArea(hull: readonly Point[]): number {
  const areas = hull.map((start, index) => {
    const end = hull[(index + 1) % hull.length]!;
    const length = distance(start, end);
    const u = { x: (end.x - start.x) / length, y: (end.y - start.y) / length };
    const along = hull.map((point) => point.x * u.x + point.y * u.y);
    const down = hull.map((point) => point.y * u.x - point.x * u.y);
    return (Math.max(...along) - Math.min(...along)) * (Math.max(...down) - Math.min(...down));
  });
  return Math.min(...areas);
}

test("an upright rectangle is its own", () => {
  const corners = [
    { x: 2, y: 1 },
    { x: 8, y: 1 },
    { x: 8, y: 4 },
    { x: 2, y: 4 },
  ];
  assert.deepEqual(minAreaRect(convexHull(corners)), {
    center: { x: 5, y: 2.5 },
    direction: { x: 1, y: 0 },
    width: 6,
    height: 3,
  });
});

test("a tilted rectangle is found from its corners", () => {
  const rect = { center: { x: 40, y: 30 }, direction: { x: 0.96, y: 0.28 }, width: 50, height: 12 };
  const found = minAreaRect(convexHull(rectCorners(rect)));
  assert.ok(Math.abs(found.center.x - 40) < 1e-9);
  assert.ok(Math.abs(found.center.y - 30) < 1e-9);
  assert.ok(Math.abs(found.direction.y - 0.28) < 1e-9);
  assert.ok(Math.abs(found.width - 50) < 1e-9);
  assert.ok(Math.abs(found.height - 12) < 1e-9);
});

test("one point has no size, two have a length", () => {
  assert.deepEqual(minAreaRect([{ x: 3, y: 4 }]), {
    center: { x: 3, y: 4 },
    direction: { x: 1, y: 0 },
    width: 0,
    height: 0,
  });
  const segment = minAreaRect([
    { x: 0, y: 0 },
    { x: 4, y: 3 },
  ]);
  assert.ok(Math.abs(segment.width - 5) < 1e-9);
  assert.ok(Math.abs(segment.height) < 1e-9);
});

test("no points, no rectangle", () => {
  assert.throws(
    () => minAreaRect([]),
    (error) => error instanceof TritonError && error.code === StatusCode.InvalidArg,
  );
});

test("the rectangle holds every point and no other direction of a side gives a smaller one", () => {
  const point = fc.record({
    x: fc.integer({ min: 0, max: 200 }),
    y: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 3, maxLength: 50 }), (given) => {
      const hull = convexHull(given);
      fc.pre(hull.length >= 3);
      const rect = minAreaRect(hull);
      for (const each of given) {
        assert.ok(isInRect(rect, each), `${JSON.stringify(each)} is outside`);
      }
      assert.ok(Math.abs(rect.width * rect.height - leastArea(hull)) < 1e-6);
    }),
  );
});
