import assert from "node:assert/strict";
import { test } from "node:test";
import { poolSentences } from "./pool-sentences.ts";

test("the mean of the tokens that count, with length 1", () => {
  const { shape, vectors } = poolSentences({
    shape: [2, 2, 2],
    features: Float32Array.of(3, 0, 0, 4, 6, 8, 100, 100),
    mask: BigInt64Array.of(1n, 1n, 1n, 0n),
  });
  assert.deepEqual(shape, [2, 2]);
  assert.deepEqual(vectors, Float32Array.of(0.6, 0.8, 0.6, 0.8));
});

test("nothing that counts gives zeros, not NaN", () => {
  const features = Float32Array.of(5, 5);
  const nothing = poolSentences({ shape: [1, 1, 2], features, mask: BigInt64Array.of(0n) });
  assert.deepEqual(nothing.vectors, Float32Array.of(0, 0));
  const none = poolSentences({
    shape: [0, 4, 2],
    features: new Float32Array(),
    mask: new BigInt64Array(),
  });
  assert.deepEqual(none.shape, [0, 2]);
});
