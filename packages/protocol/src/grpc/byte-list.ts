const CAPACITY_MIN = 64;
const NO_BYTES = new Uint8Array(0);

/**
 * Bytes that come piece by piece. A first piece that is part of the message stays a view of it; only what follows it makes
 * a copy. The memory is at most twice what has come.
 *
 * Invariant: what has come lies in the first `size` bytes of `#memory`. `#isOwn` says whether that may be written.
 *
 * @internal
 */
export class ByteList {
  size = 0;
  #memory: Uint8Array = NO_BYTES;
  #isOwn = false;

  /** What has come, not a copy. To be taken when nothing more comes. */
  get bytes(): Uint8Array {
    return this.#memory.byteLength === this.size
      ? this.#memory
      : this.#memory.subarray(0, this.size);
  }

  /** Appends bytes that stay as they are as long as the list is read. */
  appendView(bytes: Uint8Array): void {
    if (this.size === 0) {
      this.#memory = bytes;
      this.#isOwn = false;
      this.size = bytes.byteLength;
      return;
    }
    const start = this.reserve(bytes.byteLength);
    this.#memory.set(bytes, start);
  }

  /** The memory to fill after `reserve`; the next one may replace it. */
  get memory(): Uint8Array {
    return this.#memory;
  }

  /** Makes room for `byteSize` bytes more and returns where in `memory` they begin. */
  reserve(byteSize: number): number {
    const start = this.size;
    const end = start + byteSize;
    if (!this.#isOwn || end > this.#memory.byteLength) {
      // The first piece gets what it needs: mostly nothing follows it.
      const capacity = start === 0 ? end : Math.max(CAPACITY_MIN, end, 2 * start);
      const memory = new Uint8Array(capacity);
      memory.set(this.bytes);
      this.#memory = memory;
      this.#isOwn = true;
    }
    this.size = end;
    return start;
  }
}
