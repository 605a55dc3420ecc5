import assert from "node:assert/strict";
import { test } from "node:test";
import { LINE_HEIGHT, lineInput, lineWidth } from "./line-input.ts";
import type { RgbImage } from "./rgb-image.ts";

function white(width: number, height: number): RgbImage {
  return { width, height, pixels: new Uint8Array(width * height * 3).fill(255) };
}

test("a line keeps its proportions up to the greatest width", () => {
  assert.equal(lineWidth(white(96, 24), 320), 192);
  assert.equal(lineWidth(white(100, 36), 320), 134);
  assert.equal(lineWidth(white(1000, 24), 320), 320);
  assert.equal(lineWidth(white(1, 500), 320), 1);
});

test("each line is followed by zeros, in every row and plane of its item", async () => {
  const { shape, values } = await lineInput([white(24, 24), white(48, 24)], 80);
  assert.deepEqual(shape, [2, 3, LINE_HEIGHT, 80]);
  const rows = Array.from({ length: 2 * 3 * LINE_HEIGHT }, (_, row) =>
    values.subarray(row * 80, (row + 1) * 80),
  );
  for (const [index, row] of rows.entries()) {
    const width = index < 3 * LINE_HEIGHT ? 48 : 80;
    assert.ok(row.subarray(0, width).every((value) => value === 1));
    assert.ok(row.subarray(width).every((value) => value === 0));
  }
});
