import { assert } from "../base/assert.ts";

/** The smallest buffer: below it the garbage collector is cheaper than a pool. */
export const SIZE_CLASS_BYTES_MIN = 4096;

/** Steps per doubling. Four waste at most a quarter of a buffer. */
const STEPS = 4;

const MIN_LOG2 = Math.log2(SIZE_CLASS_BYTES_MIN);

/**
 * The size class of a buffer for `byteSize` bytes: 4 KiB, 5, 6, 7, 8, 10, 12, 14, 16 KiB, and so on.
 *
 * Monotonic: a larger size never has a lower class.
 */
export function sizeClassOf(byteSize: number): number {
  assert(Number.isSafeInteger(byteSize) && byteSize >= 0, "a size is a non-negative integer");
  if (byteSize <= SIZE_CLASS_BYTES_MIN) {
    return 0;
  }
  // The power of two below the size, then how many quarters of it reach the size.
  const log2 = Math.ceil(Math.log2(byteSize)) - 1;
  const floor = 2 ** log2;
  const step = Math.ceil((byteSize - floor) / (floor / STEPS));
  return (log2 - MIN_LOG2) * STEPS + step;
}

/** Bytes of the buffers of a size class. */
export function sizeClassBytes(sizeClass: number): number {
  assert(Number.isSafeInteger(sizeClass) && sizeClass >= 0, "a size class is an index");
  const floor = SIZE_CLASS_BYTES_MIN * 2 ** Math.floor(sizeClass / STEPS);
  return floor + (floor / STEPS) * (sizeClass % STEPS);
}
