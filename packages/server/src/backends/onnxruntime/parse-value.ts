import { StatusCode, TritonError } from "@nereid/protocol";

// Values of model parameters and backend settings are text. They are read as the C++ backend's helpers read them:
// white space and a sign may come first, and whatever follows the digits is ignored.
// Triton backend src/backend_common.cc

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);
const UNSIGNED_MAX = 2n ** 64n - 1n;

function conversionError(text: string, kind: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `failed to convert '${text}' to ${kind}`);
}

/**
 * A 32-bit integer.
 *
 * @throws {TritonError} InvalidArg if there are no digits, or too many: there the C++ server ends
 */
export function parseIntValue(text: string): number {
  const digits = /^\s*([+-]?\d+)/.exec(text)?.[1];
  const value = Number(digits ?? Number.NaN);
  if (!(value >= INT_MIN && value <= INT_MAX)) {
    throw conversionError(text, "integral number");
  }
  return value;
}

/** `true`, `on`, `1`, `false`, `off` or `0`, in any case. @throws {TritonError} InvalidArg for anything else */
export function parseBoolValue(text: string): boolean {
  switch (text.toLowerCase()) {
    case "true":
    case "on":
    case "1":
      return true;
    case "false":
    case "off":
    case "0":
      return false;
    default:
      throw conversionError(text, "boolean");
  }
}

/** Checks that the text is a 64-bit unsigned integer. @throws {TritonError} InvalidArg if not */
export function checkUnsignedValue(text: string): void {
  const digits = /^\s*[+-]?(\d+)/.exec(text)?.[1];
  if (digits === undefined || BigInt(digits) > UNSIGNED_MAX) {
    throw conversionError(text, "unsigned long long integral number");
  }
}
