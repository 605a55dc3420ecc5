import { assert } from "../base/assert.ts";

/** The largest thing that is copied here: four at least share a piece of memory. */
export const SMALL_COPY_BYTES_MAX = 4096;

const CHUNK_BYTES = 4 * SMALL_COPY_BYTES_MAX;

/** Every element type may be seen in place. */
const ALIGNMENT = 8;

/**
 * Copies of small things, laid one behind the other into memory that is made in larger pieces: memory of its own would cost
 * a copy of 256 bytes four times as much. A piece is collected when none of the copies in it is reachable.
 */
export class SmallCopies {
  #chunk = new ArrayBuffer(0);
  #position = 0;

  /** A copy of `source`, which has at most {@link SMALL_COPY_BYTES_MAX} bytes; the caller's alone, but for its `buffer`. */
  copy(source: Uint8Array): Uint8Array {
    const { byteLength } = source;
    assert(byteLength <= SMALL_COPY_BYTES_MAX, "a small copy is small");
    if (this.#position + byteLength > this.#chunk.byteLength) {
      this.#chunk = new ArrayBuffer(CHUNK_BYTES);
      this.#position = 0;
    }
    const copy = new Uint8Array(this.#chunk, this.#position, byteLength);
    copy.set(source);
    this.#position += (byteLength + ALIGNMENT - 1) & -ALIGNMENT;
    return copy;
  }
}
