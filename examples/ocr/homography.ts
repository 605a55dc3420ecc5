import type { Point, Quad } from "./quad.ts";

/**
 * A projective map of the plane: (u, v) goes to
 * ((a u + b v + c) / (g u + h v + 1), (d u + e v + f) / (g u + h v + 1)).
 */
export interface Homography {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  readonly g: number;
  readonly h: number;
}

/**
 * The map that takes the corners (0, 0), (1, 0), (1, 1), (0, 1) to those of a convex quad with an area.
 *
 * @see Paul Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), section 2.2.3
 */
export function homographyToQuad([p0, p1, p2, p3]: Quad): Homography {
  const sumX = p0.x - p1.x + p2.x - p3.x;
  const sumY = p0.y - p1.y + p2.y - p3.y;
  const rightX = p1.x - p2.x;
  const rightY = p1.y - p2.y;
  const bottomX = p3.x - p2.x;
  const bottomY = p3.y - p2.y;
  const determinant = rightX * bottomY - bottomX * rightY;
  const g = (sumX * bottomY - bottomX * sumY) / determinant;
  const h = (rightX * sumY - sumX * rightY) / determinant;
  return {
    a: p1.x - p0.x + g * p1.x,
    b: p3.x - p0.x + h * p3.x,
    c: p0.x,
    d: p1.y - p0.y + g * p1.y,
    e: p3.y - p0.y + h * p3.y,
    f: p0.y,
    g,
    h,
  };
}

/** Where the map takes a point. */
export function mapPoint(map: Homography, u: number, v: number): Point {
  const w = map.g * u + map.h * v + 1;
  return { x: (map.a * u + map.b * v + map.c) / w, y: (map.d * u + map.e * v + map.f) / w };
}
