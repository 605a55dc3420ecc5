import assert from "node:assert/strict";
import { test } from "node:test";
import { turnImage } from "./rgb-image.ts";

test("turning by 180 degrees reverses the pixels and keeps the order of their colours", () => {
  const pixels = Uint8Array.from({ length: 2 * 3 * 3 }, (_, index) => index);
  const turned = turnImage({ width: 2, height: 3, pixels });
  assert.equal(turned.width, 2);
  assert.equal(turned.height, 3);
  assert.deepEqual(
    [...turned.pixels],
    [15, 16, 17, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2],
  );
});
