import { ALL_DIGITS, copyDigits, spreadDigits } from "./digit-groups.ts";
import { DigitsField, digitsOut, doubleIn, findDigits } from "./double-digits.ts";

/**
 * Room that must be left for one double. The longest text is 25 bytes (sign, "0.", five zeros, 17 digits); more is
 * touched, because digits are copied 24 at a time.
 */
export const DOUBLE_TEXT_ROOM = 56;

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LOWER_E = 101;
/** Decimal exponents at which rapidjson changes the notation. */
const INTEGER_DIGITS_MAX = 21;
const LEADING_ZEROS_MAX = 5;
/** The bytes of "0.000000", little-endian. */
const POINT_AND_ZEROS_LOW = 0x30302e30;
const POINT_AND_ZEROS_HIGH = 0x30303030;

const words = new Uint32Array(doubleIn.buffer);
/**
 * Writes `doubleIn` as rapidjson does, and returns the position after it: Grisu2's digits, always with a point or an
 * exponent (`1.0`, `1e21`, `1e-7`), NaN and the infinities bare.
 *
 * `out` must have `DOUBLE_TEXT_ROOM` bytes left; what lies behind the returned position may have been overwritten.
 *
 * @see rapidjson include/rapidjson/internal/dtoa.h; Triton common triton_json.h, Write
 */
export function writeDoubleIn(out: DataView, start: number): number {
  // Little-endian; both words exist.
  const high = words[1] as number;
  const magnitude = high & 0x7fffffff;
  let position = start;
  if (magnitude >= 0x7ff00000) {
    return writeSpecial(out, position);
  }
  if (high >>> 31 === 1) {
    out.setUint8(position++, MINUS);
  }
  if (magnitude === 0 && words[0] === 0) {
    return writeText(out, position, "0.0");
  }
  findDigits();
  return placeDigits(out, position);
}

function writeSpecial(out: DataView, position: number): number {
  const value = doubleIn[0];
  return writeText(out, position, Number.isNaN(value) ? "NaN" : String(value));
}

function writeText(out: DataView, start: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    out.setUint8(start + index, text.charCodeAt(index));
  }
  return start + text.length;
}

function digitsField(field: number): number {
  // One of the four fields.
  return digitsOut[field] as number;
}

/** Writes the digits with their point or exponent. `pointAt` is where the point falls, counted from the first digit. */
function placeDigits(out: DataView, start: number): number {
  const first = spreadDigits(digitsField(DigitsField.High), digitsField(DigitsField.Low));
  const count = ALL_DIGITS - digitsField(DigitsField.DroppedCount) - first;
  const pointAt = count + digitsField(DigitsField.DecimalExponent);
  if (pointAt > INTEGER_DIGITS_MAX || pointAt < -LEADING_ZEROS_MAX) {
    return placeWithExponent(out, start, { first, count, exponent: pointAt - 1 });
  }
  if (pointAt <= 0) {
    out.setUint32(start, POINT_AND_ZEROS_LOW, true);
    out.setUint32(start + 4, POINT_AND_ZEROS_HIGH, true);
    copyDigits(out, start + 2 - pointAt, first);
    return start + 2 - pointAt + count;
  }
  copyDigits(out, start, first);
  if (pointAt < count) {
    out.setUint8(start + pointAt, POINT);
    copyDigits(out, start + pointAt + 1, first + pointAt);
    return start + count + 1;
  }
  for (let position = start + count; position < start + pointAt; position++) {
    out.setUint8(position, ZERO);
  }
  return writeText(out, start + pointAt, ".0");
}

function placeWithExponent(
  out: DataView,
  start: number,
  text: { readonly first: number; readonly count: number; readonly exponent: number },
): number {
  const { first, count, exponent } = text;
  copyDigits(out, start, first);
  let position = start + 1;
  if (count > 1) {
    out.setUint8(position, POINT);
    copyDigits(out, start + 2, first + 1);
    position = start + 1 + count;
  }
  out.setUint8(position++, LOWER_E);
  return writeText(out, position, String(exponent));
}
