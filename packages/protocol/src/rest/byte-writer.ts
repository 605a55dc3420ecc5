/**
 * Bytes written one after the other into memory that grows as needed.
 *
 * Invariant: 0 ≤ position ≤ bytes.byteLength; what lies before `position` has been written, what lies behind may have been
 * touched. `bytes` is replaced when it grows, so a view of it must be taken after the last write. The owner may call `use`
 * to start on memory of its own, or keep filling the same memory response after response as long as nobody still reads
 * the earlier part.
 */
export class ByteWriter {
  position = 0;
  #bytes: Uint8Array;
  #view: DataView;
  readonly #allocate: (byteSize: number) => Uint8Array;

  /** @param allocate where memory comes from; its content does not matter */
  constructor(
    byteSize: number,
    allocate: (byteSize: number) => Uint8Array = (size) => new Uint8Array(size),
  ) {
    this.#allocate = allocate;
    this.#bytes = allocate(byteSize);
    this.#view = viewOf(this.#bytes);
  }

  /** The memory. Write through it only behind `position`, after `ensure`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same memory as a view. */
  get view(): DataView {
    return this.#view;
  }

  /** Goes on in other memory, from its start. */
  use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.position = 0;
  }

  /** Makes room for `byteCount` more bytes; moves what has been written if that takes new memory. */
  ensure(byteCount: number): void {
    const needed = this.position + byteCount;
    if (needed > this.#bytes.byteLength) {
      this.#grow(Math.max(needed, this.#bytes.byteLength * 2));
    }
  }

  /** Appends `bytes`. */
  append(bytes: Uint8Array): void {
    this.ensure(bytes.byteLength);
    this.#bytes.set(bytes, this.position);
    this.position += bytes.byteLength;
  }

  #grow(byteSize: number): void {
    const grown = this.#allocate(byteSize);
    grown.set(this.#bytes.subarray(0, this.position));
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
