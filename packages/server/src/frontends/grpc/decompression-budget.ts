import { assert } from "../../base/assert.ts";

/**
 * Counts the bytes of decompressed messages that are still in use: compressed data can be a thousand times larger than what a
 * client had to send. Messages that are being decompressed, a few at a time, come on top.
 */
export class DecompressionBudget {
  #available: number;

  constructor(sizeMax: number) {
    this.#available = sizeMax;
  }

  /** Bytes that the next message may have; never negative. */
  get available(): number {
    return Math.max(0, this.#available);
  }

  take(size: number): void {
    this.#available -= size;
  }

  give(size: number): void {
    assert(size >= 0, "sizes are not negative");
    this.#available += size;
  }
}
