import { assert } from "../../base/assert.ts";
import type { TensorMemory } from "../../model/tensor.ts";
import {
  BLOCK_HEAD_BYTES,
  blockBytes,
  blockPosition,
  CONTROL_BYTES,
  sizeClassAt,
  sizeClassFor,
} from "./arena-layout.ts";
import { MappedArena } from "./mapped-arena.ts";
import { WireError } from "./wire-error.ts";

const PAGE_BYTES = 4096;

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
  readonly #control: Uint32Array;
  #viewCount = 0;

  /** @throws {Error} if the system has no shared memory */
  constructor(name: string, bytesMax: number) {
    this.#arena = MappedArena.create(name);
    this.#bytesMax = bytesMax;
    this.#control = new Uint32Array(this.#arena.file.map(0, CONTROL_BYTES).buffer, 0, 1);
  }

  /** The id of the batch that the stub has begun last, 0 before the first; also when it has died. */
  get begunId(): number {
    return this.#control[0] ?? 0;
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
    if (sizeClass < 0) {
      throw new WireError("a tensor outside of the arena");
    }
    const room = blockBytes(sizeClass);
    const inRegion = position - BLOCK_HEAD_BYTES - blockPosition(sizeClass, 0);
    // The writer takes the smallest class that has room, and no more blocks than the limit has pages.
    const isFitting = sizeClassFor(byteSize) === sizeClass && byteSize <= this.#bytesMax;
    const isBlock =
      inRegion >= 0 && inRegion % room === 0 && inRegion / room <= this.#bytesMax / PAGE_BYTES;
    if (byteSize <= 0 || !isFitting || !isBlock) {
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
