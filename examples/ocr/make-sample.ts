import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { photograph } from "./sample-scene/photograph.ts";
import { printReceipt, RECEIPT_TEXT } from "./sample-scene/receipt.ts";
import { sceneColour } from "./sample-scene/table-and-paper.ts";

const SEED = 20;

/**
 * Makes the example's picture: a receipt on a wooden table, photographed by hand. The same seed makes the same picture.
 *
 * @returns a JPEG file
 */
export async function makeSample(seed: number = SEED): Promise<Uint8Array> {
  const print = await printReceipt(3);
  const photo = photograph(
    {
      width: 900,
      height: 1200,
      view: [
        { x: -90, y: -70 },
        { x: 700, y: -128 },
        { x: 748, y: 908 },
        { x: -30, y: 936 },
      ],
      seed,
    },
    (point) => sceneColour(point, print, seed),
  );
  return sharp(photo.pixels, {
    raw: { width: photo.width, height: photo.height, channels: 3 },
  })
    .blur(0.8)
    .jpeg({ quality: 80 })
    .toBuffer();
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, "sample.jpg"), await makeSample());
  writeFileSync(join(import.meta.dirname, "sample.txt"), RECEIPT_TEXT);
}
