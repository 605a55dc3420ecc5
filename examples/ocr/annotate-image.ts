import { StatusCode, TritonError } from "@nereid/protocol";
import sharp from "sharp";
import type { Quad } from "./quad.ts";
import type { TextLine } from "./read-text.ts";
import type { RgbImage } from "./rgb-image.ts";

/**
 * Writes a picture with the outline of each line of text drawn on it, the upper side (as the reader sees it) in orange,
 * the others in green.
 *
 * @param path its ending decides the format (.png, .jpg, .webp …)
 * @throws {TritonError} InvalidArg if the ending is not known or the file cannot be written
 */
export async function annotateImage(
  image: RgbImage,
  lines: readonly TextLine[],
  path: string,
): Promise<void> {
  const { width, height, pixels } = image;
  try {
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .composite([{ input: Buffer.from(outlinesSvg(image, lines)) }])
      .toFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TritonError(StatusCode.InvalidArg, `cannot write ${path}: ${reason}`, { cause });
  }
}

/** The drawing alone. */
function outlinesSvg(
  { width, height }: { readonly width: number; readonly height: number },
  lines: readonly TextLine[],
): string {
  const stroke = Math.max(2, Math.round(Math.max(width, height) / 400));
  const shapes = lines.flatMap(({ quads }) => quads.map(outlineSvg));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `fill="none" stroke-width="${stroke}" stroke-linejoin="round" stroke-linecap="round">${shapes.join("")}</svg>`
  );
}

function outlineSvg(quad: Quad): string {
  const [topLeft, topRight] = quad;
  const corners = quad.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return (
    `<polygon points="${corners.join(" ")}" fill="#00c853" fill-opacity="0.12" stroke="#00a344"/>` +
    `<line x1="${topLeft.x.toFixed(1)}" y1="${topLeft.y.toFixed(1)}" ` +
    `x2="${topRight.x.toFixed(1)}" y2="${topRight.y.toFixed(1)}" stroke="#ff6d00"/>`
  );
}
