/*
 * The common kinds of number at full speed: digits, perhaps a point and digits, no exponent. Everything else, and whatever
 * is wrong, is left to `json-number.ts`, which gives the same values.
 */

const ZERO = 48;
const MINUS = -3;
const POINT = -2;
const LOWER_E = 53;
const UPPER_E = 21;
/** Digits that a 32-bit integer always holds, … */
const HIGH_DIGITS = 9;
/** … and how many more make 16. */
const LOW_DIGITS = 7;
/** Powers of ten up to here are exact. */
const SCALE_MAX = 22;

const POWERS_OF_TEN = Float64Array.from({ length: SCALE_MAX + 1 }, (_, exponent) => 10 ** exponent);

/** The number that `readPlainNumber` read last: in an array, because a double that is returned would be boxed. */
export const plainNumber: Float64Array = new Float64Array(1);

function powerOfTen(exponent: number): number {
  // In range: every caller keeps 0 ≤ exponent ≤ SCALE_MAX.
  return POWERS_OF_TEN[exponent] as number;
}

/** The byte at `position` less "0". */
function digitAt(bytes: Uint8Array, position: number): number {
  // Behind the last byte there is undefined, which makes NaN: no digit, so every loop over digits ends.
  return (bytes[position] as number) - ZERO;
}

/**
 * Reads the number at `start` into `plainNumber` and returns the position after it; -1 if it is not of the plain kind.
 *
 * Bytes at and after `end` may be read, but what ends there is not taken for a number.
 *
 * @internal
 */
export function readPlainNumber(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  let digit = digitAt(bytes, position);
  const isNegative = digit === MINUS;
  if (isNegative) {
    digit = digitAt(bytes, ++position);
  }
  const digitsStart = position;
  let high = 0;
  while (digit >= 0 && digit <= 9) {
    high = (high * 10 + digit) | 0;
    digit = digitAt(bytes, ++position);
  }
  const integerDigits = position - digitsStart;
  const hasLeadingZero = integerDigits > 1 && bytes[digitsStart] === ZERO;
  if (integerDigits === 0 || integerDigits > HIGH_DIGITS || hasLeadingZero) {
    return -1;
  }
  // "-0" is the integer 0.
  let value = isNegative ? 0 - high : high;
  if (digit === POINT) {
    const fractionStart = ++position;
    digit = digitAt(bytes, position);
    let highEnd = fractionStart + HIGH_DIGITS - integerDigits;
    if (high === 0) {
      while (digit === 0) {
        digit = digitAt(bytes, ++position);
      }
      highEnd = position + HIGH_DIGITS;
    }
    while (digit >= 0 && digit <= 9 && position < highEnd) {
      high = (high * 10 + digit) | 0;
      digit = digitAt(bytes, ++position);
    }
    let mantissa = high;
    if (digit >= 0 && digit <= 9) {
      const lowStart = position;
      let low = 0;
      while (digit >= 0 && digit <= 9 && position < lowStart + LOW_DIGITS) {
        low = (low * 10 + digit) | 0;
        digit = digitAt(bytes, ++position);
      }
      // Exact below 2^53, otherwise rounded once, and so is a 17th digit.
      mantissa = high * powerOfTen(position - lowStart) + low;
      if (digit >= 0 && digit <= 9) {
        mantissa =
          mantissa <= Number.MAX_SAFE_INTEGER
            ? high * 1e8 + (low * 10 + digit)
            : mantissa * 10 + digit;
        digit = digitAt(bytes, ++position);
      }
    }
    const scale = position - fractionStart;
    if (scale === 0 || scale > SCALE_MAX) {
      return -1;
    }
    const magnitude = mantissa / powerOfTen(scale);
    value = isNegative ? -magnitude : magnitude;
  }
  const isMore = (digit >= 0 && digit <= 9) || digit === POINT;
  if (isMore || digit === LOWER_E || digit === UPPER_E || position > end) {
    return -1;
  }
  plainNumber[0] = value;
  return position;
}
