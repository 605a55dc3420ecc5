import { assert } from "../../base/assert.ts";
import type { TensorMemory } from "../../model/tensor.ts";
import {
  BLOCK_HEAD_BYTES,
  blockBytes,
  blockPosition,
  CLASS_COUNT,
  sizeClassAt,
} from "./arena-layout.ts";
import { MappedArena } from "./mapped-arena.ts";
import { WireError } from "./wire-error.ts";

/** The contents of a block of the stub's: given back by one store into shared memory. */
export class ArenaView implements TensorMemory {
  readonly bytes: Uint8Array;
  readonly #reader: ArenaReader;
  readonly #words: Int32Array;
  readonly #stateIndex: number;
  #isReleased = false;

  constructor(reader: ArenaReader, bytes: Uint8Array, words: Int32Array, stateIndex: number) {
    this.#reader = reader;
    this.bytes = bytes;
    this.#words = words;
    this.#stateIndex = stateIndex;
  }

  release(): void {
    assert(!this.#isReleased, "a block is given back once");
    this.#isReleased = true;
    Atomics.store(this.#words, this.#stateIndex, 0);
    this.#reader.onRelease();
  }
}

/** The stub's arena: reads tensors where the stub has written them. */
export class ArenaReader {
  readonly #arena: MappedArena;
  readonly #bytesMax: number;
  #viewCount = 0;

  /** @throws {Error} if the system has no shared memory */
  constructor(name: string, bytesMax: number) {
    this.#arena = MappedArena.create(name);
    this.#bytesMax = bytesMax;
  }

  get descriptor(): number {
    return this.#arena.file.descriptor;
  }

  /** Views that have not been given back: 0 when nothing leaks. */
  get viewCount(): number {
    return this.#viewCount;
  }

  /**
   * The contents at a position, without copying. Owned by the caller, who releases them.
   *
   * @throws {WireError} if that is not the inside of a block
   */
  view(position: number, byteSize: number): ArenaView {
    const sizeClass = sizeClassAt(position);
    if (sizeClass < 0 || sizeClass >= CLASS_COUNT) {
      throw new WireError("a tensor outside of the arena");
    }
    const room = blockBytes(sizeClass);
    const inRegion = position - BLOCK_HEAD_BYTES - blockPosition(sizeClass, 0);
    const isInside = byteSize > 0 && byteSize <= room - BLOCK_HEAD_BYTES;
    // No more blocks than the limit can have filled with at least half of each, or one page of the smallest.
    const isKnown =
      inRegion >= 0 && inRegion % room === 0 && inRegion / room <= this.#bytesMax / 4096;
    if (!isInside || !isKnown) {
      throw new WireError("a tensor that is not the contents of a block");
    }
    const { begin, bytes, words } = this.#arena.chunk(position);
    const offset = position - begin;
    const contents = bytes.subarray(offset, offset + byteSize);
    this.#viewCount++;
    return new ArenaView(this, contents, words, (offset - BLOCK_HEAD_BYTES) / 4);
  }

  /** @internal for ArenaView */
  onRelease(): void {
    this.#viewCount--;
  }

  /** Lets go of the memory; views stay readable. Idempotent. */
  close(): void {
    this.#arena.close();
  }
}
