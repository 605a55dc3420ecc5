/** Number of elements of a shape without wildcards; 1 for a scalar, 0 if any dimension is 0. Exact up to 2^53. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (let index = 0; index < shape.length; index++) {
    count *= shape[index] as number; // in range by the loop's bound
  }
  return count;
}

/** `[1,16]`: the form in which Triton prints shapes in its messages. */
export function formatShape(shape: readonly (number | bigint)[]): string {
  return `[${shape.join(",")}]`;
}

/** Whether both shapes are the same, dimension by dimension (a wildcard equals only a wildcard). */
export function isSameShape(left: readonly number[], right: readonly number[]): boolean {
  if (left.length !== right.length) {
    return false;
  }
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) {
      return false;
    }
  }
  return true;
}
