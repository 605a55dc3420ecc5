import { assert } from "../../../base/assert.ts";
import type { BodySlab } from "../../socket/body-memory.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { HeldMessage, Http2Message } from "./http2-stream.ts";

const NO_BYTES = new Uint8Array(0);

/** A message whose memory nobody waits for. */
class HeldCopy implements HeldMessage {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  release(): void {}
}

/** A message in a buffer of the pool. */
class HeldBuffer implements HeldMessage {
  bytes: Uint8Array;
  #buffer: Uint8Array | null;
  readonly #pool: BufferPool;

  constructor(bytes: Uint8Array, buffer: Uint8Array, pool: BufferPool) {
    this.bytes = bytes;
    this.#buffer = buffer;
    this.#pool = pool;
  }

  release(): void {
    const buffer = this.#buffer;
    this.#buffer = null;
    if (buffer !== null) {
      this.bytes = NO_BYTES;
      this.#pool.give(buffer);
    }
  }
}

/**
 * The message that is being handed on; one object for all connections, since that happens one after the other.
 *
 * Ownership: a buffer of the pool is this object's until `hold` hands it over or `end` gives it back.
 */
export class CurrentMessage implements Http2Message {
  flags = 0;
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  isLast = false;
  readonly #slab: BodySlab;
  readonly #pool: BufferPool;
  #buffer: Uint8Array | null = null;

  constructor(slab: BodySlab, pool: BufferPool) {
    this.#slab = slab;
    this.#pool = pool;
  }

  /** A message in memory that is used again after the call. */
  setView(flags: number, bytes: Uint8Array, start: number, end: number, isLast: boolean): void {
    this.flags = flags;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.isLast = isLast;
  }

  /** Says that the message lies in a buffer of the pool, which is this object's from now on. */
  setBuffer(buffer: Uint8Array | null): void {
    this.#buffer = buffer;
  }

  hold(alignedOffset: number): HeldMessage {
    const { bytes, start, end } = this;
    assert(bytes !== NO_BYTES, "a message is held while it is being handed on, once");
    this.bytes = NO_BYTES;
    const buffer = this.#buffer;
    this.#buffer = null;
    if (buffer === null) {
      return new HeldCopy(this.#slab.place(bytes, start, end, alignedOffset));
    }
    return new HeldBuffer(bytes, buffer, this.#pool);
  }

  /** The call is over: what was not held goes back. */
  finish(): void {
    this.bytes = NO_BYTES;
    const buffer = this.#buffer;
    this.#buffer = null;
    if (buffer !== null) {
      this.#pool.give(buffer);
    }
  }
}
