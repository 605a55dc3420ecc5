/** Five groups of four: more than the 18 digits there can be. */
export const ALL_DIGITS = 20;
/** Room that `copyDigits` touches behind a position. */
export const DIGITS_ROOM = 24;

const ZERO = 48;
/** Where the groups of the lower part begin. */
const LOW_START = 12;

/** Four digits at a time, as little-endian words. */
const FOUR_DIGITS = Uint32Array.from({ length: 10_000 }, (_, value) => {
  const digitAt = (divisor: number): number => ZERO + (Math.floor(value / divisor) % 10);
  return digitAt(1000) + digitAt(100) * 2 ** 8 + digitAt(10) * 2 ** 16 + digitAt(1) * 2 ** 24;
});

/** The digits spread last. Longer than they are, since `copyDigits` may begin at the last one. */
const digits = new DataView(new ArrayBuffer(ALL_DIGITS + DIGITS_ROOM + 4));

/**
 * Spreads the digits of `high * 10^8 + low` (high up to 2^31, low below 10^8) over `ALL_DIGITS` places and returns where
 * the first that is not zero stands; for 0 that is the last place.
 *
 * @internal
 */
export function spreadDigits(high: number, low: number): number {
  const highUpper = (high / 10_000) | 0;
  const top = (highUpper / 10_000) | 0;
  const lowUpper = (low / 10_000) | 0;
  if (high !== 0) {
    setFour(0, top);
    setFour(4, highUpper - top * 10_000);
    setFour(8, high - highUpper * 10_000);
  }
  setFour(LOW_START, lowUpper);
  setFour(LOW_START + 4, low - lowUpper * 10_000);
  let first = high === 0 ? LOW_START : 0;
  while (first < ALL_DIGITS - 1 && digits.getUint8(first) === ZERO) {
    first++;
  }
  return first;
}

/** Writes `value` (0 … 9999) as four digits. */
function setFour(position: number, value: number): void {
  // In range, and little-endian as the table is.
  digits.setUint32(position, FOUR_DIGITS[value] as number, true);
}

/**
 * Copies the digits from place `from` on to `position`: 24 bytes, of which the caller keeps what it needs. They travel as
 * doubles; digits are never the bytes of a NaN.
 *
 * @internal
 */
export function copyDigits(out: DataView, position: number, from: number): void {
  out.setFloat64(position, digits.getFloat64(from, true), true);
  out.setFloat64(position + 8, digits.getFloat64(from + 8, true), true);
  out.setFloat64(position + 16, digits.getFloat64(from + 16, true), true);
}
