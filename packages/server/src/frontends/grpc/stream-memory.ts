/**
 * Counts the bytes that the requests of all streams hold, so that many streams together have a bound, too: above it, a
 * stream has one request in flight at a time.
 */
export class StreamMemory {
  readonly #sizeMax: number;
  #size = 0;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get isFull(): boolean {
    return this.#size >= this.#sizeMax;
  }

  take(byteSize: number): void {
    this.#size += byteSize;
  }

  give(byteSize: number): void {
    this.#size -= byteSize;
  }
}
