import { assert } from "../../base/assert.ts";
import type { TensorMemory } from "../../model/tensor.ts";
import {
  type BufferPlace,
  INLINE_SIZE_MAX,
  type TensorFinder,
  TensorPlace,
  type TensorPlacer,
} from "./wire/tensor-place.ts";
import type { ThreadLink } from "./wire/thread-link.ts";

/**
 * The server's side of tensors that lie in shared buffers: its own, each held by the batch that it was filled for and by the
 * answers that lie in it, and the worker's, which go back when an answer is released.
 */
export class ServerBuffers implements TensorPlacer, TensorFinder {
  readonly #link: () => ThreadLink;
  /** How many hold each buffer of the server's. */
  readonly #holderCounts = new Map<number, number>();
  /** Buffers filled since `beginBatch`. */
  #filled: number[] = [];

  constructor(link: () => ThreadLink) {
    this.#link = link;
  }

  /** Buffers of the server's that are in use: 0 when nothing leaks and nothing runs. */
  get heldCount(): number {
    return this.#holderCounts.size;
  }

  /** The buffers that `place` has filled since the last call; the caller gives each of them up. */
  takeFilled(): readonly number[] {
    const filled = this.#filled;
    this.#filled = [];
    return filled;
  }

  place(bytes: Uint8Array): BufferPlace | null {
    if (bytes.byteLength <= INLINE_SIZE_MAX) {
      return null;
    }
    const index = this.#link().copyToShared(bytes);
    this.#holderCounts.set(index, 1);
    this.#filled.push(index);
    return { place: TensorPlace.ServerBuffer, index, offset: 0 };
  }

  find({ place, index, offset }: BufferPlace, size: number): Uint8Array {
    if (place === TensorPlace.WorkerBuffer) {
      return this.#link().view(index, offset, size);
    }
    if (!this.#holderCounts.has(index)) {
      throw new RangeError("an output lies in the memory of a request that has been answered");
    }
    return this.#link()
      .pool.bufferAt(index)
      .bytes.subarray(offset, offset + size);
  }

  /** One more holder of the place that `find` found; its release gives it up. */
  hold({ place, index }: BufferPlace): TensorMemory {
    if (place === TensorPlace.WorkerBuffer) {
      return once(() => this.#link().release(index));
    }
    this.#holderCounts.set(index, (this.#holderCounts.get(index) ?? 0) + 1);
    return once(() => this.giveUp(index));
  }

  /** One holder fewer of a buffer of the server's. */
  giveUp(index: number): void {
    const count = this.#holderCounts.get(index);
    assert(count !== undefined, "a buffer that is given up is held");
    if (count > 1) {
      this.#holderCounts.set(index, count - 1);
    } else {
      this.#holderCounts.delete(index);
      this.#link().pool.give(index);
    }
  }
}

function once(release: () => void): TensorMemory {
  let isReleased = false;
  return {
    release() {
      assert(!isReleased, "a tensor's memory is released once");
      isReleased = true;
      release();
    },
  };
}
