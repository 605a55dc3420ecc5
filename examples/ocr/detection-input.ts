import type { FloatTensor } from "./float-tensor.ts";
import { DETECTION_NORMALIZATION, writeNormalized } from "./normalize-pixels.ts";
import { resizeImage } from "./resize-image.ts";
import type { RgbImage } from "./rgb-image.ts";

/** A picture is shrunk until its longer side has at most this many pixels. */
const SIDE_MAX = 960;
/** The detector halves its input five times. */
const SIDE_MULTIPLE = 32;

/**
 * The size at which a picture goes through text detection: its own, or less if a side is longer than 960, and each side
 * the nearest multiple of 32 (so that proportions change a little).
 *
 * @see PaddleOCR ppocr/data/imaug/operators.py, DetResizeForTest (limit_type max)
 */
export function detectionSize(image: { readonly width: number; readonly height: number }): {
  readonly width: number;
  readonly height: number;
} {
  const scale = Math.min(1, SIDE_MAX / Math.max(image.width, image.height));
  return {
    width: nearestMultiple(image.width * scale),
    height: nearestMultiple(image.height * scale),
  };
}

function nearestMultiple(side: number): number {
  return Math.max(SIDE_MULTIPLE, Math.round(side / SIDE_MULTIPLE) * SIDE_MULTIPLE);
}

/** The input of text detection for one picture: `[1, 3, height, width]`. */
export async function detectionInput(image: RgbImage): Promise<FloatTensor> {
  const size = detectionSize(image);
  const values = new Float32Array(3 * size.height * size.width);
  const resized = await resizeImage(image, size);
  writeNormalized(resized, DETECTION_NORMALIZATION, values, size.width);
  return { shape: [1, 3, size.height, size.width], values };
}
