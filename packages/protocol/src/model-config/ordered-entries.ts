import type { ReflectMap } from "@bufbuild/protobuf/reflect";

/** The entries of a map field by key, as libprotobuf prints them: numbers by value, text by its UTF-8 bytes, false before true. */
export function orderedEntries(
  map: ReflectMap,
): readonly (readonly [key: unknown, value: unknown])[] {
  return [...map].sort(([left], [right]) => compareKeys(left, right));
}

function compareKeys(left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string") {
    return compareUtf8(left, right);
  }
  return comparable(left) < comparable(right) ? -1 : 1;
}

function comparable(key: unknown): number | bigint {
  return typeof key === "number" || typeof key === "bigint" ? key : Number(key);
}

function compareUtf8(left: string, right: string): number {
  const encoder = new TextEncoder();
  const leftBytes = encoder.encode(left);
  const rightBytes = encoder.encode(right);
  const shared = Math.min(leftBytes.byteLength, rightBytes.byteLength);
  for (let index = 0; index < shared; index++) {
    const difference = (leftBytes[index] ?? 0) - (rightBytes[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return leftBytes.byteLength - rightBytes.byteLength;
}
