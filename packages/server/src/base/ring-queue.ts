import { assert } from "./assert.ts";

const CAPACITY_MIN = 16;

/**
 * A bounded first-in-first-out queue on a ring that doubles as needed, up to its limit.
 *
 * ```
 *   items:  . . [head] x x x x [tail] . .      size = (tail - head) mod capacity
 * ```
 * Invariant: `items.length` is a power of two and `0 ≤ size ≤ min(items.length, sizeMax)`.
 */
export class RingQueue<T> {
  readonly sizeMax: number;
  #items: (T | undefined)[] = new Array<T | undefined>(CAPACITY_MIN).fill(undefined);
  #head = 0;
  #size = 0;

  constructor(sizeMax: number) {
    assert(Number.isSafeInteger(sizeMax) && sizeMax > 0, "a queue's limit is a positive integer");
    this.sizeMax = sizeMax;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.sizeMax;
  }

  /** Appends; the caller has looked at `isFull`. */
  push(item: T): void {
    assert(this.#size < this.sizeMax, "push on a full queue");
    if (this.#size === this.#items.length) {
      this.#grow();
    }
    this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
    this.#size++;
  }

  /** Removes and returns the oldest item, or undefined if there is none. */
  shift(): T | undefined {
    if (this.#size === 0) {
      return undefined;
    }
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size--;
    return item;
  }

  /** The oldest item without removing it. */
  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#head];
  }

  #grow(): void {
    const items = new Array<T | undefined>(this.#items.length * 2).fill(undefined);
    for (let index = 0; index < this.#size; index++) {
      items[index] = this.#items[(this.#head + index) & (this.#items.length - 1)];
    }
    this.#items = items;
    this.#head = 0;
  }
}
