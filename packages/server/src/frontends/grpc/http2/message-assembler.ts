import { assert } from "../../../base/assert.ts";
import { GrowingBody, SLAB_BODY_SIZE_MAX } from "../../socket/body-memory.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { Http2Receiver } from "./http2-stream.ts";

/** Bytes before each message: flags, then its size as u32. */
export const PREFIX_SIZE = 5;
/** Below this the rest of a message is read together with what follows it, and copied. */
const DIRECT_READ_SIZE_MIN = 16 * 1024;
const NO_BYTES = new Uint8Array(0);

/**
 * One message that did not come whole, or is too large for the shared read buffer: collects the prefix, then the bytes.
 *
 * ```
 *   prefix (5 bytes) ──► size known ──┬── up to 8 KiB ──► a small buffer
 *                                     └── above ────────► a growing buffer of the pool
 * ```
 * Ownership: the memory is this object's until `take` hands it over or `discard` gives it up.
 */
export class MessageAssembler {
  flags = 0;
  /** Bytes of the message without its prefix, once the prefix is complete. */
  size = 0;
  /** Bytes of the message that have come, without its prefix. */
  receivedSize = 0;
  #prefixSize = 0;
  #small: Uint8Array | null = null;
  #growing: GrowingBody | null = null;

  get isPrefixComplete(): boolean {
    return this.#prefixSize === PREFIX_SIZE;
  }

  get isComplete(): boolean {
    return this.isPrefixComplete && this.receivedSize === this.size;
  }

  /** Takes bytes of the prefix; returns the position after them. */
  takePrefix(bytes: Uint8Array, start: number, end: number): number {
    let position = start;
    while (position < end && this.#prefixSize < PREFIX_SIZE) {
      const byte = bytes[position++] ?? 0;
      if (this.#prefixSize === 0) {
        this.flags = byte;
      } else {
        this.size = this.size * 256 + byte;
      }
      this.#prefixSize++;
    }
    return position;
  }

  /**
   * Takes bytes of the message; returns the position after them.
   *
   * @throws {RangeError} if the memory cannot be had
   */
  takeBytes(
    bytes: Uint8Array,
    start: number,
    end: number,
    receiver: Http2Receiver,
    pool: BufferPool,
  ): number {
    const stop = Math.min(end, start + this.size - this.receivedSize);
    if (stop === start) {
      return start;
    }
    if (this.size <= SLAB_BODY_SIZE_MAX) {
      this.#small ??= Buffer.allocUnsafe(this.size);
      this.#small.set(bytes.subarray(start, stop), this.receivedSize);
    } else {
      if (this.#growing === null) {
        const offset = receiver.alignedMessageOffset(bytes, start, stop, this.size);
        this.#growing = new GrowingBody(pool, this.size, offset);
      }
      this.#growing.append(bytes, start, stop);
    }
    this.receivedSize += stop - start;
    return stop;
  }

  /** Memory for the next bytes, at most `sizeMax`, if it is worth reading into directly; else null. */
  space(sizeMax: number): Uint8Array | null {
    const byteCount = Math.min(sizeMax, this.size - this.receivedSize);
    return byteCount < DIRECT_READ_SIZE_MIN ? null : (this.#growing?.space(byteCount) ?? null);
  }

  /** Counts bytes that have been put into `space`. */
  filled(byteCount: number): void {
    assert(this.#growing !== null, "space is filled where there was some");
    this.#growing.filled(byteCount);
    this.receivedSize += byteCount;
  }

  /** The complete message, and the pool's buffer that it lies in (null if it is small), which are the caller's now. */
  take(): { bytes: Uint8Array; buffer: Uint8Array | null } {
    if (this.#growing === null) {
      return { bytes: this.#small ?? NO_BYTES, buffer: null };
    }
    const { body, buffer } = this.#growing.finish();
    this.#growing = null;
    return { bytes: body, buffer };
  }

  /** Gives the memory up. Returns it if it is lent to the socket, for the caller to reclaim. */
  discard(): GrowingBody | null {
    const growing = this.#growing;
    this.#growing = null;
    this.#small = null;
    return growing?.abandon() === true ? growing : null;
  }
}
