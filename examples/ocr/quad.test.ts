import assert from "node:assert/strict";
import { test } from "node:test";
import {
  distance,
  layQuadDown,
  type Quad,
  quadCenter,
  quadHeight,
  quadWidth,
  turnQuad,
} from "./quad.ts";

/** 40 wide above and 30 below, 20 high. */
const QUAD: Quad = [
  { x: 10, y: 10 },
  { x: 50, y: 10 },
  { x: 40, y: 30 },
  { x: 10, y: 30 },
];

test("distance of two points", () => {
  assert.equal(distance({ x: 1, y: 2 }, { x: 4, y: 6 }), 5);
});

test("width and height are those of the longer of two opposite sides", () => {
  assert.equal(quadWidth(QUAD), 40);
  assert.equal(quadHeight(QUAD), Math.hypot(10, 20));
});

test("the center is the mean of the corners", () => {
  assert.deepEqual(quadCenter(QUAD), { x: 27.5, y: 20 });
});

test("turning twice gives the quad back", () => {
  assert.deepEqual(turnQuad(QUAD)[0], QUAD[2]);
  assert.deepEqual(turnQuad(turnQuad(QUAD)), QUAD);
});

test("a quad one and a half times as high as wide is read along its right side, downwards", () => {
  const upright: Quad = [
    { x: 0, y: 0 },
    { x: 20, y: 0 },
    { x: 20, y: 30 },
    { x: 0, y: 30 },
  ];
  const laid = layQuadDown(upright);
  assert.deepEqual(laid[0], { x: 20, y: 0 });
  assert.deepEqual(laid[1], { x: 20, y: 30 });
  assert.equal(quadWidth(laid), 30);
  assert.equal(quadHeight(laid), 20);
});

test("a quad that is less high stays", () => {
  assert.equal(layQuadDown(QUAD), QUAD);
});
