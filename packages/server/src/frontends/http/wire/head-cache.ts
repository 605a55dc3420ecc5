import type { HeadFields } from "./head-fields.ts";
import type { RequestHead } from "./request-head.ts";

/** Heads that are kept: clients of a server are few programs, and a program sends few different heads. */
const HEAD_COUNT = 4;
/** Longer heads are scanned each time. */
const KEPT_SIZE_MAX = 2048;
/** After so many new heads in a row, clients send no head twice, and only one in a while is kept. */
const MISS_COUNT_MAX = 32;
const MISS_INTERVAL = 16;

/** A complete, well-formed head and what its scan said. Immutable, but for the head's memo. */
export interface KnownHead {
  readonly bytes: Uint8Array;
  readonly head: RequestHead;
  readonly fields: HeadFields;
}

/**
 * The heads that came last, byte for byte: a client that calls the same endpoint again and again sends the same head each
 * time. It then is neither scanned again nor routed again (see `HttpRequestHead.memo`).
 *
 * Comparing costs a fifth of scanning. A head ends with its empty line, so input that begins with the bytes of a known
 * head has exactly that head.
 */
export class HeadCache {
  readonly #heads: KnownHead[] = [];
  /** Where the next head goes. */
  #next = 0;
  #missCount = 0;

  /** The known head that the bytes from `from` on begin with, or null. */
  find(bytes: Uint8Array, from: number, to: number): KnownHead | null {
    for (const known of this.#heads) {
      if (beginsWith(bytes, from, to, known.bytes)) {
        this.#missCount = 0;
        return known;
      }
    }
    this.#missCount++;
    return null;
  }

  /** Keeps a head that was not found, in place of the one that was kept longest. */
  keep(bytes: Uint8Array, from: number, to: number, head: RequestHead, fields: HeadFields): void {
    const isOftenNew = this.#missCount > MISS_COUNT_MAX && this.#missCount % MISS_INTERVAL !== 0;
    if (isOftenNew || to - from > KEPT_SIZE_MAX) {
      return;
    }
    this.#heads[this.#next] = {
      bytes: new Uint8Array(bytes.subarray(from, to)),
      head,
      fields: fields.copy(),
    };
    this.#next = (this.#next + 1) % HEAD_COUNT;
  }
}

function beginsWith(bytes: Uint8Array, from: number, to: number, prefix: Uint8Array): boolean {
  const size = prefix.byteLength;
  if (to - from < size) {
    return false;
  }
  for (let index = 0; index < size; index++) {
    if (bytes[from + index] !== prefix[index]) {
      return false;
    }
  }
  return true;
}
