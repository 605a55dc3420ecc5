import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { formatDouble } from "../text-format/format-number.ts";

/** What a JSON value that is neither list nor object can be, null left out. */
export type JsonScalar = boolean | string | bigint | number;

const TRUE_NAMES: ReadonlySet<string> = new Set(["true", "t", "yes", "y", "1"]);
const FALSE_NAMES: ReadonlySet<string> = new Set(["false", "f", "no", "n", "0"]);

/** The value as protobuf quotes it in its messages. */
export function formatJsonScalar(value: JsonScalar): string {
  switch (typeof value) {
    case "string":
      return `"${value}"`;
    case "number":
      return formatDouble(value);
    default:
      return String(value);
  }
}

/** The value of a field of this type (64-bit integers as bigint), or null if the JSON value cannot be one. */
export function scalarFromJson(
  value: JsonScalar,
  scalar: ScalarType,
): boolean | string | bigint | number | Uint8Array | null {
  switch (scalar) {
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return numberOrNull(signedFromJson(value, 32));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return numberOrNull(unsignedFromJson(value, 32));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return signedFromJson(value, 64);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return unsignedFromJson(value, 64);
    case ScalarType.FLOAT:
      return floatFromJson(value);
    case ScalarType.DOUBLE:
      return doubleFromJson(value);
    case ScalarType.BOOL:
      return boolFromJson(value);
    case ScalarType.STRING:
      return typeof value === "string" ? value : null;
    case ScalarType.BYTES:
      return typeof value === "string" ? bytesFromBase64(value) : null;
  }
}

/**
 * The number of an enumeration's value, or null: any int32 that is given as a number; of text a known number, or a name in
 * any case, with dashes for underscores.
 */
export function enumFromJson(value: JsonScalar, enumeration: DescEnum): number | null {
  if (typeof value !== "string") {
    return numberOrNull(signedFromJson(value, 32));
  }
  const exact = enumeration.values.find(({ name }) => name === value);
  if (exact !== undefined) {
    return exact.number;
  }
  const number = numberOrNull(signedFromJson(value, 32));
  if (number !== null && enumeration.value[number] !== undefined) {
    return number;
  }
  const normalised = value.toUpperCase().replaceAll("-", "_");
  return enumeration.values.find(({ name }) => name === normalised)?.number ?? null;
}

function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function signedFromJson(value: JsonScalar, bits: 32 | 64): bigint | null {
  const integer = integerFromJson(value, /^[-+]?\d+$/);
  return integer !== null && BigInt.asIntN(bits, integer) === integer ? integer : null;
}

function unsignedFromJson(value: JsonScalar, bits: 32 | 64): bigint | null {
  const integer = integerFromJson(value, /^\+?\d+$/);
  return integer !== null && BigInt.asUintN(bits, integer) === integer ? integer : null;
}

function integerFromJson(value: JsonScalar, pattern: RegExp): bigint | null {
  switch (typeof value) {
    case "bigint":
      return value;
    case "number":
      return Number.isInteger(value) ? BigInt(value) : null;
    case "string":
      return pattern.test(value) ? BigInt(value.replace("+", "")) : null;
    default:
      return null;
  }
}

function floatFromJson(value: JsonScalar): number | null {
  const double = doubleFromJson(value);
  const float = double === null ? null : Math.fround(double);
  const isTooLarge = Number.isFinite(double) && !Number.isFinite(float);
  return isTooLarge ? null : float;
}

function doubleFromJson(value: JsonScalar): number | null {
  switch (typeof value) {
    case "number":
      return value;
    case "bigint":
      return Number(value);
    case "string":
      return doubleFromText(value);
    default:
      return null;
  }
}

function doubleFromText(text: string): number | null {
  if (text === "NaN" || text === "Infinity" || text === "-Infinity") {
    return Number(text);
  }
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) {
    return null;
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function boolFromJson(value: JsonScalar): boolean | null {
  if (typeof value === "string") {
    const name = value.toLowerCase();
    return TRUE_NAMES.has(name) ? true : FALSE_NAMES.has(name) ? false : null;
  }
  return typeof value === "boolean" ? value : null;
}

/** Either alphabet, padding optional. */
function bytesFromBase64(text: string): Uint8Array | null {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) {
    return null;
  }
  return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
}
