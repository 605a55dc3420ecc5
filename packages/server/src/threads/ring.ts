import { assert } from "../base/assert.ts";

/**
 * Memory shared by two threads: records go from the one writer to the one reader, in order.
 *
 * ```
 *   control (int32, two cache lines each)   TAIL  bytes written   HEAD  bytes read
 *                                           ASLEEP 1: the reader waits for the bell
 *                                           FULL   1: the writer waits for room
 *   data    . . . [head] record record [tail] . . .             a power of two of bytes
 *   record  int32 its size, or minus the bytes to the end of the data, where there is none │ content
 * ```
 * Invariant: 0 ≤ TAIL - HEAD ≤ capacity, both modulo 2^32; records begin on multiples of 8 and lie in one piece.
 *
 * No bell is ever missed: a side says that it waits and then looks once more, the other side first moves its position and
 * then looks whether it is waited for. Atomics are sequentially consistent, so one of the two sees the other.
 */
const TAIL = 0;
const HEAD = 32;
const ASLEEP = 64;
const FULL = 96;
const CONTROL_BYTES = 512;

/** What positions and sizes in a ring are multiples of. */
export const RECORD_ALIGNMENT = 8;
/** Bytes of a record before its content. */
export const RECORD_HEAD_SIZE = 4;

/** Memory for one direction between two threads. @param capacity bytes of records, a power of two */
export function createRingMemory(capacity: number): SharedArrayBuffer {
  const isPower = Number.isInteger(Math.log2(capacity));
  assert(isPower && capacity >= CONTROL_BYTES, "a ring's capacity is a power of two");
  return new SharedArrayBuffer(CONTROL_BYTES + capacity);
}

/** The largest record: it must fit even where the free bytes lie half at the end and half at the start. */
export function ringRecordSizeMax(memory: SharedArrayBuffer): number {
  return (memory.byteLength - CONTROL_BYTES) / 2;
}

/** The views of either side. */
class RingViews {
  /** The data by the byte; for copies without a look at each. */
  readonly bytes: Buffer;
  /** The data by the 32-bit word. */
  readonly words: Int32Array;
  protected readonly control: Int32Array;
  protected readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.capacity = memory.byteLength - CONTROL_BYTES;
    this.bytes = Buffer.from(memory, CONTROL_BYTES, this.capacity);
    this.words = new Int32Array(memory, CONTROL_BYTES, this.capacity / 4);
  }
}

/** The writing side. There is one for each ring. */
export class RingWriter extends RingViews {
  #tail: number;
  /** What the reader had read when its position was last looked at. */
  #head: number;
  #reservedSize = 0;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.#tail = Atomics.load(this.control, TAIL);
    this.#head = Atomics.load(this.control, HEAD);
  }

  /**
   * Room for the next record; nothing is written yet, and the next call takes it back unless `publish` came between.
   *
   * @param size of the whole record, its head included
   * @returns where the record begins in `bytes`, or -1 if there is no room until the reader has read on
   */
  reserve(size: number): number {
    const alignedSize = (size + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT;
    assert(alignedSize <= this.capacity / 2, "a record fits half of its ring");
    const start = this.#tail & (this.capacity - 1);
    const toEnd = this.capacity - start;
    const skipped = alignedSize <= toEnd ? 0 : toEnd;
    if (!this.#hasRoom(skipped + alignedSize)) {
      return -1;
    }
    const position = skipped === 0 ? start : 0;
    if (skipped > 0) {
      this.words[start >> 2] = -skipped;
    }
    this.words[position >> 2] = alignedSize;
    this.#reservedSize = skipped + alignedSize;
    return position;
  }

  /** Gives the reserved record to the reader. */
  publish(): void {
    assert(this.#reservedSize > 0, "a record is reserved before it is published");
    this.#tail = (this.#tail + this.#reservedSize) | 0;
    this.#reservedSize = 0;
    Atomics.store(this.control, TAIL, this.#tail);
  }

  /** Whether the reader waits for a bell; if so it no longer does, and the caller rings it. */
  takeBell(): boolean {
    return this.isReaderAsleep && Atomics.exchange(this.control, ASLEEP, 0) === 1;
  }

  /** Wakes a reader that dozes. Returns false if it does not: then it needs a bell. */
  wakeDozing(): boolean {
    return Atomics.notify(this.control, ASLEEP) > 0;
  }

  get isReaderAsleep(): boolean {
    return Atomics.load(this.control, ASLEEP) === 1;
  }

  /** Whether the reader has read everything. */
  get isEmpty(): boolean {
    return Atomics.load(this.control, HEAD) === this.#tail;
  }

  /** Asks for a bell when there is room again; the caller tries `reserve` once more after this. */
  awaitRoom(): void {
    Atomics.store(this.control, FULL, 1);
    this.#head = Atomics.load(this.control, HEAD);
  }

  #hasRoom(size: number): boolean {
    if (((this.#tail - this.#head) | 0) + size <= this.capacity) {
      return true;
    }
    this.#head = Atomics.load(this.control, HEAD);
    return ((this.#tail - this.#head) | 0) + size <= this.capacity;
  }
}

/**
 * Takes one record.
 *
 * @param position where it begins in the ring's `bytes`; it may be read until the call returns
 * @param size of the whole record
 */
export type RecordVisitor = (position: number, size: number) => void;

/** The reading side. There is one for each ring. */
export class RingReader extends RingViews {
  #head: number;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.#head = Atomics.load(this.control, HEAD);
  }

  /**
   * Visits the next records, at most so many; returns how many there were.
   *
   * @throws {AssertionError} for a record that cannot be; what the visitor throws passes through. Neither is read past.
   */
  read(countMax: number, visit: RecordVisitor): number {
    const tail = Atomics.load(this.control, TAIL);
    let count = 0;
    while (this.#head !== tail && count < countMax) {
      const position = this.#head & (this.capacity - 1);
      const size = this.words[position >> 2] ?? 0;
      this.#checkSize(position, Math.abs(size), (tail - this.#head) | 0);
      if (size > 0) {
        visit(position, size);
        count++;
      }
      this.#head = (this.#head + Math.abs(size)) | 0;
    }
    Atomics.store(this.control, HEAD, this.#head);
    return count;
  }

  /** What cannot be is a bug of the writer or foreign hands on the memory: nothing after it can be trusted. */
  #checkSize(position: number, size: number, publishedSize: number): void {
    assert(
      size > 0 &&
        (size & (RECORD_ALIGNMENT - 1)) === 0 &&
        size <= publishedSize &&
        position + size <= this.capacity,
      "a record lies whole within what was published",
    );
  }

  /** Whether the writer waits for room; if so it no longer does, and the caller rings its bell. */
  takeRoomBell(): boolean {
    return Atomics.load(this.control, FULL) === 1 && Atomics.exchange(this.control, FULL, 0) === 1;
  }

  /** Asks for a bell with the next record. Returns false if there is one already: then there is no bell to wait for. */
  sleep(): boolean {
    Atomics.store(this.control, ASLEEP, 1);
    if (Atomics.load(this.control, TAIL) === this.#head) {
      return true;
    }
    Atomics.store(this.control, ASLEEP, 0);
    return false;
  }

  /**
   * Blocks the thread, after `sleep`, until the writer wants to ring or the time is over. Returns whether it is not asleep any
   * more: there may be a bell all the same.
   */
  doze(timeoutMs: number): boolean {
    Atomics.wait(this.control, ASLEEP, 1, timeoutMs);
    return Atomics.load(this.control, ASLEEP) === 0;
  }

  /** Takes the wish for a bell back. */
  wake(): void {
    Atomics.store(this.control, ASLEEP, 0);
  }
}
