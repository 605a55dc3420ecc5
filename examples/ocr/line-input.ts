import type { FloatTensor } from "./float-tensor.ts";
import { LINE_NORMALIZATION, writeNormalized } from "./normalize-pixels.ts";
import { resizeImage } from "./resize-image.ts";
import type { RgbImage } from "./rgb-image.ts";

/** Height of a line in both models that look at lines, in pixels. */
export const LINE_HEIGHT = 48;

/** Width that a cut-out line has at the models' height: its own proportions, but at most `widthMax`. */
export function lineWidth(crop: RgbImage, widthMax: number): number {
  return Math.min(widthMax, Math.max(1, Math.ceil((LINE_HEIGHT * crop.width) / crop.height)));
}

/**
 * A batch of cut-out lines: each is brought to the models' height, keeps its proportions (a line longer than `width` is
 * squeezed) and is followed by zeros: `[crops, 3, 48, width]`.
 *
 * @see PaddleOCR tools/infer/predict_rec.py, resize_norm_img
 */
export async function lineInput(crops: readonly RgbImage[], width: number): Promise<FloatTensor> {
  const itemLength = 3 * LINE_HEIGHT * width;
  const values = new Float32Array(crops.length * itemLength);
  await Promise.all(
    crops.map(async (crop, index) => {
      const size = { width: lineWidth(crop, width), height: LINE_HEIGHT };
      const item = values.subarray(index * itemLength, (index + 1) * itemLength);
      writeNormalized(await resizeImage(crop, size), LINE_NORMALIZATION, item, width);
    }),
  );
  return { shape: [crops.length, 3, LINE_HEIGHT, width], values };
}
