import { StatusCode, TritonError } from "@nereid/protocol";
import type { Point } from "./quad.ts";
import { createRotatedRect, type RotatedRect } from "./rotated-rect.ts";

/**
 * The rectangle of least area around a convex polygon. One of its sides lies on one of the polygon's, so every side is
 * tried; while the side goes round, the three points that touch the other sides only move forwards (rotating calipers).
 *
 * @param hull corners as `convexHull` gives them
 * @throws {TritonError} InvalidArg if there are no corners
 */
export function minAreaRect(hull: readonly Point[]): RotatedRect {
  const first = hull[0];
  if (first === undefined) {
    throw new TritonError(StatusCode.InvalidArg, "no points to put a rectangle around");
  }
  let best: RotatedRect = { center: first, direction: { x: 1, y: 0 }, width: 0, height: 0 };
  let bestArea = Number.POSITIVE_INFINITY;
  // Index of the touching point on each side; they may pass the end and start over.
  let rightmost = 1;
  let lowest = 1;
  let leftmost = 1;
  const at = (index: number): Point => hull[index % hull.length] as Point; // the hull is not empty
  for (let side = 0; side < hull.length; side++) {
    const start = at(side);
    const end = at(side + 1);
    const length = Math.hypot(end.x - start.x, end.y - start.y);
    if (length === 0) {
      continue;
    }
    const u = { x: (end.x - start.x) / length, y: (end.y - start.y) / length };
    const v = { x: -u.y, y: u.x };
    rightmost = furthest(at, Math.max(rightmost, side + 1), hull.length, u);
    lowest = furthest(at, Math.max(lowest, rightmost), hull.length, v);
    leftmost = furthest(at, Math.max(leftmost, lowest), hull.length, { x: -u.x, y: -u.y });
    const right = dot(at(rightmost), u);
    const left = dot(at(leftmost), u);
    const top = dot(start, v);
    const bottom = dot(at(lowest), v);
    const area = (right - left) * (bottom - top);
    if (area < bestArea) {
      bestArea = area;
      const along = (left + right) / 2;
      const down = (top + bottom) / 2;
      best = {
        center: { x: u.x * along + v.x * down, y: u.y * along + v.y * down },
        direction: u,
        width: right - left,
        height: bottom - top,
      };
    }
  }
  return createRotatedRect(best);
}

/** The index, from `from` on and at most one round, of the corner furthest in a direction. */
function furthest(
  at: (index: number) => Point,
  from: number,
  count: number,
  direction: Point,
): number {
  let index = from;
  while (index < from + count && dot(at(index + 1), direction) > dot(at(index), direction)) {
    index++;
  }
  return index;
}

function dot(point: Point, direction: Point): number {
  return point.x * direction.x + point.y * direction.y;
}
