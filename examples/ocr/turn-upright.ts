import { batchesOf } from "./batches.ts";
import type { InferClient } from "./infer-client.ts";
import { lineInput } from "./line-input.ts";
import { mapConcurrently } from "./map-concurrently.ts";
import { turnQuad } from "./quad.ts";
import { turnImage } from "./rgb-image.ts";
import type { TextRegion } from "./text-region.ts";

/** The model that tells upright text from upside-down text, as `examples/models` names it. */
const ANGLE_MODEL = "text_angle";

/** Width of that model's input. */
const WIDTH = 192;
/** A line is turned only if the model is this sure. */
const TURNED_THRESHOLD = 0.9;
/** Requests under way at once. */
const REQUESTS_MAX = 2;

/** Turns the lines that stand upside down, picture and outline. The order of the lines stays. */
export async function turnUpright(
  client: InferClient,
  regions: readonly TextRegion[],
): Promise<readonly TextRegion[]> {
  const batchSize = await client.maxBatchSize(ANGLE_MODEL);
  const batches = await mapConcurrently(
    batchesOf(regions, batchSize),
    REQUESTS_MAX,
    async (batch) => {
      const crops = batch.map((region) => region.crop);
      const { values } = await client.infer({
        modelName: ANGLE_MODEL,
        inputName: "x",
        input: await lineInput(crops, WIDTH),
        outputName: "softmax_0.tmp_0",
      });
      // Two numbers for each line: the probabilities of 0 and of 180 degrees.
      return batch.map((region, index) =>
        (values[2 * index + 1] ?? 0) > TURNED_THRESHOLD ? turnRegion(region) : region,
      );
    },
  );
  return batches.flat();
}

function turnRegion({ quad, crop }: TextRegion): TextRegion {
  return { quad: turnQuad(quad), crop: turnImage(crop) };
}
