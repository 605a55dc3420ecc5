import { byteAt } from "./byte-at.ts";
import type { JsonReader } from "./json-reader.ts";
import { jsonSyntaxError } from "./json-syntax-error.ts";

/** How rapidjson holds a number: this decides which integer types it can be read as. */
export const NumberClass = {
  /** A fraction, an exponent, a NaN or an infinity, or an integer that fits neither 64-bit type. */
  Double: 0,
  /** A negative int64. */
  Negative: 1,
  /** 0 … 2^63 - 1: a signed and an unsigned integer. */
  Both: 2,
  /** 2^63 … 2^64 - 1. */
  Unsigned: 3,
} as const;

export type NumberClass = (typeof NumberClass)[keyof typeof NumberClass];

const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const ZERO = 48;
const LOWER_E = 101;
const UPPER_E = 69;
const LOWER_I = 105;

/** Digits that a 32-bit integer always holds. */
const INT_DIGITS = 9;
/** Below this, ten times the mantissa plus a digit is exact in a double. */
const EXACT_STEP_MAX = 900719925474098;
const MANTISSA_MAX = Number.MAX_SAFE_INTEGER;
/** rapidjson counts digits after the first; past this many it reads on without looking. */
const SIGNIFICANT_DIGITS_MAX = 17;
const EXPONENT_MAX = 308;
/** Negative exponents stop growing here. */
const EXPONENT_STOP = 214748364;
/** Largest value that may still take another integer digit. */
const DOUBLE_MAX_TENTH = Number.MAX_VALUE / 10;
const UINT64_MAX = 0xffffffffffffffffn;
const INT64_MAGNITUDE_MAX = 0x8000000000000000n;
const SPLIT = 2 ** 26;

const POWERS_OF_TEN = Float64Array.from({ length: EXPONENT_MAX + 1 }, (_, exponent) =>
  Number(`1e${exponent}`),
);

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57;
}

function powerOfTen(exponent: number): number {
  // In range: every caller keeps 0 ≤ exponent ≤ EXPONENT_MAX.
  return POWERS_OF_TEN[exponent] as number;
}

/** `mantissa * 10 + digit` rounded once: both halves are exact, only their sum rounds. */
function nextMantissa(mantissa: number, digit: number): number {
  const high = Math.floor(mantissa / SPLIT);
  return high * 10 * SPLIT + ((mantissa - high * SPLIT) * 10 + digit);
}

/** A number as far as it has been read: `mantissa * 10^-scale`, and the reader at what follows it. */
interface NumberSoFar {
  readonly start: number;
  readonly isNegative: boolean;
  readonly mantissa: number;
  readonly scale: number;
}

/**
 * Reads the number at the reader's position and leaves its value in `reader.number[0]` and its class in
 * `reader.numberClass`.
 *
 * The value is the one that rapidjson computes, which is not always the nearest double: the digits are gathered in an
 * integer as long as it stays below 2^53, further ones in floating point, and one power of ten is applied at the end.
 *
 * @throws {TritonError} Internal for what is not a number, or too big a number
 * @internal
 */
export function readNumber(reader: JsonReader): void {
  const { bytes, end } = reader;
  const start = reader.position;
  let position = start;
  let byte = byteAt(bytes, position, end);
  const isNegative = byte === MINUS;
  if (isNegative) {
    byte = byteAt(bytes, ++position, end);
  }
  const digitsStart = position;
  let integer = 0;
  if (byte === ZERO) {
    byte = byteAt(bytes, ++position, end);
  } else {
    while (isDigit(byte) && position - digitsStart < INT_DIGITS) {
      integer = integer * 10 + (byte - ZERO);
      byte = byteAt(bytes, ++position, end);
    }
  }
  reader.position = position;
  if (position === digitsStart) {
    readNanOrInfinity(reader, isNegative);
  } else if (byte === POINT) {
    const integerPart = { start, isNegative, mantissa: integer, scale: 0 };
    readFraction(reader, integerPart, integer === 0 ? 0 : position - digitsStart - 1);
  } else if (byte === LOWER_E || byte === UPPER_E) {
    readExponent(reader, { start, isNegative, mantissa: integer, scale: 0 });
  } else if (isDigit(byte) && integer !== 0) {
    readLongNumber(reader, start, isNegative);
  } else if (isNegative && integer !== 0) {
    reader.numberClass = NumberClass.Negative;
    reader.number[0] = -integer;
  } else {
    // "-0" is the integer 0.
    reader.numberClass = NumberClass.Both;
    reader.number[0] = integer;
  }
}

/**
 * Reads from the point on. `significantDigitCount` is what rapidjson has counted: the digits after the first, as long as
 * they fit 64 bits.
 */
function readFraction(
  reader: JsonReader,
  integer: NumberSoFar,
  significantDigitCount: number,
): void {
  const { bytes, end } = reader;
  const { start, isNegative } = integer;
  let { mantissa } = integer;
  const fractionStart = reader.position + 1;
  let position = fractionStart;
  let byte = byteAt(bytes, position, end);
  if (!isDigit(byte)) {
    throw jsonSyntaxError("Miss fraction part in number.", position);
  }
  let countedFrom = fractionStart;
  if (mantissa === 0) {
    while (byte === ZERO) {
      byte = byteAt(bytes, ++position, end);
    }
    countedFrom = position;
  }
  while (isDigit(byte) && mantissa <= EXACT_STEP_MAX) {
    mantissa = mantissa * 10 + (byte - ZERO);
    byte = byteAt(bytes, ++position, end);
  }
  while (isDigit(byte) && mantissa <= MANTISSA_MAX) {
    mantissa = nextMantissa(mantissa, byte - ZERO);
    byte = byteAt(bytes, ++position, end);
  }
  let scale = position - fractionStart;
  let room = SIGNIFICANT_DIGITS_MAX - significantDigitCount - (position - countedFrom);
  while (isDigit(byte)) {
    if (room > 0) {
      mantissa = mantissa * 10 + (byte - ZERO);
      scale++;
      room--;
    }
    byte = byteAt(bytes, ++position, end);
  }
  reader.position = position;
  if (byte === LOWER_E || byte === UPPER_E) {
    readExponent(reader, { start, isNegative, mantissa, scale });
    return;
  }
  const value = scaled(mantissa, -scale);
  reader.numberClass = NumberClass.Double;
  reader.number[0] = isNegative ? -value : value;
}

function readExponent(reader: JsonReader, number: NumberSoFar): void {
  const { bytes, end } = reader;
  const { start, scale } = number;
  let position = reader.position + 1;
  let byte = byteAt(bytes, position, end);
  const isNegativeExponent = byte === MINUS;
  if (byte === PLUS || byte === MINUS) {
    byte = byteAt(bytes, ++position, end);
  }
  if (!isDigit(byte)) {
    throw jsonSyntaxError("Miss exponent in number.", position);
  }
  let exponent = byte - ZERO;
  byte = byteAt(bytes, ++position, end);
  while (isDigit(byte)) {
    if (!isNegativeExponent || exponent < EXPONENT_STOP) {
      exponent = exponent * 10 + (byte - ZERO);
    }
    // The first digit alone is never found too big.
    if (!isNegativeExponent && exponent > EXPONENT_MAX + scale) {
      throw jsonSyntaxError("Number too big to be stored in double.", start);
    }
    byte = byteAt(bytes, ++position, end);
  }
  reader.position = position;
  const value = scaled(number.mantissa, (isNegativeExponent ? -exponent : exponent) - scale);
  reader.numberClass = NumberClass.Double;
  reader.number[0] = number.isNegative ? -value : value;
}

/** `mantissa * 10^exponent` as rapidjson computes it: with one or two roundings more than an exact conversion. */
function scaled(mantissa: number, exponent: number): number {
  if (exponent >= 0) {
    return mantissa * powerOfTen(exponent);
  }
  if (exponent >= -EXPONENT_MAX) {
    return mantissa / powerOfTen(-exponent);
  }
  if (exponent < -2 * EXPONENT_MAX) {
    return 0;
  }
  return mantissa / powerOfTen(EXPONENT_MAX) / powerOfTen(-exponent - EXPONENT_MAX);
}

/** A number whose integer part has more than `INT_DIGITS` digits. */
function readLongNumber(reader: JsonReader, start: number, isNegative: boolean): void {
  while (isDigit(byteAt(reader.bytes, reader.position, reader.end))) {
    reader.position++;
  }
  const digitsEnd = reader.position;
  const digitsStart = isNegative ? start + 1 : start;
  const magnitudeMax = isNegative ? INT64_MAGNITUDE_MAX : UINT64_MAX;
  // As many leading digits as still fit the 64-bit type.
  let prefixEnd = Math.min(digitsEnd, digitsStart + magnitudeMax.toString().length);
  let integer = integerFrom(reader.bytes, digitsStart, prefixEnd);
  if (integer > magnitudeMax) {
    prefixEnd--;
    integer = integerFrom(reader.bytes, digitsStart, prefixEnd);
  }
  let mantissa = Number(integer);
  for (let position = prefixEnd; position < digitsEnd; position++) {
    if (mantissa >= DOUBLE_MAX_TENTH) {
      throw jsonSyntaxError("Number too big to be stored in double.", start);
    }
    mantissa = mantissa * 10 + (byteAt(reader.bytes, position, digitsEnd) - ZERO);
  }
  const next = byteAt(reader.bytes, digitsEnd, reader.end);
  if (next === POINT) {
    const integerPart = { start, isNegative, mantissa, scale: 0 };
    readFraction(reader, integerPart, prefixEnd - digitsStart - 1);
  } else if (next === LOWER_E || next === UPPER_E) {
    readExponent(reader, { start, isNegative, mantissa, scale: 0 });
  } else if (prefixEnd < digitsEnd) {
    reader.numberClass = NumberClass.Double;
    reader.number[0] = isNegative ? -mantissa : mantissa;
  } else {
    reader.numberClass = isNegative
      ? NumberClass.Negative
      : integer >= INT64_MAGNITUDE_MAX
        ? NumberClass.Unsigned
        : NumberClass.Both;
    reader.number[0] = isNegative ? -mantissa : mantissa;
  }
}

function integerFrom(bytes: Uint8Array, start: number, end: number): bigint {
  let digits = "";
  for (let position = start; position < end; position++) {
    digits += String.fromCharCode(byteAt(bytes, position, end));
  }
  return BigInt(digits);
}

/**
 * The exact value of an integer that `readNumber` has read.
 *
 * @param start where the number begins in `bytes`; `end` is where it ends
 * @internal
 */
export function exactInteger(bytes: Uint8Array, start: number, end: number): bigint {
  const isNegative = byteAt(bytes, start, end) === MINUS;
  const magnitude = integerFrom(bytes, isNegative ? start + 1 : start, end);
  return isNegative ? -magnitude : magnitude;
}

/** `NaN`, `Inf` and `Infinity`, which rapidjson takes for numbers when asked to. The sign has been read. */
function readNanOrInfinity(reader: JsonReader, isNegative: boolean): void {
  let value = Number.NaN;
  if (reader.takes("N")) {
    reader.expect("aN");
  } else if (reader.takes("I")) {
    reader.expect("nf");
    if (byteAt(reader.bytes, reader.position, reader.end) === LOWER_I) {
      reader.expect("inity");
    }
    value = isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  } else {
    throw jsonSyntaxError("Invalid value.", reader.position);
  }
  reader.numberClass = NumberClass.Double;
  reader.number[0] = value;
}
