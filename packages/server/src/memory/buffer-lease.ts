import { assert } from "../base/assert.ts";
import type { TensorMemory } from "../model/tensor.ts";

/** A buffer of a pool: memory with a native address that never changes. */
export interface PoolBuffer {
  readonly bytes: Uint8Array;
  readonly address: bigint;
  readonly sizeClass: number;
}

/** Where a lease goes back to. */
export interface LeaseOwner {
  onRelease(buffer: PoolBuffer): void;
}

/**
 * The right to use a pooled buffer, held once or, by `retain`, several times.
 *
 * Ownership: every holder calls `release` exactly once, after its last look at the bytes; the last one gives the buffer
 * back, and its memory may then be another tensor's. A lease that is forgotten is collected with its buffer: the pool
 * loses the buffer, the process nothing.
 */
export class BufferLease implements TensorMemory {
  /** The first `byteSize` bytes of the buffer. What they hold is left over from its last use. */
  readonly bytes: Uint8Array;
  /** Native address of `bytes`. */
  readonly address: bigint;
  readonly #owner: LeaseOwner;
  readonly #buffer: PoolBuffer;
  #holderCount = 1;

  constructor(owner: LeaseOwner, buffer: PoolBuffer, byteSize: number) {
    this.#owner = owner;
    this.#buffer = buffer;
    this.address = buffer.address;
    this.bytes = buffer.bytes.subarray(0, byteSize);
  }

  /** One more holder. */
  retain(): void {
    assert(this.#holderCount > 0, "a released lease cannot be held again");
    this.#holderCount++;
  }

  /** @throws {AssertionError} if called more often than the lease is held */
  release(): void {
    assert(this.#holderCount > 0, "a lease is released once a holder");
    this.#holderCount--;
    if (this.#holderCount === 0) {
      this.#owner.onRelease(this.#buffer);
    }
  }
}
