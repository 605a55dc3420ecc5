import assert from "node:assert/strict";
import { test } from "node:test";
import { quadCenter, quadHeight, quadWidth } from "./quad.ts";
import { isInRect, type RotatedRect } from "./rotated-rect.ts";
import { type TextMap, textOutlines } from "./text-outlines.ts";

/** A map that is `probability` where one of the rectangles is, and 0.01 elsewhere. */
function mapWith(
  rects: readonly (RotatedRect & { readonly probability: number })[],
  size = { width: 320, height: 160 },
): TextMap {
  const probabilities = new Float32Array(size.width * size.height).fill(0.01);
  for (let index = 0; index < probabilities.length; index++) {
    const x = (index % size.width) + 0.5;
    const y = Math.floor(index / size.width) + 0.5;
    const rect = rects.find((each) => isInRect(each, { x, y }));
    if (rect !== undefined) {
      probabilities[index] = rect.probability;
    }
  }
  return { ...size, probabilities };
}

function upright(x: number, y: number, probability = 0.9) {
  return { center: { x, y }, direction: { x: 1, y: 0 }, width: 80, height: 10, probability };
}

test("an empty map has no text", () => {
  assert.deepEqual(textOutlines(mapWith([])), []);
});

test("a kernel grows on each side by one and a half times area over perimeter", () => {
  const [outline, none] = textOutlines(mapWith([upright(100, 60)]));
  assert.equal(none, undefined);
  // The kernel spans the pixels' centres: 79 by 9.
  const growth = (1.5 * 79 * 9) / (2 * (79 + 9));
  assert.ok(Math.abs(quadWidth(outline!.quad) - (79 + 2 * growth)) < 1e-6);
  assert.ok(Math.abs(quadHeight(outline!.quad) - (9 + 2 * growth)) < 1e-6);
  assert.deepEqual(quadCenter(outline!.quad), { x: 100, y: 60 });
  assert.ok(Math.abs(outline!.score - 0.9) < 1e-6);
});

test("a tilted line gives a tilted outline", () => {
  const direction = { x: Math.cos(0.2), y: Math.sin(0.2) };
  const rect = { center: { x: 150, y: 80 }, direction, width: 200, height: 14, probability: 0.95 };
  const outlines = textOutlines(mapWith([rect]));
  assert.equal(outlines.length, 1);
  const [topLeft, topRight] = outlines[0]!.quad;
  const angle = Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x);
  assert.ok(Math.abs(angle - 0.2) < 0.01, `angle ${angle}`);
});

test("lines apart are two outlines", () => {
  assert.equal(textOutlines(mapWith([upright(100, 40), upright(100, 80)])).length, 2);
});

test("an improbable line is dropped", () => {
  assert.equal(textOutlines(mapWith([upright(100, 40, 0.55)])).length, 0);
  assert.equal(textOutlines(mapWith([upright(100, 40, 0.65)])).length, 1);
});

test("specks and hairlines are dropped", () => {
  assert.equal(textOutlines(mapWith([{ ...upright(100, 40), width: 2, height: 2 }])).length, 0);
  assert.equal(textOutlines(mapWith([{ ...upright(100, 40), height: 2 }])).length, 0);
});

test("text that touches the picture's edge is found", () => {
  const [outline] = textOutlines(mapWith([upright(40, 5)]));
  assert.ok(outline);
  assert.ok(quadCenter(outline.quad).x > 30);
});

test("of very many specks only so many are looked at", () => {
  const probabilities = Float32Array.from({ length: 512 * 512 }, (_, index) =>
    index % 8 < 5 && Math.floor(index / 512) % 8 < 5 ? 0.9 : 0,
  );
  assert.equal(textOutlines({ width: 512, height: 512, probabilities }).length, 1000);
});
