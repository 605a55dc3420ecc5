import type { Point, Quad } from "./quad.ts";

/** A rectangle in any direction. */
export interface RotatedRect {
  readonly center: Point;
  /** Unit vector along the width; within 45 degrees of pointing right. */
  readonly direction: Point;
  readonly width: number;
  /** Along `direction` turned from x towards y, that is downwards. */
  readonly height: number;
}

/** A rectangle of which any side may be called the width: `direction` is turned by quarters until it points right. */
export function createRotatedRect(rect: RotatedRect): RotatedRect {
  let { width, height } = rect;
  let { x, y } = rect.direction;
  if (Math.abs(y) > Math.abs(x)) {
    [x, y] = [y, -x];
    [width, height] = [height, width];
  }
  if (x < 0) {
    [x, y] = [-x, -y];
  }
  return { center: rect.center, direction: { x, y }, width, height };
}

/** The corners, those of the left side first and last. */
export function rectCorners({ center, direction, width, height }: RotatedRect): Quad {
  const corner = (along: number, down: number): Point => ({
    x: center.x + direction.x * along - direction.y * down,
    y: center.y + direction.y * along + direction.x * down,
  });
  const right = width / 2;
  const bottom = height / 2;
  return [
    corner(-right, -bottom),
    corner(right, -bottom),
    corner(right, bottom),
    corner(-right, bottom),
  ];
}

/** Whether a point lies in the rectangle or on its edge. */
export function isInRect({ center, direction, width, height }: RotatedRect, point: Point): boolean {
  const x = point.x - center.x;
  const y = point.y - center.y;
  const along = x * direction.x + y * direction.y;
  const down = y * direction.x - x * direction.y;
  // The edge itself must count in spite of rounding: parts one pixel high have no inside.
  return Math.abs(along) <= width / 2 + 1e-6 && Math.abs(down) <= height / 2 + 1e-6;
}

/**
 * The rectangle with every side moved outwards.
 *
 * Offsetting a rectangle's outline with rounded corners and taking the smallest rectangle around the result, as the
 * DB text detector is written elsewhere, gives exactly this; so no general polygon offset is needed.
 */
export function growRect(rect: RotatedRect, by: number): RotatedRect {
  return { ...rect, width: rect.width + 2 * by, height: rect.height + 2 * by };
}
