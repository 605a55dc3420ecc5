import assert from "node:assert/strict";
import { test } from "node:test";
import { cropQuad } from "./crop-quad.ts";
import { type Quad, turnQuad } from "./quad.ts";
import { type RgbImage, turnImage } from "./rgb-image.ts";

/** Each pixel says where it is: red 10x, green 10y, blue 7. */
function gradient(width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let index = 0; index < width * height; index++) {
    pixels.set([10 * (index % width), 10 * Math.floor(index / width), 7], index * 3);
  }
  return { width, height, pixels };
}

function upright(left: number, top: number, right: number, bottom: number): Quad {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

test("the whole picture is itself", () => {
  const image = gradient(6, 4);
  assert.deepEqual(cropQuad(image, upright(0, 0, 6, 4)), image);
});

test("whole pixels are taken as they are", () => {
  const crop = cropQuad(gradient(6, 4), upright(2, 1, 4, 3));
  assert.equal(crop.width, 2);
  assert.equal(crop.height, 2);
  assert.deepEqual([...crop.pixels], [20, 10, 7, 30, 10, 7, 20, 20, 7, 30, 20, 7]);
});

test("between pixels the colours mix", () => {
  const crop = cropQuad(gradient(6, 4), upright(2.5, 1.3, 3.5, 2.3));
  assert.deepEqual([...crop.pixels], [25, 13, 7]);
});

test("beyond the picture its edge repeats", () => {
  const crop = cropQuad(gradient(3, 2), upright(-2, -1, 1, 1));
  assert.deepEqual([...crop.pixels.subarray(0, 9)], [0, 0, 7, 0, 0, 7, 0, 0, 7]);
  const right = cropQuad(gradient(3, 2), upright(2, 1, 5, 2));
  assert.deepEqual([...right.pixels], [20, 10, 7, 20, 10, 7, 20, 10, 7]);
});

test("a turned quad gives the crop turned by 180 degrees", () => {
  const image = gradient(12, 9);
  const quad: Quad = [
    { x: 2, y: 1 },
    { x: 9, y: 2 },
    { x: 9, y: 6 },
    { x: 2, y: 5 },
  ];
  assert.deepEqual(cropQuad(image, turnQuad(quad)), turnImage(cropQuad(image, quad)));
});

test("a quad laid on its side turns the picture by a quarter", () => {
  const [a, b, c, d] = upright(0, 0, 2, 4);
  const crop = cropQuad(gradient(2, 4), [b, c, d, a]);
  assert.equal(crop.width, 4);
  assert.equal(crop.height, 2);
  // The upper row is the right column from the top.
  assert.deepEqual([...crop.pixels.subarray(0, 12)], [10, 0, 7, 10, 10, 7, 10, 20, 7, 10, 30, 7]);
});

test("less than a pixel still gives one", () => {
  const crop = cropQuad(gradient(6, 4), upright(2.4, 1.4, 2.6, 1.6));
  assert.deepEqual(
    { ...crop, pixels: [...crop.pixels] },
    { width: 1, height: 1, pixels: [20, 10, 7] },
  );
});
