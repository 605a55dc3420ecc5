import { byteAt } from "./byte-at.ts";

/** Member names that are looked for in one kind of object. Keys are told apart while they are read: no string is made. */
export class KeyTable<Key extends string> {
  readonly #keys: readonly Key[];
  /** The bytes of each key with its closing quote. */
  readonly #quoted: readonly Uint8Array[];

  constructor(keys: readonly Key[]) {
    const encoder = new TextEncoder();
    this.#keys = keys;
    this.#quoted = keys.map((key) => encoder.encode(`${key}"`));
  }

  /** The key whose bytes and closing quote are at `start`; null if none is. */
  keyAt(bytes: Uint8Array, start: number, end: number): Key | null {
    const first = byteAt(bytes, start, end);
    for (let index = 0; index < this.#quoted.length; index++) {
      // In range by the loop's bound.
      const quoted = this.#quoted[index] as Uint8Array;
      if (quoted[0] === first && isAt(bytes, start, end, quoted)) {
        // There are as many keys.
        return this.#keys[index] as Key;
      }
    }
    return null;
  }
}

function isAt(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  const size = expected.byteLength;
  if (start + size > end) {
    return false;
  }
  for (let index = 1; index < size; index++) {
    if (bytes[start + index] !== expected[index]) {
      return false;
    }
  }
  return true;
}
