import assert from "node:assert/strict";
import { test } from "node:test";
import { type Quad, turnQuad } from "./quad.ts";
import { FakeInferClient } from "./testing/fake-infer-client.ts";
import type { TextRegion } from "./text-region.ts";
import { turnUpright } from "./turn-upright.ts";

const QUAD: Quad = [
  { x: 0, y: 0 },
  { x: 2, y: 0 },
  { x: 2, y: 1 },
  { x: 0, y: 1 },
];

/** A line whose first pixel is this light, 0 to 1; the second is black. */
function region(lightness: number): TextRegion {
  const level = Math.round(255 * lightness);
  return {
    quad: QUAD,
    crop: { width: 2, height: 1, pixels: Uint8Array.of(level, level, level, 0, 0, 0) },
  };
}

/** A client whose model takes a line's lightness for the probability that it is upside down; two lines a request. */
function createClient(): FakeInferClient {
  return new FakeInferClient({
    maxBatchSize: 2,
    answer: ({ input }) => {
      const count = input.shape[0]!;
      const itemLength = input.values.length / count;
      const probabilities = Array.from({ length: count }, (_, index) => {
        const turned = (input.values[index * itemLength]! + 1) / 2;
        return [1 - turned, turned];
      });
      return { shape: [count, 2], values: Float32Array.from(probabilities.flat()) };
    },
  });
}

test("only lines that are surely upside down are turned, picture and outline; the order stays", async () => {
  const regions = [region(0.1), region(1), region(0.85)];
  const upright = await turnUpright(createClient(), regions);
  assert.equal(upright[0], regions[0]);
  assert.deepEqual(upright[1]!.quad, turnQuad(QUAD));
  assert.deepEqual([...upright[1]!.crop.pixels], [0, 0, 0, 255, 255, 255]);
  assert.equal(upright[2], regions[2]);
});

test("requests are no larger than the model takes", async () => {
  const client = createClient();
  await turnUpright(client, [region(0.1), region(0.2), region(0.3)]);
  // Whichever was ready first.
  assert.deepEqual(client.inferences.map(({ input }) => input.shape.join()).toSorted(), [
    "1,3,48,192",
    "2,3,48,192",
  ]);
});

test("no lines, no requests", async () => {
  const client = createClient();
  assert.deepEqual(await turnUpright(client, []), []);
  assert.equal(client.inferences.length, 0);
});
