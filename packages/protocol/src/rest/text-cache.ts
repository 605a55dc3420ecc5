import { byteAt } from "./byte-at.ts";

const SLOT_COUNT = 512;
/** Longer texts are ids more often than names, and do not come again. */
const SIZE_MAX = 32;
/** Up to so many characters, adding one to the other beats the decoder's call. */
const JOINED_SIZE_MAX = 12;

const decoder = new TextDecoder();

/**
 * Strings for short runs of ASCII bytes that come again and again: member names, tensor names, datatypes.
 *
 * A fixed table, each slot holding the run seen last, so that whatever clients send, it never grows. A hit makes no new
 * string.
 */
export class TextCache {
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: SLOT_COUNT });
  readonly #texts: string[] = Array.from({ length: SLOT_COUNT }, () => "");

  /** The text of the ASCII bytes from `start` to `end`. */
  textOf(bytes: Uint8Array, start: number, end: number): string {
    const size = end - start;
    if (size > SIZE_MAX || size === 0) {
      return asciiText(bytes, start, end);
    }
    const slot = slotOf(bytes, start, end);
    const cached = this.#bytes[slot];
    if (cached !== undefined && isSame(cached, bytes, start, size)) {
      return this.#texts[slot] ?? "";
    }
    const text = asciiText(bytes, start, end);
    this.#bytes[slot] = bytes.slice(start, end);
    this.#texts[slot] = text;
    return text;
  }
}

/** Text of ASCII bytes, made anew. @internal */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > JOINED_SIZE_MAX) {
    return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
  }
  let text = "";
  for (let position = start; position < end; position++) {
    text += String.fromCharCode(byteAt(bytes, position, end));
  }
  return text;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  const first = byteAt(bytes, start, end);
  const middle = byteAt(bytes, start + (size >> 1), end);
  const beforeLast = byteAt(bytes, Math.max(start, end - 2), end);
  const last = byteAt(bytes, end - 1, end);
  return (size * 131 + first * 31 + middle * 17 + beforeLast * 7 + last) & (SLOT_COUNT - 1);
}

function isSame(cached: Uint8Array, bytes: Uint8Array, start: number, size: number): boolean {
  if (cached.byteLength !== size) {
    return false;
  }
  for (let index = 0; index < size; index++) {
    if (cached[index] !== bytes[start + index]) {
      return false;
    }
  }
  return true;
}
