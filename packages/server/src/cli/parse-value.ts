import { ParseError } from "./parse-error.ts";

const INT_MIN = -(2n ** 31n);
const INT_MAX = 2n ** 31n - 1n;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** What `isspace` takes in the C locale: the white space that number parsing skips. */
const LEADING_INTEGER = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/;
const LEADING_HEX_FLOAT =
  /^[ \t\n\v\f\r]*([+-]?)0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p([+-]?[0-9]+))?/i;
const LEADING_FLOAT =
  /^[ \t\n\v\f\r]*([+-]?(?:inf(?:inity)?|nan|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?))/i;
const FLOAT_MIN_NORMAL = 2.2250738585072014e-308;

/**
 * Reads a switch: `true`, `on`, `1` or `false`, `off`, `0`, without regard to case.
 *
 * @throws {ParseError} for any other text
 * @see Triton server src/command_line_parser.cc `ParseOption<bool>`
 */
export function parseBoolean(text: string): boolean {
  switch (asciiLowerCase(text)) {
    case "true":
    case "on":
    case "1":
      return true;
    case "false":
    case "off":
    case "0":
      return false;
    default:
      throw new ParseError(`invalid value for bool option: ${text}`);
  }
}

/**
 * Reads a 32-bit integer as C++'s `std::stoi` does: white space, a sign and decimal digits, and whatever follows them is
 * ignored.
 *
 * @throws {ParseError} if there are no digits, or too many
 */
export function parseInteger(text: string): number {
  return Number(leadingInteger(text, INT_MIN, INT_MAX));
}

/** Reads a 64-bit integer as `std::stoll` does. @throws {ParseError} as `parseInteger` */
export function parseInteger64(text: string): bigint {
  return leadingInteger(text, INT64_MIN, INT64_MAX);
}

/** Reads an unsigned 64-bit integer as `std::stoull` does: a minus sign wraps. @throws {ParseError} as `parseInteger` */
export function parseUnsigned64(text: string): bigint {
  return BigInt.asUintN(64, leadingInteger(text, -UINT64_MAX, UINT64_MAX));
}

/** Reads a level: `true` is 1, `false` is 0, otherwise an integer. @throws {ParseError} as `parseInteger` */
export function parseIntegerOrBoolean(text: string): number {
  switch (asciiLowerCase(text)) {
    case "true":
      return 1;
    case "false":
      return 0;
    default:
      return parseInteger(text);
  }
}

/**
 * Reads a double as C++'s `std::stod` does: decimal or hexadecimal, `inf`, `nan`, and whatever follows is ignored.
 *
 * @throws {ParseError} if there is no number, or if it is too large or too small for a double
 */
export function parseFloating(text: string): number {
  const hex = LEADING_HEX_FLOAT.exec(text);
  if (hex !== null) {
    return inRange(
      text,
      hexFloat(hex[1] ?? "", hex[2] ?? "", hex[3] ?? "0"),
      /[1-9a-f]/i.test(hex[2] ?? ""),
    );
  }
  const digits = LEADING_FLOAT.exec(text)?.[1]?.toLowerCase();
  if (digits === undefined) {
    throw notANumber(text);
  }
  if (digits.includes("n")) {
    const magnitude = digits.includes("inf") ? Number.POSITIVE_INFINITY : Number.NaN;
    return digits.startsWith("-") ? -magnitude : magnitude;
  }
  return inRange(text, Number(digits), /^[^e]*[1-9]/.test(digits));
}

/** Lower-cases A to Z only, as `tolower` does in the C locale. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function leadingInteger(text: string, min: bigint, max: bigint): bigint {
  const digits = LEADING_INTEGER.exec(text)?.[1];
  if (digits === undefined) {
    throw notANumber(text);
  }
  // BigInt() takes no plus sign, and no sign at all without digits.
  const value = BigInt(digits.startsWith("+") ? digits.slice(1) : digits);
  if (value < min || value > max) {
    throw outOfBound(text);
  }
  return value;
}

function hexFloat(sign: string, digits: string, exponent: string): number {
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = Number.parseInt(`${whole}${fraction}` || "0", 16);
  const magnitude = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -magnitude : magnitude;
}

/** `isNonZero` says what was written: a value that became 0 or denormal is out of range, as for `strtod`. */
function inRange(text: string, value: number, isNonZero: boolean): number {
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY || (isNonZero && magnitude < FLOAT_MIN_NORMAL)) {
    throw outOfBound(text);
  }
  return value;
}

// The trailing line ends are tritonserver's.
function notANumber(text: string): ParseError {
  return new ParseError(`Invalid option value. Got ${text}\n`);
}

function outOfBound(text: string): ParseError {
  return new ParseError(`Provided option value is out of bound. Got ${text}\n`);
}
