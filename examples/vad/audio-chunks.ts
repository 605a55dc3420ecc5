/** Samples a second that the model is fed with. */
export const RATE_HZ = 16_000;

/** Samples that a step hears for the first time: 32 ms. */
export const CHUNK_SAMPLES = 512;

/** Samples of the step before that a step hears again. */
export const CONTEXT_SAMPLES = 64;

/**
 * The model's inputs, step by step: each chunk behind the end of the chunk before, silence before the first and behind the last.
 *
 * @param samples at 16 kHz
 * @see https://github.com/snakers4/silero-vad src/silero_vad/utils_vad.py, OnnxWrapper
 */
export function* audioChunks(samples: Float32Array): Generator<Float32Array<ArrayBuffer>> {
  for (let start = 0; start < samples.length; start += CHUNK_SAMPLES) {
    const chunk = new Float32Array(CONTEXT_SAMPLES + CHUNK_SAMPLES);
    const from = start - CONTEXT_SAMPLES;
    chunk.set(samples.subarray(Math.max(0, from), start + CHUNK_SAMPLES), Math.max(0, -from));
    yield chunk;
  }
}
