import sharp from "sharp";
import type { RgbImage } from "./rgb-image.ts";

/** The picture at another size, whatever becomes of its proportions; bilinear, over all pixels when it shrinks. */
export async function resizeImage(
  image: RgbImage,
  size: { readonly width: number; readonly height: number },
): Promise<RgbImage> {
  if (size.width === image.width && size.height === image.height) {
    return image;
  }
  const pixels = await sharp(image.pixels, {
    raw: { width: image.width, height: image.height, channels: 3 },
  })
    .resize({ ...size, fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
  return { ...size, pixels };
}
