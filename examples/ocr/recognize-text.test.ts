import assert from "node:assert/strict";
import { test } from "node:test";
import type { Quad } from "./quad.ts";
import { recognizeText } from "./recognize-text.ts";
import { FakeInferClient } from "./testing/fake-infer-client.ts";
import type { TextRegion } from "./text-region.ts";

/** Classes: 0 blank, 1 a, 2 b, 3 space. */
const CHARACTERS = ["", "a", "b", " "];

/** A white line of this width, 48 high, at x = width. */
function region(width: number): TextRegion {
  const quad: Quad = [
    { x: width, y: 0 },
    { x: 2 * width, y: 0 },
    { x: 2 * width, y: 48 },
    { x: width, y: 48 },
  ];
  return { quad, crop: { width, height: 48, pixels: new Uint8Array(width * 48 * 3).fill(255) } };
}

/** Reads "a" in a line that fills its item, "b" in a shorter one. */
function createClient(maxBatchSize: number): FakeInferClient {
  return new FakeInferClient({
    maxBatchSize,
    answer: ({ input }) => {
      const [count = 0, , , width = 0] = input.shape;
      const itemLength = 3 * 48 * width;
      const values = Array.from({ length: count }, (_, index) => {
        const isFull = input.values[index * itemLength + width - 1] === 1;
        return isFull ? [0, 0.75, 0.25, 0] : [0, 0.25, 0.75, 0];
      });
      return { shape: [count, 1, 4], values: Float32Array.from(values.flat()) };
    },
  });
}

test("lines of like width go together, each request as wide as its widest line", async () => {
  const client = createClient(2);
  const recognized = await recognizeText(
    client,
    [region(900), region(330), region(700), region(400)],
    CHARACTERS,
  );
  // Whichever was ready first.
  assert.deepEqual(client.inferences.map(({ input }) => input.shape.join()).toSorted(), [
    "2,3,48,400",
    "2,3,48,900",
  ]);
  assert.deepEqual(
    recognized.map(({ quad, text, confidence }) => [quad[0].x, text, confidence]),
    [
      [330, "b", 0.75],
      [400, "a", 0.75],
      [700, "b", 0.75],
      [900, "a", 0.75],
    ],
  );
});

test("short lines are filled up to 320, very long ones are squeezed to 3200", async () => {
  const client = createClient(1);
  await recognizeText(client, [region(30), region(5000)], CHARACTERS);
  assert.deepEqual(client.inferences.map(({ input }) => input.shape.join()).toSorted(), [
    "1,3,48,320",
    "1,3,48,3200",
  ]);
});
