/** What an encoder says of some texts' tokens, row-major. */
export interface TokenFeatures {
  /** `[texts, length, width]` */
  readonly shape: readonly number[];
  readonly features: Float32Array;
  /** `[texts, length]`: 1 for the tokens that count. */
  readonly mask: BigInt64Array;
}

/** One vector a text, of length 1: the mean of its tokens' features, normalised. `[texts, width]` */
export function poolSentences({ shape, features, mask }: TokenFeatures): {
  readonly shape: readonly [texts: number, width: number];
  readonly vectors: Float32Array;
} {
  const [texts = 0, length = 0, width = 0] = shape;
  const vectors = new Float32Array(texts * width);
  for (let text = 0; text < texts; text++) {
    const sum = new Float64Array(width);
    for (let token = text * length; token < (text + 1) * length; token++) {
      if (mask[token] === 1n) {
        addTo(sum, features, token * width);
      }
    }
    // The count of tokens falls out: the sum and the mean have the same direction.
    const norm = Math.hypot(...sum);
    const vector = vectors.subarray(text * width, (text + 1) * width);
    for (let index = 0; index < width; index++) {
      vector[index] = norm === 0 ? 0 : (sum[index] ?? 0) / norm;
    }
  }
  return { shape: [texts, width], vectors };
}

function addTo(sum: Float64Array, features: Float32Array, start: number): void {
  for (let index = 0; index < sum.length; index++) {
    sum[index] = (sum[index] ?? 0) + (features[start + index] ?? 0);
  }
}
