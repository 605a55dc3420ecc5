import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { makeSample } from "./make-sample.ts";
import { RECEIPT_TEXT } from "./sample-scene/receipt.ts";

test("the picture that ships is the one that the script makes", async () => {
  const made = await sharp(await makeSample())
    .raw()
    .toBuffer({ resolveWithObject: true });
  const shipped = await sharp(join(import.meta.dirname, "sample.jpg"))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual(made.info, shipped.info);
  // Another processor may round differently while drawing and compressing.
  let difference = 0;
  for (const [index, value] of made.data.entries()) {
    difference += Math.abs(value - shipped.data[index]!);
  }
  assert.ok(
    difference / made.data.length < 0.5,
    `mean difference ${difference / made.data.length}`,
  );
});

test("another seed makes another picture", async () => {
  assert.notDeepEqual(await makeSample(1), readFileSync(join(import.meta.dirname, "sample.jpg")));
});

test("the text that ships is what the picture says", () => {
  assert.equal(readFileSync(join(import.meta.dirname, "sample.txt"), "utf8"), RECEIPT_TEXT);
});
