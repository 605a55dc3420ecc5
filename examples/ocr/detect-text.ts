import { cropQuad } from "./crop-quad.ts";
import { detectionInput } from "./detection-input.ts";
import type { FloatTensor } from "./float-tensor.ts";
import type { InferClient } from "./infer-client.ts";
import { layQuadDown, type Point, type Quad } from "./quad.ts";
import type { RgbImage } from "./rgb-image.ts";
import { textOutlines } from "./text-outlines.ts";
import type { TextRegion } from "./text-region.ts";

/** The model that finds text, as `examples/models` names it. */
const DETECTION_MODEL = "text_detection";

/** Finds the lines of text of a picture and cuts them out. */
export async function detectText(
  client: InferClient,
  image: RgbImage,
): Promise<readonly TextRegion[]> {
  const input = await detectionInput(image);
  const output = await client.infer({
    modelName: DETECTION_MODEL,
    inputName: "x",
    input,
    outputName: "sigmoid_0.tmp_0",
  });
  return cutTextOut(image, output);
}

/** Cuts out the lines of text of a picture. @param map what text detection says of it, `[1, 1, height, width]` */
export function cutTextOut(image: RgbImage, map: FloatTensor): readonly TextRegion[] {
  const [, , height = 0, width = 0] = map.shape;
  const outlines = textOutlines({ width, height, probabilities: map.values });
  return outlines.map((outline) => {
    const quad = layQuadDown(scaleQuad(outline.quad, image.width / width, image.height / height));
    return { quad, crop: cropQuad(image, quad) };
  });
}

function scaleQuad([a, b, c, d]: Quad, scaleX: number, scaleY: number): Quad {
  const scale = ({ x, y }: Point): Point => ({ x: x * scaleX, y: y * scaleY });
  return [scale(a), scale(b), scale(c), scale(d)];
}
