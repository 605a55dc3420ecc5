import { markAsUntransferable } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { BufferLease, type LeaseOwner, type PoolBuffer } from "./buffer-lease.ts";
import { sizeClassBytes, sizeClassOf } from "./size-class.ts";

/** Bytes that a pool keeps for reuse unless it is told otherwise. */
export const IDLE_BYTES_MAX_DEFAULT: number = 256 << 20;

/** What a pool works with. */
export interface BufferPoolOptions {
  /** Gives the native address of memory. Injected, since only `ffi/` knows addresses. */
  readonly addressOf: (buffer: ArrayBuffer) => bigint;
  /** A buffer that comes back is kept only while the idle ones, it included, have at most this many bytes. */
  readonly idleBytesMax: number;
}

/**
 * Reuses the memory of large tensors: allocating, zeroing and collecting 16 MiB costs more than most models' share of
 * it. Buffers are ArrayBuffers with a native address that never changes, so that native code may write to them.
 *
 * Buffers are sorted into size classes; the one that came back last goes out first, as its pages are the warmest.
 * Leased buffers are not limited here: they are bounded by the requests in flight.
 */
export class BufferPool implements LeaseOwner {
  readonly #addressOf: (buffer: ArrayBuffer) => bigint;
  readonly #idleBytesMax: number;
  /** By size class; the one that came back last is at the end. */
  readonly #idle: PoolBuffer[][] = [];
  #idleBytes = 0;
  #leasedCount = 0;
  #leasedBytes = 0;
  #allocatedCount = 0;

  constructor(options: BufferPoolOptions) {
    this.#addressOf = options.addressOf;
    this.#idleBytesMax = options.idleBytesMax;
  }

  /** Leases that have not been released: 0 when nothing leaks and nothing runs. */
  get leasedCount(): number {
    return this.#leasedCount;
  }

  /** Bytes of the buffers behind those leases. */
  get leasedBytes(): number {
    return this.#leasedBytes;
  }

  /** Bytes kept for reuse. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Buffers allocated since the start: stands still when sizes repeat. */
  get allocatedCount(): number {
    return this.#allocatedCount;
  }

  /**
   * A buffer of at least `byteSize` bytes, with whatever it held before.
   *
   * @throws {RangeError} if there is no such memory
   */
  acquire(byteSize: number): BufferLease {
    const sizeClass = sizeClassOf(byteSize);
    const buffer = this.#takeIdle(sizeClass) ?? this.#allocate(sizeClass);
    this.#leasedCount++;
    this.#leasedBytes += buffer.bytes.byteLength;
    return new BufferLease(this, buffer, byteSize);
  }

  /** @internal for BufferLease */
  onRelease(buffer: PoolBuffer): void {
    const byteSize = buffer.bytes.byteLength;
    assert(this.#leasedCount > 0, "no more releases than leases");
    this.#leasedCount--;
    this.#leasedBytes -= byteSize;
    if (this.#idleBytes + byteSize > this.#idleBytesMax) {
      return;
    }
    this.#idleBytes += byteSize;
    const idle = this.#idle[buffer.sizeClass] ?? [];
    this.#idle[buffer.sizeClass] = idle;
    idle.push(buffer);
  }

  /** Forgets the idle buffers. */
  clear(): void {
    this.#idle.length = 0;
    this.#idleBytes = 0;
  }

  #takeIdle(sizeClass: number): PoolBuffer | undefined {
    const buffer = this.#idle[sizeClass]?.pop();
    if (buffer !== undefined) {
      this.#idleBytes -= buffer.bytes.byteLength;
    }
    return buffer;
  }

  #allocate(sizeClass: number): PoolBuffer {
    const memory = new ArrayBuffer(sizeClassBytes(sizeClass));
    // A transfer to another thread would leave native code with an address of nothing.
    markAsUntransferable(memory);
    this.#allocatedCount++;
    return { bytes: new Uint8Array(memory), address: this.#addressOf(memory), sizeClass };
  }
}
