import type { Quad } from "./quad.ts";
import type { RgbImage } from "./rgb-image.ts";

/** A line of text found in a picture, not yet read. */
export interface TextRegion {
  /** In the picture's pixels. */
  readonly quad: Quad;
  /** The quad, straightened. */
  readonly crop: RgbImage;
}
