import type { JsonValue } from "@bufbuild/protobuf";
import { type JsonNode, JsonNumber } from "../json-text.ts";

/** The members of an object by name; null for what is no object, or has a name twice. */
export function membersOf(node: JsonNode | undefined): ReadonlyMap<string, JsonNode> | null {
  if (node === undefined || node === null || typeof node !== "object" || !("members" in node)) {
    return null;
  }
  const members = new Map(node.members);
  return members.size === node.members.length ? members : null;
}

/** An object's only members are these. */
export function hasOnly(members: ReadonlyMap<string, JsonNode>, names: readonly string[]): boolean {
  return [...members.keys()].every((name) => names.includes(name));
}

/**
 * The value of a parameter in the JSON form of its message, by its type in JSON: string, bool, int64 where it fits, else
 * uint64, double. Null for what no parameter can be.
 */
export function parameterValue(node: JsonNode): JsonValue {
  if (typeof node === "string") {
    return { stringParam: node };
  }
  if (typeof node === "boolean") {
    return { boolParam: node };
  }
  if (!(node instanceof JsonNumber)) {
    return null;
  }
  if (!node.isInteger) {
    return { doubleParam: Number(node.text) };
  }
  return BigInt(node.text) < 2n ** 63n ? { int64Param: node.text } : { uint64Param: node.text };
}

/** Parameters in the JSON form of their map; null if one of them can be none. */
export function parametersOf(
  members: ReadonlyMap<string, JsonNode>,
): Readonly<Record<string, JsonValue>> | null {
  const entries = [...members].map(([name, node]): [string, JsonValue] => [
    name,
    parameterValue(node),
  ]);
  return entries.some(([, value]) => value === null) ? null : Object.fromEntries(entries);
}
