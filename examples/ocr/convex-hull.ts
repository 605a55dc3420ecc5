import type { Point } from "./quad.ts";

/**
 * The corners of the smallest convex polygon around `points`, in the order in which x turns towards y (clockwise on a
 * screen); points on its sides are left out. One point gives one corner, points on a line give two.
 *
 * Andrew's monotone chain.
 */
export function convexHull(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((left, right) => left.x - right.x || left.y - right.y);
  const forth = chain(sorted);
  const back = chain(sorted.reverse());
  // Each chain ends where the other begins.
  const hull = [...forth.slice(0, -1), ...back.slice(0, -1)];
  return hull.length > 0 ? hull : sorted.slice(0, 1);
}

function chain(sorted: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (const point of sorted) {
    let last = kept.at(-1);
    let beforeLast = kept.at(-2);
    while (last !== undefined && beforeLast !== undefined && !turns(beforeLast, last, point)) {
      kept.pop();
      last = beforeLast;
      beforeLast = kept.at(-2);
    }
    if (last === undefined || last.x !== point.x || last.y !== point.y) {
      kept.push(point);
    }
  }
  return kept;
}

/** Whether the way from `a` over `b` to `c` turns in the direction from x to y. */
function turns(a: Point, b: Point, c: Point): boolean {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0;
}
