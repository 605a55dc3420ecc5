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

/** Mixes the four pixels around a point by their nearness (bilinear) and writes red, green, blue at `offset`. */
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
  const weightX = x - 0.5 - left;
  const weightY = y - 0.5 - top;
  const x0 = clamp(left, width - 1) * 3;
  const x1 = clamp(left + 1, width - 1) * 3;
  const row0 = clamp(top, height - 1) * width * 3;
  const row1 = clamp(top + 1, height - 1) * width * 3;
  for (let channel = 0; channel < 3; channel++) {
    // All four indices are in range: columns and rows were clamped to the picture.
    const upperLeft = pixels[row0 + x0 + channel] as number;
    const upperRight = pixels[row0 + x1 + channel] as number;
    const lowerLeft = pixels[row1 + x0 + channel] as number;
    const lowerRight = pixels[row1 + x1 + channel] as number;
    const upper = upperLeft + (upperRight - upperLeft) * weightX;
    const lower = lowerLeft + (lowerRight - lowerLeft) * weightX;
    target[offset + channel] = Math.round(upper + (lower - upper) * weightY);
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max));
}
