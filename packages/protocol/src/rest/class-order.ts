/*
 * The order in which the real server lists classes: that of `std::sort` as libstdc++ has it, greatest value first. It is
 * not stable, so which of two equal values comes first follows from the steps of the algorithm: quicksort around the
 * median of three down to runs of 16, heapsort where that goes too deep, then insertion sort.
 */

/** Values to be ordered. */
export type ClassValues = ArrayLike<number> | ArrayLike<bigint>;

const RUN_SIZE = 16;
/** Up to so many classes, picking them out beats sorting. */
const DISTINCT_COUNT_MAX = 16;

/**
 * The indices of the `count` greatest values, greatest first, in the order of the real server. NaN has no place in an
 * order: where there is one, the outcome is only sure to hold every index once.
 *
 * @see Triton server src/classification.cc, AddClassResults
 */
export function greatestIndices(values: ClassValues, count: number): Uint32Array {
  const distinct = count <= DISTINCT_COUNT_MAX ? distinctGreatest(values, count) : null;
  return distinct ?? new IndexOrder(values).sorted().subarray(0, count);
}

/** The same without sorting everything; null if two of the values that decide are equal. */
function distinctGreatest(values: ClassValues, count: number): Uint32Array | null {
  // Numbers or bigints, which compare alike.
  const valueAt = (index: number): number => values[index] as number;
  const indices: number[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = valueAt(index);
    let place = indices.length;
    while (place > 0 && value > valueAt(indices[place - 1] ?? 0)) {
      place--;
    }
    if (place < count) {
      indices.splice(place, 0, index);
      indices.length = Math.min(indices.length, count);
    }
  }
  let atLeastLastCount = 0;
  const last = valueAt(indices.at(-1) ?? 0);
  for (let index = 0; index < values.length; index++) {
    atLeastLastCount += valueAt(index) >= last ? 1 : 0;
  }
  for (let place = 1; place < indices.length; place++) {
    if (!(valueAt(indices[place - 1] ?? 0) > valueAt(indices[place] ?? 0))) {
      return null;
    }
  }
  return atLeastLastCount === indices.length ? Uint32Array.from(indices) : null;
}

/** Indices while they are sorted. Places are positions in `#indices`. */
class IndexOrder {
  readonly #values: ClassValues;
  readonly #indices: Uint32Array;

  constructor(values: ClassValues) {
    this.#values = values;
    this.#indices = Uint32Array.from({ length: values.length }, (_, index) => index);
  }

  sorted(): Uint32Array {
    const { length } = this.#indices;
    if (length > RUN_SIZE) {
      this.#sortToRuns(0, length, (31 - Math.clz32(length)) * 2);
    }
    for (let place = 1; place < length; place++) {
      this.#insert(place);
    }
    return this.#indices;
  }

  #indexAt(place: number): number {
    // Every caller keeps 0 ≤ place < length.
    return this.#indices[place] as number;
  }

  #isBefore(left: number, right: number): boolean {
    // Indices of values, all numbers or all bigints, which compare alike.
    return (this.#values[left] as number) > (this.#values[right] as number);
  }

  #swap(left: number, right: number): void {
    const index = this.#indexAt(left);
    this.#indices[left] = this.#indexAt(right);
    this.#indices[right] = index;
  }

  /** Moves the index at `place` forward to where it belongs in the sorted ones before it. */
  #insert(place: number): void {
    const index = this.#indexAt(place);
    let target = place;
    while (target > 0 && this.#isBefore(index, this.#indexAt(target - 1))) {
      this.#indices[target] = this.#indexAt(target - 1);
      target--;
    }
    this.#indices[target] = index;
  }

  /** Leaves runs of at most 16 unsorted, each in its place. The right part is done first, as there; its depth is bounded. */
  #sortToRuns(start: number, end: number, depthMax: number): void {
    let depth = depthMax;
    let stop = end;
    while (stop - start > RUN_SIZE) {
      if (depth === 0) {
        this.#heapSort(start, stop);
        return;
      }
      depth--;
      const cut = this.#partition(start, stop);
      this.#sortToRuns(cut, stop, depth);
      stop = cut;
    }
  }

  #partition(start: number, end: number): number {
    this.#moveMedianToStart(start, start + 1, start + ((end - start) >> 1), end - 1);
    const pivot = this.#indexAt(start);
    let left = start + 1;
    let right = end;
    for (;;) {
      // The bounds stop nothing but NaN.
      while (left < end - 1 && this.#isBefore(this.#indexAt(left), pivot)) {
        left++;
      }
      right--;
      while (right > start && this.#isBefore(pivot, this.#indexAt(right))) {
        right--;
      }
      if (left >= right) {
        return left;
      }
      this.#swap(left, right);
      left++;
    }
  }

  #moveMedianToStart(start: number, a: number, b: number, c: number): void {
    const indexA = this.#indexAt(a);
    const indexB = this.#indexAt(b);
    const indexC = this.#indexAt(c);
    if (this.#isBefore(indexA, indexB)) {
      const upper = this.#isBefore(indexA, indexC) ? c : a;
      this.#swap(start, this.#isBefore(indexB, indexC) ? b : upper);
    } else {
      const upper = this.#isBefore(indexB, indexC) ? c : b;
      this.#swap(start, this.#isBefore(indexA, indexC) ? a : upper);
    }
  }

  #heapSort(start: number, end: number): void {
    const size = end - start;
    for (let parent = (size - 2) >> 1; parent >= 0; parent--) {
      this.#siftDown(start, parent, size, this.#indexAt(start + parent));
    }
    for (let last = size - 1; last > 0; last--) {
      const index = this.#indexAt(start + last);
      this.#indices[start + last] = this.#indexAt(start);
      this.#siftDown(start, 0, last, index);
    }
  }

  /** Sinks the hole to the bottom along the later child, then lets `index` rise from there. */
  #siftDown(start: number, top: number, size: number, index: number): void {
    let hole = top;
    let child = 2 * hole + 2;
    while (child < size) {
      if (this.#isBefore(this.#indexAt(start + child), this.#indexAt(start + child - 1))) {
        child--;
      }
      this.#indices[start + hole] = this.#indexAt(start + child);
      hole = child;
      child = 2 * hole + 2;
    }
    if (child === size) {
      this.#indices[start + hole] = this.#indexAt(start + child - 1);
      hole = child - 1;
    }
    while (hole > top) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(this.#indexAt(start + parent), index)) {
        break;
      }
      this.#indices[start + hole] = this.#indexAt(start + parent);
      hole = parent;
    }
    this.#indices[start + hole] = index;
  }
}
