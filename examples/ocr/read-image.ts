import { existsSync } from "node:fs";
import { StatusCode, TritonError } from "@nereid/protocol";
import sharp from "sharp";
import type { RgbImage } from "./rgb-image.ts";

/**
 * Reads a picture of any format that sharp knows (JPEG, PNG, WebP, GIF, AVIF, TIFF, SVG), the way up that its EXIF data
 * says, in eight-bit sRGB; what is transparent becomes white.
 *
 * @throws {TritonError} NotFound if there is no such file, InvalidArg if it is not a picture
 */
export async function readImage(path: string): Promise<RgbImage> {
  if (!existsSync(path)) {
    throw new TritonError(StatusCode.NotFound, `there is no file ${path}`);
  }
  return decodeImage(path, path);
}

/**
 * Decodes a picture as `readImage` does.
 *
 * @param source the file's bytes, or its path
 * @param name what errors call it
 * @throws {TritonError} InvalidArg if it is not a picture
 */
export async function decodeImage(source: string | Uint8Array, name: string): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(source)
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: data };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TritonError(StatusCode.InvalidArg, `${name} is not an image: ${reason}`, { cause });
  }
}
