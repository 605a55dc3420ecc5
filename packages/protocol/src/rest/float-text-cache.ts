import { doubleIn } from "./double-digits.ts";
import { writeDoubleIn } from "./double-writer.ts";

/** A power of two: 160 KiB in all, which a core's second cache holds. */
const ENTRY_BITS = 12;
const ENTRY_COUNT = 2 ** ENTRY_BITS;
/** Bytes of an entry's text: more than the longest has. They are copied whole. */
const TEXT_SIZE = 32;
/** Spreads neighbouring floats over the table: 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1;

/**
 * Texts of floats that were written lately, one entry a hash value. Pixels of an image and values of a quantised model are
 * few different numbers, again and again; for them, this is several times as fast as finding the digits.
 *
 * Invariant: `lengths[i]` is 0, or `texts` has at `i * TEXT_SIZE` the text of the float whose bits are `keys[i]`.
 */
const keys = new Uint32Array(ENTRY_COUNT);
const lengths = new Uint8Array(ENTRY_COUNT);
const texts = new DataView(new ArrayBuffer(ENTRY_COUNT * TEXT_SIZE));

/** How many floats were found since the caller set it to 0: a module's variable, so that a call returns just a position. */
export const cacheHits: Int32Array = new Int32Array(1);

/**
 * Writes a float as `writeDoubleIn` writes it, and returns the position after it.
 *
 * `out` must have `DOUBLE_TEXT_ROOM` bytes left; what lies behind the returned position may have been overwritten.
 *
 * @param bits the float's own
 * @param value the same float
 * @internal
 */
export function writeCachedFloat(
  out: DataView,
  start: number,
  bits: number,
  value: number,
): number {
  const entry = Math.imul(bits, HASH_FACTOR) >>> (32 - ENTRY_BITS);
  // In range: the hash has ENTRY_BITS bits.
  const length = lengths[entry] as number;
  const textStart = entry * TEXT_SIZE;
  if (length !== 0 && keys[entry] === bits) {
    copyText(texts, textStart, out, start);
    // The array has one element.
    cacheHits[0] = (cacheHits[0] as number) + 1;
    return start + length;
  }
  doubleIn[0] = value;
  const end = writeDoubleIn(out, start);
  copyText(out, start, texts, textStart);
  keys[entry] = bits;
  lengths[entry] = end - start;
  return end;
}

/** Copies TEXT_SIZE bytes. They travel as doubles: text is never the bytes of a NaN, and what is behind it does not matter. */
function copyText(from: DataView, fromStart: number, to: DataView, toStart: number): void {
  to.setFloat64(toStart, from.getFloat64(fromStart, true), true);
  to.setFloat64(toStart + 8, from.getFloat64(fromStart + 8, true), true);
  to.setFloat64(toStart + 16, from.getFloat64(fromStart + 16, true), true);
  to.setFloat64(toStart + 24, from.getFloat64(fromStart + 24, true), true);
}
