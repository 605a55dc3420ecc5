import { assert } from "../../base/assert.ts";

/**
 * The slots of a model's instances that no sequence has. The lowest number is taken first, wherever it is, so that batches
 * stay small and all instances fill alike. A slot is known by its rank: number × instances + instance.
 *
 * What has never been taken costs nothing: a configuration may allow 2^31 sequences.
 */
export class FreeSlots {
  readonly #instanceCount: number;
  readonly #slotCount: number;
  /** All ranks below have been taken once. */
  #unusedRank = 0;
  /** Ranks given back: a binary heap, the lowest first. */
  readonly #heap: number[] = [];

  constructor(instanceCount: number, slotsAnInstance: number) {
    this.#instanceCount = instanceCount;
    this.#slotCount = instanceCount * slotsAnInstance;
  }

  /** Takes the lowest; null if there is none. */
  take(): { readonly instanceIndex: number; readonly slotNumber: number } | null {
    const rank = this.#heap.length > 0 ? this.#pop() : this.#takeUnused();
    if (rank === null) {
      return null;
    }
    return {
      instanceIndex: rank % this.#instanceCount,
      slotNumber: Math.floor(rank / this.#instanceCount),
    };
  }

  /** Gives one back. */
  give(instanceIndex: number, slotNumber: number): void {
    const heap = this.#heap;
    const rank = slotNumber * this.#instanceCount + instanceIndex;
    assert(rank < this.#unusedRank, "only a slot that was taken is given back");
    let index = heap.length;
    heap.push(rank);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#at(parent);
      if (above <= rank) {
        break;
      }
      heap[index] = above;
      index = parent;
    }
    heap[index] = rank;
  }

  #takeUnused(): number | null {
    return this.#unusedRank < this.#slotCount ? this.#unusedRank++ : null;
  }

  #pop(): number {
    const heap = this.#heap;
    const first = this.#at(0);
    const last = heap.pop();
    assert(last !== undefined, "a slot is free");
    const size = heap.length;
    if (size === 0) {
      return first;
    }
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && this.#at(child + 1) < this.#at(child)) {
        child++;
      }
      const below = this.#at(child);
      if (below >= last) {
        break;
      }
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  #at(index: number): number {
    const rank = this.#heap[index];
    assert(rank !== undefined, "an index inside the heap");
    return rank;
  }
}
