import { WireError } from "./wire-error.ts";

/** A whole number as JSON has it. */
const INTEGER = /^-?\d+$/;

/**
 * JSON whose whole numbers beyond what doubles hold are bigint; all others are numbers.
 *
 * @throws {WireError} if it is no JSON
 */
export function parseExactJson(text: string): unknown {
  // The third argument of a reviver is newer than the types.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    const source = context?.source ?? "";
    return typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(source)
      ? BigInt(source)
      : value;
  };
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw new WireError("text that is no JSON", { cause: error });
  }
}

// A function of the language that its types do not have yet.
const exactJson = JSON as JSON & { rawJSON(text: string): unknown };

/** JSON in which a bigint has all its digits. */
export function stringifyExactJson(value: unknown): string {
  return JSON.stringify(value, withExactNumbers);
}

function withExactNumbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? exactJson.rawJSON(value.toString()) : value;
}
