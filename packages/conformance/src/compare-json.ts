import { type JsonNode, JsonNumber } from "./json-text.ts";

/** How strictly two JSON answers are compared. */
export interface JsonTolerance {
  /** Greatest difference between two floating-point numbers, relative to the greater one (absolute below 1). */
  readonly float: number;
  /** Whether keys of objects and elements of arrays may come in another order. */
  readonly anyOrder: boolean;
}

/**
 * The places where `actual` is not what was expected, each as `path: expected …, got …`; empty if they agree.
 *
 * Integers must be equal, a number written with a fraction must be written so in both, strings must be the same.
 */
export function differencesOfJson(
  expected: JsonNode,
  actual: JsonNode,
  tolerance: JsonTolerance,
): readonly string[] {
  const found: string[] = [];
  compareNodes({ expected, actual, path: "$", tolerance, found });
  return found;
}

interface Comparison {
  readonly expected: JsonNode;
  readonly actual: JsonNode;
  readonly path: string;
  readonly tolerance: JsonTolerance;
  readonly found: string[];
}

function compareNodes(comparison: Comparison): void {
  const { expected, actual, path, found } = comparison;
  if (kindOf(expected) !== kindOf(actual)) {
    found.push(`${path}: expected ${show(expected)}, got ${show(actual)}`);
  } else if (expected instanceof JsonNumber && actual instanceof JsonNumber) {
    if (!isSameNumber(expected, actual, comparison.tolerance.float)) {
      found.push(`${path}: expected ${expected.text}, got ${actual.text}`);
    }
  } else if (isArray(expected) && isArray(actual)) {
    compareArrays(comparison, expected, actual);
  } else if (isObject(expected) && isObject(actual)) {
    compareObjects(comparison, expected, actual);
  } else if (expected !== actual) {
    found.push(`${path}: expected ${show(expected)}, got ${show(actual)}`);
  }
}

function compareArrays(
  comparison: Comparison,
  expected: readonly JsonNode[],
  actual: readonly JsonNode[],
): void {
  const { path, found } = comparison;
  if (expected.length !== actual.length) {
    found.push(`${path}: expected ${expected.length} elements, got ${actual.length}`);
  }
  if (comparison.tolerance.anyOrder) {
    compareUnordered(comparison, expected, actual);
    return;
  }
  const count = Math.min(expected.length, actual.length);
  for (let index = 0; index < count; index++) {
    const left = expected[index];
    const right = actual[index];
    if (left !== undefined && right !== undefined) {
      compareNodes({ ...comparison, expected: left, actual: right, path: `${path}[${index}]` });
    }
  }
}

/** Pairs each expected element with an equal one that is still free. */
function compareUnordered(
  comparison: Comparison,
  expected: readonly JsonNode[],
  actual: readonly JsonNode[],
): void {
  const { path, tolerance, found } = comparison;
  const free = [...actual];
  for (const [index, item] of expected.entries()) {
    const match = free.findIndex(
      (candidate) => differencesOfJson(item, candidate, tolerance).length === 0,
    );
    if (match < 0) {
      found.push(`${path}[${index}]: no element is equal to it`);
    } else {
      free.splice(match, 1);
    }
  }
}

type JsonObject = Extract<JsonNode, { readonly members: unknown }>;

function compareObjects(comparison: Comparison, expected: JsonObject, actual: JsonObject): void {
  const { path, tolerance, found } = comparison;
  const expectedKeys = expected.members.map(([key]) => key);
  const actualKeys = actual.members.map(([key]) => key);
  if (sorted(expectedKeys) !== sorted(actualKeys)) {
    found.push(`${path}: expected keys ${expectedKeys.join(",")}, got ${actualKeys.join(",")}`);
  } else if (!tolerance.anyOrder && expectedKeys.join() !== actualKeys.join()) {
    found.push(`${path}: expected the key order ${expectedKeys.join()}, got ${actualKeys.join()}`);
  }
  for (const [key, left] of expected.members) {
    const right = actual.members.find(([actualKey]) => actualKey === key);
    if (right !== undefined) {
      compareNodes({ ...comparison, expected: left, actual: right[1], path: `${path}.${key}` });
    }
  }
}

function isSameNumber(expected: JsonNumber, actual: JsonNumber, tolerance: number): boolean {
  if (expected.isInteger && actual.isInteger) {
    return BigInt(expected.text) === BigInt(actual.text);
  }
  if (expected.isInteger !== actual.isInteger) {
    return false;
  }
  return isSameFloat(toDouble(expected.text), toDouble(actual.text), tolerance);
}

/** Whether two values agree within `tolerance`, relative to the greater one (absolute below 1); NaN agrees with NaN. */
export function isSameFloat(expected: number, actual: number, tolerance: number): boolean {
  if (Object.is(expected, actual) || expected === actual) {
    return true;
  }
  const scale = Math.max(1, Math.abs(expected), Math.abs(actual));
  return Number.isFinite(scale) && Math.abs(expected - actual) <= tolerance * scale;
}

function toDouble(text: string): number {
  return Number(text.replace(/Inf$/, "Infinity"));
}

function kindOf(node: JsonNode): string {
  if (node === null) {
    return "null";
  }
  if (node instanceof JsonNumber) {
    return "number";
  }
  return isArray(node) ? "array" : typeof node;
}

function isArray(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

function isObject(node: JsonNode): node is JsonObject {
  return node !== null && typeof node === "object" && "members" in node;
}

function sorted(keys: readonly string[]): string {
  return JSON.stringify([...keys].sort());
}

function show(node: JsonNode): string {
  if (node instanceof JsonNumber) {
    return node.text;
  }
  if (isArray(node)) {
    return `an array of ${node.length}`;
  }
  return isObject(node) ? "an object" : JSON.stringify(node);
}
