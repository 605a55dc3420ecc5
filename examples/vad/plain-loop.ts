import { StatusCode, TritonError } from "@nereid/protocol";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { CHUNK_SAMPLES, CONTEXT_SAMPLES, RATE_HZ } from "./audio-chunks.ts";

const STATE_SHAPE = [2, 1, 128] as const;

/**
 * The same without a server: ONNX Runtime in this process, and a state that the loop hands on by itself.
 *
 * @param path of the model file
 * @returns the probability of speech in each chunk
 */
export async function plainSpeech(path: string, chunks: Iterable<Float32Array>): Promise<number[]> {
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: 1,
    // The file has initializers that nothing uses, of which it warns.
    logSeverityLevel: 3,
  });
  const rate = new Tensor("int64", BigInt64Array.of(BigInt(RATE_HZ)), []);
  let state = new Tensor("float32", new Float32Array(2 * 128), STATE_SHAPE);
  const probabilities: number[] = [];
  try {
    for (const chunk of chunks) {
      const input = new Tensor("float32", chunk, [1, CONTEXT_SAMPLES + CHUNK_SAMPLES]);
      const { output, stateN } = await session.run({ input, state, sr: rate });
      const probability = output?.data[0];
      if (typeof probability !== "number" || stateN === undefined) {
        throw new TritonError(StatusCode.Internal, "the model gives no probability and state");
      }
      probabilities.push(probability);
      // Of the type of the state that went in: the model has one.
      state = stateN as typeof state;
    }
  } finally {
    await session.release();
  }
  return probabilities;
}
