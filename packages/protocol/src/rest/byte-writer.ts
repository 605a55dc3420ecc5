/**
 * Bytes written one after the other into memory that grows as needed.
 *
 * Invariant: 0 ≤ position ≤ bytes.byteLength; what lies before `position` has been written. `bytes` is replaced when it
 * grows, so a view of it must be taken after the last write. The owner may set `bytes` and `position` to start on memory
 * of its own, or keep filling the same memory response after response as long as nobody still reads the earlier part.
 */
export class ByteWriter {
  bytes: Uint8Array;
  position = 0;
  readonly #allocate: (byteSize: number) => Uint8Array;

  /** @param allocate where memory comes from; its content does not matter */
  constructor(
    byteSize: number,
    allocate: (byteSize: number) => Uint8Array = (size) => new Uint8Array(size),
  ) {
    this.#allocate = allocate;
    this.bytes = allocate(byteSize);
  }

  /** Makes room for `byteCount` more bytes; moves what has been written if that takes new memory. */
  ensure(byteCount: number): void {
    const needed = this.position + byteCount;
    if (needed > this.bytes.byteLength) {
      const grown = this.#allocate(Math.max(needed, this.bytes.byteLength * 2));
      grown.set(this.bytes.subarray(0, this.position));
      this.bytes = grown;
    }
  }
}
