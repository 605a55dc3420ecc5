import { StatusCode, TritonError } from "@nereid/protocol";

/** Where a model is, and what it is asked. */
export interface EmbeddingRequest {
  readonly url: string;
  readonly model: string;
  readonly texts: readonly string[];
}

/**
 * The vectors of some texts.
 *
 * @throws {TritonError} Internal with the server's text if it refuses
 */
export async function embedTexts(request: EmbeddingRequest): Promise<readonly Float32Array[]> {
  const { url, model, texts } = request;
  const response = await fetch(`${url}/v2/models/${model}/infer`, {
    method: "POST",
    body: JSON.stringify({
      inputs: [{ name: "text", datatype: "BYTES", shape: [texts.length, 1], data: texts }],
    }),
  });
  if (!response.ok) {
    throw new TritonError(StatusCode.Internal, `${model}: ${await response.text()}`);
  }
  // The server's answer to a request that asks for JSON.
  const { outputs } = (await response.json()) as {
    readonly outputs: readonly { readonly shape: readonly number[]; readonly data: number[] }[];
  };
  const { shape = [], data = [] } = outputs[0] ?? {};
  const width = shape[1] ?? 0;
  return texts.map((_, index) => Float32Array.from(data.slice(index * width, (index + 1) * width)));
}

/** The cosine of the angle between two vectors of length 1. */
export function similarity(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

/** The largest difference between two lists of vectors, element by element. */
export function largestDifference(
  left: readonly Float32Array[],
  right: readonly Float32Array[],
): number {
  let largest = left.length === right.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [row, vector] of left.entries()) {
    const other = right[row] ?? new Float32Array();
    if (other.length !== vector.length) {
      return Number.POSITIVE_INFINITY;
    }
    for (const [index, value] of vector.entries()) {
      largest = Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN)));
    }
  }
  return largest;
}
