import { homographyToQuad, mapPoint } from "./homography.ts";
import { type Quad, quadHeight, quadWidth } from "./quad.ts";
import type { RgbImage } from "./rgb-image.ts";

/**
 * Cuts a quad out of a picture and straightens it, at the size that it has there (at least one pixel). What lies outside
 * the picture repeats its edge.
 */
export function cropQuad(image: RgbImage, quad: Quad): RgbImage {
  const width = Math.max(1, Math.round(quadWidth(quad)));
  const height = Math.max(1, Math.round(quadHeight(quad)));
  const pixels = new Uint8Array(width * height * 3);
  const map = homographyToQuad(quad);
  let target = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const { x, y } = mapPoint(map, (column + 0.5) / width, (row + 0.5) / height);
      samplePixel(image, x, y, pixels, target);
      target += 3;
    }
  }
  return { width, height, pixels };
}

/**
 * Mixes the sixteen pixels around a point (bicubic, Catmull-Rom: it keeps edges sharper than the nearest four would) and
 * writes red, green, blue at `offset`.
 */
function samplePixel(
  { width, height, pixels }: RgbImage,
  x: number,
  y: number,
  target: Uint8Array,
  offset: number,
): void {
  // Pixel centres lie at halves.
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const weightsX = cubicWeights(x - 0.5 - left);
  const weightsY = cubicWeights(y - 0.5 - top);
  let red = 0;
  let green = 0;
  let blue = 0;
  for (const [dy, weightY] of weightsY.entries()) {
    const row = clamp(top - 1 + dy, height - 1) * width;
    for (const [dx, weightX] of weightsX.entries()) {
      const weight = weightX * weightY;
      const at = (row + clamp(left - 1 + dx, width - 1)) * 3;
      // In range: row and column were clamped to the picture.
      red += weight * (pixels[at] as number);
      green += weight * (pixels[at + 1] as number);
      blue += weight * (pixels[at + 2] as number);
    }
  }
  target[offset] = clamp(Math.round(red), 255);
  target[offset + 1] = clamp(Math.round(green), 255);
  target[offset + 2] = clamp(Math.round(blue), 255);
}

/** How much the four neighbours on a line count for a point that lies `t` (0 to 1) behind the second of them. */
function cubicWeights(t: number): readonly [number, number, number, number] {
  const square = t * t;
  const cube = square * t;
  return [
    (2 * square - cube - t) / 2,
    (3 * cube - 5 * square + 2) / 2,
    (4 * square - 3 * cube + t) / 2,
    (cube - square) / 2,
  ];
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max));
}
