import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatTensor } from "./float-tensor.ts";
import { readText } from "./read-text.ts";
import { FakeInferClient } from "./testing/fake-infer-client.ts";

/** A page of 320 by 160: two texts side by side, one below. */
const KERNELS = [
  { left: 200, top: 40, width: 60, height: 12 },
  { left: 20, top: 40, width: 60, height: 12 },
  { left: 20, top: 100, width: 60, height: 12 },
];
const IMAGE = { width: 320, height: 160, pixels: new Uint8Array(320 * 160 * 3).fill(255) };

function detection(): FloatTensor {
  const values = new Float32Array(320 * 160);
  for (const { left, top, width, height } of KERNELS) {
    for (let y = top; y < top + height; y++) {
      values.fill(0.9, y * 320 + left, y * 320 + left + width);
    }
  }
  return { shape: [1, 1, 160, 320], values };
}

/** A client whose recognition is this sure of each line. */
function clientWith(confidence: number): FakeInferClient {
  return new FakeInferClient({
    maxBatchSize: 8,
    answer: ({ modelName, input }) => {
      const count = input.shape[0]!;
      switch (modelName) {
        case "text_detection":
          return detection();
        case "text_angle":
          return { shape: [count, 2], values: new Float32Array(2 * count) };
        default:
          return {
            shape: [count, 1, 3],
            values: Float32Array.from(
              Array.from({ length: count }, () => [0, confidence, 0]).flat(),
            ),
          };
      }
    },
  });
}

test("texts in one row become one line, with a space between them", async () => {
  const lines = await readText(clientWith(0.75), IMAGE, ["", "x", " "]);
  assert.deepEqual(
    lines.map(({ text, confidence, quads }) => [text, confidence, quads.length]),
    [
      ["x x", 0.75, 2],
      ["x", 0.75, 1],
    ],
  );
  assert.ok(lines[0]!.quads[0]![0].x < 20);
});

test("texts read with too little confidence are left out", async () => {
  assert.deepEqual(await readText(clientWith(0.4), IMAGE, ["", "x", " "]), []);
});
