import { assert } from "../../base/assert.ts";

/** A row-major array of elements of a fixed size. */
export interface PackedArray {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

/** The part of two arrays of one rank that has all indices below `shape`. */
export interface Corner {
  readonly shape: readonly number[];
  readonly elementBytes: number;
}

/** The dimension from which on a corner's elements lie together in both arrays: its own partial size and all behind it. */
function runDimension(shape: readonly number[], left: readonly number[], right: readonly number[]) {
  let dimension = shape.length - 1;
  while (
    dimension > 0 &&
    shape[dimension] === left[dimension] &&
    shape[dimension] === right[dimension]
  ) {
    dimension--;
  }
  return dimension;
}

/** The corner of `source` as a view; null if its elements do not lie together. */
export function cornerView(
  { bytes, shape: full }: PackedArray,
  { shape, elementBytes }: Corner,
): Uint8Array | null {
  const dimension = runDimension(shape, full, full);
  let count = 1;
  for (let index = 0; index < shape.length; index++) {
    const size = shape[index] ?? 0;
    if (index < dimension && size > 1) {
      return null;
    }
    count *= size;
  }
  return bytes.subarray(0, count * elementBytes);
}

/** Copies the corner of `source` to that of `target`. The rest of `target` stays as it is. */
export function copyCorner(source: PackedArray, target: PackedArray, corner: Corner): void {
  const { shape, elementBytes } = corner;
  assert(
    source.shape.length === shape.length && target.shape.length === shape.length,
    "a corner has the rank of its arrays",
  );
  if (shape.includes(0)) {
    return;
  }
  const dimension = runDimension(shape, source.shape, target.shape);
  let runBytes = elementBytes;
  for (let index = Math.max(0, dimension); index < shape.length; index++) {
    runBytes *= shape[index] ?? 1;
  }
  const copy = (depth: number, from: number, to: number): void => {
    if (depth >= dimension) {
      target.bytes.set(source.bytes.subarray(from, from + runBytes), to);
      return;
    }
    const fromStride = strideBytes(source.shape, depth, elementBytes);
    const toStride = strideBytes(target.shape, depth, elementBytes);
    const size = shape[depth] ?? 0;
    for (let index = 0; index < size; index++) {
      copy(depth + 1, from + index * fromStride, to + index * toStride);
    }
  };
  copy(0, 0, 0);
}

/** Bytes from one index of a dimension to the next. */
function strideBytes(shape: readonly number[], dimension: number, elementBytes: number): number {
  let bytes = elementBytes;
  for (let index = dimension + 1; index < shape.length; index++) {
    bytes *= shape[index] ?? 1;
  }
  return bytes;
}

/** Fills all of `target` with one element again and again. */
export function fillElements(target: Uint8Array, element: Uint8Array): void {
  if (element.every((byte) => byte === element[0])) {
    target.fill(element[0] ?? 0);
    return;
  }
  if (target.byteLength < element.byteLength) {
    return;
  }
  target.set(element);
  for (let filled = element.byteLength; filled < target.byteLength; filled *= 2) {
    target.copyWithin(filled, 0, Math.min(filled, target.byteLength - filled));
  }
}
