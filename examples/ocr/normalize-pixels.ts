import type { RgbImage } from "./rgb-image.ts";

/**
 * How bytes become a model's numbers: `(byte / 255 - mean) / deviation`, for blue, green and red in this order: the
 * models were trained on pictures read that way round, with the means of red, green and blue all the same.
 */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** Text detection's. @see PaddleOCR configs/det/ch_PP-OCRv4, NormalizeImage */
export const DETECTION_NORMALIZATION: Normalization = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** That of angle classification and recognition: from -1 to 1. */
export const LINE_NORMALIZATION: Normalization = {
  mean: [0.5, 0.5, 0.5],
  deviation: [0.5, 0.5, 0.5],
};

/**
 * Writes a picture as three planes (blue, green, red) of numbers into one item of a batch.
 *
 * @param target one item, `[3, image.height, rowWidth]`; what lies right of the picture is left as it is
 * @param rowWidth at least the picture's width
 */
export function writeNormalized(
  image: RgbImage,
  normalization: Normalization,
  target: Float32Array,
  rowWidth: number,
): void {
  const { width, height, pixels } = image;
  for (let plane = 0; plane < 3; plane++) {
    const channel = 2 - plane;
    const numbers = numbersOfBytes(normalization, plane);
    for (let y = 0; y < height; y++) {
      let from = y * width * 3 + channel;
      let to = (plane * height + y) * rowWidth;
      for (let x = 0; x < width; x++) {
        target[to] = numbers[pixels[from] as number] as number; // a pixel of the picture; 256 numbers for a byte
        from += 3;
        to++;
      }
    }
  }
}

/** What each of the 256 bytes becomes. */
function numbersOfBytes({ mean, deviation }: Normalization, plane: number): Float32Array {
  const planeMean = mean[plane] as number; // three of each
  const planeDeviation = deviation[plane] as number;
  return Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - planeMean) / planeDeviation);
}
