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
    this.reserve(bytes.byteLength).set(bytes);
  }

  /** Makes `byteSize` bytes more and returns them, to be filled. Valid until the next call. */
  reserve(byteSize: number): Uint8Array {
    const start = this.size;
    const end = start + byteSize;
    if (!this.#isOwn || end > this.#memory.byteLength) {
      // The first piece gets what it needs: mostly nothing follows it.
      const capacity = start === 0 ? end : Math.max(CAPACITY_MIN, end, 2 * start);
      const memory = new Uint8Array(capacity);
      memory.set(this.#memory.subarray(0, start));
      this.#memory = memory;
      this.#isOwn = true;
    }
    this.size = end;
    return this.#memory.subarray(start, end);
  }
}
