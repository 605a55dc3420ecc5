import assert from "node:assert/strict";
import { test } from "node:test";
import { homographyToQuad, mapPoint } from "./homography.ts";
import type { Point, Quad } from "./quad.ts";

function near(actual: Point, wanted: Point): void {
  assert.ok(
    Math.hypot(actual.x - wanted.x, actual.y - wanted.y) < 1e-9,
    `${JSON.stringify(actual)} is not ${JSON.stringify(wanted)}`,
  );
}

test("the unit square's corners go to the quad's", () => {
  const quad: Quad = [
    { x: 3, y: 5 },
    { x: 90, y: 11 },
    { x: 80, y: 60 },
    { x: 10, y: 44 },
  ];
  const map = homographyToQuad(quad);
  near(mapPoint(map, 0, 0), quad[0]);
  near(mapPoint(map, 1, 0), quad[1]);
  near(mapPoint(map, 1, 1), quad[2]);
  near(mapPoint(map, 0, 1), quad[3]);
});

test("straight lines stay straight: the diagonals' crossing is the square's middle", () => {
  const quad: Quad = [
    { x: 0, y: 0 },
    { x: 8, y: 0 },
    { x: 6, y: 4 },
    { x: 2, y: 4 },
  ];
  // The diagonals of this trapezium cross at two thirds of its height.
  near(mapPoint(homographyToQuad(quad), 0.5, 0.5), { x: 4, y: 8 / 3 });
});

test("a parallelogram keeps equal distances equal", () => {
  const quad: Quad = [
    { x: 0, y: 0 },
    { x: 10, y: 2 },
    { x: 13, y: 8 },
    { x: 3, y: 6 },
  ];
  const map = homographyToQuad(quad);
  near(mapPoint(map, 0.25, 0), { x: 2.5, y: 0.5 });
  near(mapPoint(map, 0.5, 0.5), { x: 6.5, y: 4 });
});
