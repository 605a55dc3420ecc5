import { differencesOfJson, isSameFloat } from "./compare-json.ts";
import { type JsonNode, parseJsonText } from "./json-text.ts";
import type { Look } from "./look.ts";
import type { Observation } from "./observation.ts";

/** Where `actual` is not what was expected, in words; empty if they agree. */
export function differencesOfObservation(
  expected: Observation,
  actual: Observation,
  look: Look,
): readonly string[] {
  const found: string[] = [];
  if (expected.status !== actual.status) {
    found.push(`status: expected ${expected.status}, got ${actual.status}`);
  }
  if (expected.order !== actual.order) {
    found.push(`answered after ${actual.order} others, expected ${expected.order}`);
  }
  const headerNames = new Set([
    ...Object.keys(expected.headers ?? {}),
    ...Object.keys(actual.headers ?? {}),
  ]);
  for (const name of headerNames) {
    const left = expected.headers?.[name];
    const right = actual.headers?.[name];
    // The length of the JSON part depends on how floats and masked values are written: only its presence counts.
    const isSame =
      name === "inference-header-content-length"
        ? (left === undefined) === (right === undefined)
        : left === right;
    if (!isSame) {
      found.push(`header ${name}: expected ${left ?? "none"}, got ${right ?? "none"}`);
    }
  }
  found.push(...differencesOfText(expected.text ?? "", actual.text ?? "", look));
  if (expected.base64 !== actual.base64) {
    found.push(`body: expected base64 ${expected.base64}, got ${actual.base64 ?? actual.text}`);
  }
  found.push(...differencesOfMessages(expected.messages ?? [], actual.messages ?? [], look));
  found.push(...differencesOfTail(expected.tail ?? "", actual.tail ?? "", look));
  return found;
}

function differencesOfText(expected: string, actual: string, look: Look): readonly string[] {
  if (expected === actual) {
    return [];
  }
  const left = jsonOrNull(expected);
  const right = jsonOrNull(actual);
  if (left === null || right === null) {
    return [`body: expected\n    ${expected}\n  got\n    ${actual}`];
  }
  return differencesOfJson(left, right, {
    float: look.tolerance ?? 0,
    anyOrder: look.anyOrder === true,
  });
}

function differencesOfMessages(
  expected: readonly string[],
  actual: readonly string[],
  look: Look,
): readonly string[] {
  const found: string[] = [];
  if (expected.length !== actual.length) {
    const all = actual.join("\n    ");
    found.push(`expected ${expected.length} messages, got ${actual.length}:\n    ${all}`);
  }
  for (const [index, message] of expected.slice(0, actual.length).entries()) {
    for (const difference of differencesOfText(message, actual[index] ?? "", look)) {
      found.push(`message ${index}: ${difference}`);
    }
  }
  return found;
}

function differencesOfTail(expected: string, actual: string, look: Look): readonly string[] {
  if (expected === actual) {
    return [];
  }
  const left = Buffer.from(expected, "base64");
  const right = Buffer.from(actual, "base64");
  if (left.byteLength !== right.byteLength) {
    return [`binary tail: expected ${left.byteLength} bytes, got ${right.byteLength}`];
  }
  if (look.tail !== "FP32") {
    return [`binary tail: expected ${left.toString("hex")}, got ${right.toString("hex")}`];
  }
  const found: string[] = [];
  for (let offset = 0; offset + 4 <= left.byteLength; offset += 4) {
    const [wanted, got] = [left.readFloatLE(offset), right.readFloatLE(offset)];
    if (!isSameFloat(wanted, got, look.tolerance ?? 0)) {
      found.push(`binary tail at ${offset}: expected ${wanted}, got ${got}`);
    }
  }
  return found;
}

function jsonOrNull(text: string): JsonNode | null {
  try {
    return parseJsonText(text);
  } catch {
    // Not JSON: the caller compares the text.
    return null;
  }
}
