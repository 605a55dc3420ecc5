import { StatusCode, TritonError } from "@nereid/protocol";

const COUNT_MAX = 2n ** 63n - 1n;

/** A dimension of any size. */
export const WILDCARD = -1n;

/**
 * The number of elements of a configured shape; `WILDCARD` if a dimension is one, 0 for no dimensions.
 *
 * @param name the tensor, as a message names it
 * @throws {TritonError} InvalidArg for a negative dimension, or if the number is no int64
 * @see Triton core src/model_config_utils.h, GetElementCount
 */
export function configuredElementCount(dims: readonly bigint[], name: string): bigint {
  let count = dims.length === 0 ? 0n : 1n;
  for (const dim of dims) {
    if (dim === WILDCARD) {
      return WILDCARD;
    }
    if (dim < 0n) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `tensor '${name}' contains an invalid dimension in shape [${dims.join(",")}]`,
      );
    }
    count *= dim;
    if (count > COUNT_MAX) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `element count for tensor '${name}' exceeds maximum size of ${COUNT_MAX}`,
      );
    }
  }
  return count;
}
