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

function region(level: number): TextRegion {
  return {
    quad: QUAD,
    crop: { width: 2, height: 1, pixels: Uint8Array.of(level, level, level, 0, 0, 0) },
  };
}

/** A client whose model finds lines upside down with this probability, one after the other. */
function clientWith(probabilities: readonly number[]): FakeInferClient {
  let next = 0;
  return new FakeInferClient({
    maxBatchSize: 2,
    answer: ({ input }) => {
      const count = input.shape[0]!;
      const part = probabilities.slice(next, next + count);
      next += count;
      return {
        shape: [count, 2],
        values: Float32Array.from(part.flatMap((turned) => [1 - turned, turned])),
      };
    },
  });
}

test("only lines that are surely upside down are turned, picture and outline; the order stays", async () => {
  const client = clientWith([0.1, 0.95, 0.85]);
  const regions = [region(10), region(20), region(30)];
  const upright = await turnUpright(client, regions);
  assert.equal(upright[0], regions[0]);
  assert.deepEqual(upright[1]!.quad, turnQuad(QUAD));
  assert.deepEqual([...upright[1]!.crop.pixels], [0, 0, 0, 20, 20, 20]);
  assert.equal(upright[2], regions[2]);
});

test("requests are no larger than the model takes", async () => {
  const client = clientWith([0, 0, 0]);
  await turnUpright(client, [region(1), region(2), region(3)]);
  assert.deepEqual(
    client.inferences.map(({ input }) => input.shape),
    [
      [2, 3, 48, 192],
      [1, 3, 48, 192],
    ],
  );
});

test("no lines, no requests", async () => {
  const client = clientWith([]);
  assert.deepEqual(await turnUpright(client, []), []);
  assert.equal(client.inferences.length, 0);
});
