const SLOT_COUNT = 512;
/** Longer descriptions of tensors are rare, and cost more to compare. */
const SIZE_MAX = 96;
const HASH_FACTOR = 31;

/**
 * What short runs of bytes mean that come again and again: the descriptions of tensors, which clients repeat request after
 * request while only the tensors' contents change. A hit reads and makes nothing.
 *
 * A fixed table, each slot holding the run seen last, so that whatever clients send, it never grows.
 *
 * @internal
 */
export class MessageCache<Meaning> {
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: SLOT_COUNT });
  readonly #meanings: (Meaning | undefined)[] = Array.from({ length: SLOT_COUNT });

  /** What the bytes from `start` to `end` mean; undefined if that is not known. */
  find(bytes: Uint8Array, start: number, end: number): Meaning | undefined {
    if (end - start > SIZE_MAX) {
      return undefined;
    }
    const slot = slotOf(bytes, start, end);
    const kept = this.#bytes[slot];
    return kept !== undefined && isSame(kept, bytes, start, end) ? this.#meanings[slot] : undefined;
  }

  /** Keeps what the bytes mean; a copy of them, so that they may change. `meaning` must never change. */
  keep(bytes: Uint8Array, start: number, end: number, meaning: Meaning): void {
    if (end - start <= SIZE_MAX) {
      const slot = slotOf(bytes, start, end);
      this.#bytes[slot] = bytes.slice(start, end);
      this.#meanings[slot] = meaning;
    }
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let index = start; index < end; index++) {
    // In range by the caller's promise.
    hash = (Math.imul(hash, HASH_FACTOR) + (bytes[index] as number)) | 0;
  }
  return (hash ^ (hash >>> 12)) & (SLOT_COUNT - 1);
}

function isSame(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.byteLength !== end - start) {
    return false;
  }
  for (let index = 0; index < kept.byteLength; index++) {
    if (kept[index] !== bytes[start + index]) {
      return false;
    }
  }
  return true;
}
