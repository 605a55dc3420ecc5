import { batchesOf } from "./batches.ts";
import { type DecodedText, decodeCtc } from "./ctc-decode.ts";
import type { InferClient } from "./infer-client.ts";
import { lineInput, lineWidth } from "./line-input.ts";
import { mapConcurrently } from "./map-concurrently.ts";
import type { Quad } from "./quad.ts";
import type { RgbImage } from "./rgb-image.ts";
import type { TextRegion } from "./text-region.ts";

/** The model that reads lines, as `examples/models` names it. */
const RECOGNITION_MODEL = "text_recognition";

/** Shorter lines are filled up to this width, as in training. */
const WIDTH_MIN = 320;
/** Longer lines are squeezed to this width. */
const WIDTH_MAX = 3200;
/** Requests under way at once. */
const REQUESTS_MAX = 2;

/** A line of text that was read. */
export interface RecognizedText extends DecodedText {
  /** Where it stands, in the picture's pixels. */
  readonly quad: Quad;
}

/**
 * Reads cut-out lines. Lines of like proportions go together in one request, as wide as the widest of them, so that
 * little of a batch is filling.
 *
 * @param characters by class, see `classCharacters`
 * @returns in no order
 */
export async function recognizeText(
  client: InferClient,
  regions: readonly TextRegion[],
  characters: readonly string[],
): Promise<readonly RecognizedText[]> {
  const batchSize = await client.maxBatchSize(RECOGNITION_MODEL);
  const byWidth = [...regions].sort(
    (left, right) => proportion(left.crop) - proportion(right.crop),
  );
  const batches = await mapConcurrently(
    batchesOf(byWidth, batchSize),
    REQUESTS_MAX,
    async (batch) => {
      const crops = batch.map((region) => region.crop);
      const widths = crops.map((crop) => lineWidth(crop, WIDTH_MAX));
      const { values } = await client.infer({
        modelName: RECOGNITION_MODEL,
        inputName: "x",
        input: await lineInput(crops, Math.max(WIDTH_MIN, ...widths)),
        outputName: "softmax_11.tmp_0",
      });
      const itemLength = values.length / batch.length;
      return batch.map(({ quad }, index) => ({
        quad,
        ...decodeCtc(values.subarray(index * itemLength, (index + 1) * itemLength), characters),
      }));
    },
  );
  return batches.flat();
}

function proportion(crop: RgbImage): number {
  return crop.width / crop.height;
}
