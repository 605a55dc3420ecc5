import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import {
  BLOCK_HEAD_BYTES,
  blockBytes,
  blockPosition,
  CLASS_COUNT,
  CONTROL_BYTES,
  sizeClassFor,
} from "./arena-layout.ts";
import { MappedArena } from "./mapped-arena.ts";

/** What an arena may hold. */
export interface ArenaLimits {
  /** Bytes that have memory at most. */
  readonly bytesMax: number;
  /** Bytes of free blocks that are kept for reuse while nothing is written; the memory of others goes back to the system. */
  readonly idleBytesMax: number;
}

/** Issued blocks that one allocation looks at before it takes fresh memory. */
const SWEEP_COUNT_MAX = 64;

const PAGE_BYTES = 4096;

/** What a request's byte says; 0 otherwise. */
const CANCELLED = 1;
const MUST_WAIT = 2;

/** A block and how many of its bytes have memory. */
interface ArenaBlock {
  readonly position: number;
  residentBytes: number;
}

/**
 * The server's arena: writes tensors where the stub reads them, and holds the cancellation bytes.
 *
 * Invariant: a block is in exactly one of `#free` (it has memory), `#blank` (it has none) and `#issued` (the stub may be
 * reading it, which its state says).
 */
export class ArenaWriter {
  readonly #arena: MappedArena;
  readonly #limits: ArenaLimits;
  readonly #control: Uint8Array;
  readonly #free: ArenaBlock[][] = [];
  readonly #blank: ArenaBlock[][] = [];
  readonly #issued: ArenaBlock[][] = [];
  readonly #counts: number[] = [];
  #residentBytes = 0;
  #hasStored = false;
  /** Offsets that no request has. The last one goes out first. */
  readonly #freeOffsets: number[] = [];
  #offsetCount = 1;

  /** @throws {Error} if the system has no shared memory */
  constructor(name: string, limits: ArenaLimits) {
    this.#arena = MappedArena.create(name);
    this.#limits = limits;
    this.#control = this.#arena.file.map(0, CONTROL_BYTES);
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
      this.#free.push([]);
      this.#blank.push([]);
      this.#issued.push([]);
      this.#counts.push(0);
    }
  }

  get descriptor(): number {
    return this.#arena.file.descriptor;
  }

  /** Bytes that have memory, in use or kept for reuse. */
  get residentBytes(): number {
    return this.#residentBytes;
  }

  /** Blocks that the stub has not given back. */
  get issuedCount(): number {
    this.#sweepAll();
    return this.#issued.reduce((sum, blocks) => sum + blocks.length, 0);
  }

  /**
   * Copies bytes into a block, which is the stub's from then on.
   *
   * @returns the position of the contents
   * @throws {TritonError} Internal if the limit does not allow it
   */
  store(bytes: Uint8Array): number {
    this.#hasStored = true;
    const sizeClass = sizeClassFor(bytes.byteLength);
    const touched = Math.ceil((bytes.byteLength + BLOCK_HEAD_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    const block = sizeClass < 0 ? null : this.#take(sizeClass, touched);
    if (block === null) {
      throw this.#exhausted();
    }
    const { begin, bytes: target, words } = this.#arena.chunk(block.position);
    const offset = block.position - begin;
    target.set(bytes, offset + BLOCK_HEAD_BYTES);
    Atomics.store(words, offset / 4, 1);
    this.#at(this.#issued, sizeClass).push(block);
    return block.position + BLOCK_HEAD_BYTES;
  }

  /** Takes back a block that has been written and not been sent. */
  takeBack(position: number): void {
    const block = position - BLOCK_HEAD_BYTES;
    const { begin, words } = this.#arena.chunk(block);
    Atomics.store(words, (block - begin) / 4, 0);
  }

  /** A cancellation byte for a request, cleared; 0, which is never set, if all are taken. */
  takeCancelOffset(): number {
    const offset = this.#freeOffsets.pop();
    if (offset !== undefined) {
      return offset;
    }
    return this.#offsetCount < CONTROL_BYTES ? this.#offsetCount++ : 0;
  }

  /** Tells the stub that a request's client has gone. */
  setCancelled(offset: number): void {
    if (offset > 0) {
      this.#control[offset] = CANCELLED;
    }
  }

  /** Has the stub ask before it sends the request's next answer, or no longer. Nothing is asked for a cancelled request. */
  setWaitMark(offset: number, mustWait: boolean): void {
    if (offset > 0 && this.#control[offset] !== CANCELLED) {
      this.#control[offset] = mustWait ? MUST_WAIT : 0;
    }
  }

  /** Takes a byte back, once a request. */
  releaseCancelOffset(offset: number): void {
    if (offset > 0) {
      this.#control[offset] = 0;
      this.#freeOffsets.push(offset);
    }
  }

  /** Gives memory of free blocks back to the system until little is kept, if nothing was written since the last call. */
  shrinkIfIdle(): void {
    if (this.#hasStored) {
      this.#hasStored = false;
      return;
    }
    this.#sweepAll();
    this.#trim(this.#limits.idleBytesMax);
  }

  /** Lets go of the memory. Idempotent. */
  close(): void {
    this.#arena.close();
  }

  #exhausted(): TritonError {
    return new TritonError(
      StatusCode.Internal,
      `Failed to increase the shared memory pool size to ${this.#residentBytes} bytes. If you are running Triton inside ` +
        "docker, use '--shm-size' flag to control the shared memory region size. Error: the limit is " +
        `shm-max-byte-size=${this.#limits.bytesMax}`,
    );
  }

  /** A block for `touched` bytes, or null if the limit does not allow it. */
  #take(sizeClass: number, touched: number): ArenaBlock | null {
    const free = this.#at(this.#free, sizeClass);
    if (free.length === 0) {
      this.#sweep(sizeClass, SWEEP_COUNT_MAX);
    }
    const block = free.pop() ?? this.#blankBlock(sizeClass);
    const growth = Math.max(0, touched - block.residentBytes);
    if (this.#residentBytes + growth > this.#limits.bytesMax) {
      this.#sweepAll();
      this.#trim(
        Math.max(0, this.#idleBytes() - (this.#residentBytes + growth - this.#limits.bytesMax)),
      );
      if (this.#residentBytes + growth > this.#limits.bytesMax) {
        this.#at(block.residentBytes > 0 ? this.#free : this.#blank, sizeClass).push(block);
        return null;
      }
    }
    block.residentBytes += growth;
    this.#residentBytes += growth;
    return block;
  }

  #blankBlock(sizeClass: number): ArenaBlock {
    const blank = this.#at(this.#blank, sizeClass).pop();
    if (blank !== undefined) {
      return blank;
    }
    const index = this.#counts[sizeClass] ?? 0;
    this.#counts[sizeClass] = index + 1;
    return { position: blockPosition(sizeClass, index), residentBytes: 0 };
  }

  #idleBytes(): number {
    let sum = 0;
    for (const blocks of this.#free) {
      for (const { residentBytes } of blocks) {
        sum += residentBytes;
      }
    }
    return sum;
  }

  #sweepAll(): void {
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) {
      this.#sweep(sizeClass, this.#at(this.#issued, sizeClass).length);
    }
  }

  /** Looks which of the oldest issued blocks have come back; those that have not become the youngest. */
  #sweep(sizeClass: number, countMax: number): void {
    const issued = this.#at(this.#issued, sizeClass);
    const looked = issued.splice(0, countMax);
    for (const block of looked) {
      const { begin, words } = this.#arena.chunk(block.position);
      const isFree = Atomics.load(words, (block.position - begin) / 4) === 0;
      (isFree ? this.#at(this.#free, sizeClass) : issued).push(block);
    }
  }

  #trim(idleBytesMax: number): void {
    let idle = this.#idleBytes();
    for (let sizeClass = CLASS_COUNT - 1; sizeClass >= 0; sizeClass--) {
      const free = this.#at(this.#free, sizeClass);
      while (idle > idleBytesMax) {
        const block = free.shift();
        if (block === undefined) {
          break;
        }
        this.#arena.file.discard(block.position, blockBytes(sizeClass));
        idle -= block.residentBytes;
        this.#residentBytes -= block.residentBytes;
        block.residentBytes = 0;
        this.#at(this.#blank, sizeClass).push(block);
      }
    }
  }

  #at(lists: readonly ArenaBlock[][], sizeClass: number): ArenaBlock[] {
    const list = lists[sizeClass];
    assert(list !== undefined, "a size class");
    return list;
  }
}
