/** A point of a picture: x to the right, y down, in pixels; the top left pixel covers 0 to 1 in both. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The outline of a line of text: top left, top right, bottom right, bottom left, as seen by who reads it. */
export type Quad = readonly [Point, Point, Point, Point];

/** Distance of two points. */
export function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/** Length of a quad along the text: the longer of its upper and lower side. */
export function quadWidth([topLeft, topRight, bottomRight, bottomLeft]: Quad): number {
  return Math.max(distance(topLeft, topRight), distance(bottomLeft, bottomRight));
}

/** Height of the text: the longer of a quad's left and right side. */
export function quadHeight([topLeft, topRight, bottomRight, bottomLeft]: Quad): number {
  return Math.max(distance(topLeft, bottomLeft), distance(topRight, bottomRight));
}

/** Where the diagonals' middles meet: the mean of the corners. */
export function quadCenter([a, b, c, d]: Quad): Point {
  return { x: (a.x + b.x + c.x + d.x) / 4, y: (a.y + b.y + c.y + d.y) / 4 };
}

/** The same outline for text that stands upside down in it. */
export function turnQuad([topLeft, topRight, bottomRight, bottomLeft]: Quad): Quad {
  return [bottomRight, bottomLeft, topLeft, topRight];
}

/**
 * The same outline read along its longer side: an outline at least one and a half times as high as wide is taken for a
 * line that runs downwards, and its right side becomes the upper one. (Text that runs upwards is then upside down,
 * which angle classification finds.)
 *
 * @see PaddleOCR tools/infer/utility.py, get_rotate_crop_image
 */
export function layQuadDown(quad: Quad): Quad {
  const [topLeft, topRight, bottomRight, bottomLeft] = quad;
  const isUpright = quadHeight(quad) >= 1.5 * quadWidth(quad);
  return isUpright ? [topRight, bottomRight, bottomLeft, topLeft] : quad;
}
