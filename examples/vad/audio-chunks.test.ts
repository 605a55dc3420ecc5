import assert from "node:assert/strict";
import { test } from "node:test";
import { audioChunks, CHUNK_SAMPLES, CONTEXT_SAMPLES } from "./audio-chunks.ts";

test("a chunk begins with the end of the chunk before, the first with silence, and the last ends with it", () => {
  const samples = Float32Array.from({ length: 2 * CHUNK_SAMPLES + 10 }, (_, index) => index + 1);
  const chunks = [...audioChunks(samples)];
  assert.equal(chunks.length, 3);
  for (const [index, chunk] of chunks.entries()) {
    const first = index * CHUNK_SAMPLES - CONTEXT_SAMPLES;
    const expected = Array.from(
      { length: CONTEXT_SAMPLES + CHUNK_SAMPLES },
      (_, offset) => samples[first + offset] ?? 0,
    );
    assert.deepEqual([...chunk], expected);
  }
});

test("no sound has no chunks", () => {
  assert.deepEqual([...audioChunks(new Float32Array())], []);
});
