import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import sharp from "sharp";
import { readImage } from "./read-image.ts";

const directory = mkdtempSync(join(tmpdir(), "nereid-read-image-"));
after(() => rmSync(directory, { recursive: true }));

/** A picture of 2 by 1 pixels with these channels. */
function image(channels: 1 | 2 | 3 | 4, values: readonly number[]) {
  return sharp(Uint8Array.from(values), { raw: { width: 2, height: 1, channels } });
}

test("colours come as red, green, blue", async () => {
  const path = join(directory, "colour.png");
  await image(3, [255, 128, 0, 1, 2, 3]).png().toFile(path);
  const { width, height, pixels } = await readImage(path);
  assert.deepEqual([width, height, ...pixels], [2, 1, 255, 128, 0, 1, 2, 3]);
});

test("a grey picture has three equal channels", async () => {
  const path = join(directory, "grey.png");
  await image(1, [7, 250]).png().toFile(path);
  assert.deepEqual([...(await readImage(path)).pixels], [7, 7, 7, 250, 250, 250]);
});

test("what is transparent becomes white", async () => {
  const path = join(directory, "transparent.png");
  await image(4, [10, 20, 30, 255, 10, 20, 30, 0]).png().toFile(path);
  assert.deepEqual([...(await readImage(path)).pixels], [10, 20, 30, 255, 255, 255]);
});

test("a picture with 16 bits a channel is read with 8", async () => {
  const path = join(directory, "deep.png");
  await image(3, [255, 128, 0, 1, 2, 3]).toColourspace("rgb16").png().toFile(path);
  const { pixels } = await readImage(path);
  assert.deepEqual([...pixels], [255, 128, 0, 1, 2, 3]);
});

test("a photograph is turned the way up that its EXIF data says", async () => {
  const path = join(directory, "turned.jpg");
  await image(3, [255, 255, 255, 0, 0, 0]).withMetadata({ orientation: 6 }).jpeg().toFile(path);
  const { width, height } = await readImage(path);
  assert.deepEqual([width, height], [1, 2]);
});

test("a file that is not there, and one that is not a picture, are told apart", async () => {
  await assert.rejects(
    readImage(join(directory, "none.png")),
    (error) => error instanceof TritonError && error.code === StatusCode.NotFound,
  );
  const path = join(directory, "text.png");
  writeFileSync(path, "This is no picture.");
  await assert.rejects(
    readImage(path),
    (error) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      error.message.startsWith(`${path} is not an image: `),
  );
});
