import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { annotateImage } from "./annotate-image.ts";
import type { Quad } from "./quad.ts";
import { readImage } from "./read-image.ts";

const directory = mkdtempSync(join(tmpdir(), "nereid-annotate-image-"));
after(() => rmSync(directory, { recursive: true }));

const GREY = { width: 100, height: 60, pixels: new Uint8Array(100 * 60 * 3).fill(128) };
const QUAD: Quad = [
  { x: 20, y: 20 },
  { x: 80, y: 20 },
  { x: 80, y: 40 },
  { x: 20, y: 40 },
];

test("the upper side is orange, the others green, the rest of the picture stays", async () => {
  const path = join(directory, "outlined.png");
  await annotateImage(GREY, [{ text: "", confidence: 1, quads: [QUAD] }], path);
  const { width, pixels } = await readImage(path);
  const at = (x: number, y: number): readonly number[] => [
    ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];
  assert.deepEqual(at(5, 5), [128, 128, 128]);
  const [topRed, topGreen, topBlue] = at(50, 20);
  assert.ok(topRed! > 200 && topGreen! < 150 && topBlue! < 60);
  const [bottomRed, bottomGreen] = at(50, 40);
  assert.ok(bottomRed! < 60 && bottomGreen! > 120);
});

test("a picture without text is written as it is", async () => {
  const path = join(directory, "plain.png");
  await annotateImage(GREY, [], path);
  assert.deepEqual(await readImage(path), { ...GREY, pixels: Buffer.from(GREY.pixels) });
});

test("a file name without a known ending is refused with a reason", async () => {
  await assert.rejects(
    annotateImage(GREY, [], join(directory, "picture.txt")),
    (error) => error instanceof TritonError && error.code === StatusCode.InvalidArg,
  );
});
