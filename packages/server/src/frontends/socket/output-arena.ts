import { assert } from "../../base/assert.ts";
import { addressOf } from "../../ffi/native-memory.ts";

const SLAB_SIZE = 128 * 1024;

/**
 * Memory in which small answers are put together. `position` goes back to the start as soon as nothing taken from the
 * slab is in use, which on a connection that takes its answers at once is after each write.
 *
 * Invariant: 0 ≤ inUseCount; position = 0 if inUseCount = 0.
 */
export class OutputSlab {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
  position = 0;
  /** Of the first byte, for native calls while the slab is reachable. */
  readonly address: number = Number(addressOf(this.bytes));
  #inUseCount = 0;

  /** Takes the next `size` bytes and returns where they begin. The caller has looked at the room. */
  take(size: number): number {
    const start = this.position;
    assert(start + size <= SLAB_SIZE, "a slab has room for what is taken");
    this.position = start + size;
    this.#inUseCount++;
    return start;
  }

  /** Gives one taken piece back. */
  release(): void {
    assert(this.#inUseCount > 0, "a piece is given back once");
    this.#inUseCount--;
    if (this.#inUseCount === 0) {
      this.position = 0;
    }
  }
}

/** The slab that the connections of one server share; a full one is left to those who still use it. */
export class OutputArena {
  /** The largest piece that `slabFor` can serve. */
  readonly pieceSizeMax: number = SLAB_SIZE;
  #slab = new OutputSlab();

  /** A slab with room for `size` bytes. */
  slabFor(size: number): OutputSlab {
    if (this.#slab.position + size > SLAB_SIZE) {
      this.#slab = new OutputSlab();
    }
    return this.#slab;
  }
}
