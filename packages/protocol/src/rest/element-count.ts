const INT64_MAX = 2n ** 63n - 1n;

/** Why a shape has no element count. Negative, so that it stands where a count would. */
export const CountFault = {
  /** A dimension of 2^64 - 1, which wraps to the wildcard -1. */
  Wildcard: -1n,
  /** A dimension that wraps to another negative number. */
  Negative: -2n,
  /** More than 2^63 - 1 elements. */
  Overflow: -3n,
} as const;

/** The int64 with the same 64 bits. */
export function wrapToInt64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/**
 * Elements of a shape whose dimensions and product are exact in a double: the usual case; -1 for any other shape. A shape
 * of no dimensions has 0 elements, as in the real server's REST layer.
 */
export function smallElementCount(shape: readonly number[]): number {
  let count = shape.length === 0 ? 0 : 1;
  for (let index = 0; index < shape.length; index++) {
    // In range by the loop's bound.
    const dimension = shape[index] as number;
    count *= dimension;
    if (dimension < 0 || dimension > Number.MAX_SAFE_INTEGER || count > Number.MAX_SAFE_INTEGER) {
      return -1;
    }
  }
  return count;
}

/**
 * Elements of any shape, or a `CountFault`. Dimensions are looked at in order: the first fault or zero decides.
 *
 * @see Triton server src/common.cc, GetElementCount
 */
export function exactElementCount(shape: readonly bigint[]): bigint {
  let count = shape.length === 0 ? 0n : 1n;
  for (const dimension of shape) {
    if (dimension === -1n) {
      return CountFault.Wildcard;
    }
    if (dimension < 0n) {
      return CountFault.Negative;
    }
    if (dimension === 0n) {
      return 0n;
    }
    if (count > INT64_MAX / dimension) {
      return CountFault.Overflow;
    }
    count *= dimension;
  }
  return count;
}
