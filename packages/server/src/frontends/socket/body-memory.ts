import { BODY_ALIGNMENT, type BufferPool } from "./buffer-pool.ts";

/** Bodies up to here share slabs of `SLAB_SIZE`; larger ones have a buffer of the pool each. */
export const SLAB_BODY_SIZE_MAX: number = 8 * 1024;
const SLAB_SIZE = 64 * 1024;

/** How many bytes may be reserved for each byte of body that has come: a lying Content-Length must not cost memory. */
const TRUST_FACTOR = 1024;
/** Reserved without any trust: what ten thousand clients that announce much and send a byte can take each. */
const CAPACITY_MIN = 16 * 1024;
/** The first reservation for a body whose size is not announced; doubled as needed. */
const UNANNOUNCED_CAPACITY_MIN = 16 * 1024;
/** Reserved beyond what has come, however much that is; a larger body is moved as it grows. */
const PREALLOCATE_SIZE_MAX = 256 * 1024 * 1024;

/** Bytes before the body so that the byte at `alignedOffset` lies on a boundary. */
function leadFor(alignedOffset: number): number {
  return (BODY_ALIGNMENT - (alignedOffset % BODY_ALIGNMENT)) % BODY_ALIGNMENT;
}

/**
 * Copies small bodies one after the other into slabs that the garbage collector frees when the last body in them is
 * forgotten. Alignment counts from the slab's first byte.
 */
export class BodySlab {
  #slab = new ArrayBuffer(SLAB_SIZE);
  #position = 0;

  /** A copy of the bytes `from … to`, at most `SLAB_BODY_SIZE_MAX`, with the byte at `alignedOffset` on a boundary. */
  place(bytes: Uint8Array, from: number, to: number, alignedOffset: number): Uint8Array {
    const body = this.reserve(to - from, alignedOffset);
    body.set(bytes.subarray(from, to));
    return body;
  }

  /** Memory for a body of `size` bytes, at most `SLAB_BODY_SIZE_MAX`, with the byte at `alignedOffset` on a boundary. */
  reserve(size: number, alignedOffset: number): Uint8Array {
    const lead = leadFor(alignedOffset);
    if (this.#position + lead + size > SLAB_SIZE) {
      this.#slab = new ArrayBuffer(SLAB_SIZE);
      this.#position = 0;
    }
    const body = new Uint8Array(this.#slab, this.#position + lead, size);
    const end = this.#position + lead + size;
    this.#position = end + ((BODY_ALIGNMENT - (end % BODY_ALIGNMENT)) % BODY_ALIGNMENT);
    return body;
  }
}

/**
 * A body that grows as its bytes come, in one buffer of the pool. Memory is reserved ahead by the announced size, but
 * only as far as the bytes that have come vouch for it.
 *
 * Ownership: the buffer is this object's until `finish` hands it over or `abandon` gives it back.
 */
export class GrowingBody {
  /** Bytes that have come. */
  size = 0;
  readonly #pool: BufferPool;
  readonly #announcedSize: number;
  readonly #lead: number;
  #buffer: Uint8Array | null = null;
  #capacity = 0;
  #isLent = false;

  /** @param announcedSize bytes that the client says will come; -1 if it does not say */
  constructor(pool: BufferPool, announcedSize: number, alignedOffset: number) {
    this.#pool = pool;
    this.#announcedSize = announcedSize;
    this.#lead = leadFor(alignedOffset);
  }

  /** @throws {RangeError} if the memory cannot be had */
  append(bytes: Uint8Array, from: number, to: number): void {
    this.#isLent = false;
    const buffer = this.#reserve(to - from);
    // Not `set`, which copies several times slower where the pool's memory is shared between threads.
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).copy(
      buffer,
      this.#lead + this.size,
      from,
      to,
    );
    this.size += to - from;
  }

  /**
   * The memory in which the next bytes may be put directly, at most `sizeMax` of them; null if there is none. It is lent
   * until `filled` or `append`: the socket may write there at any time.
   */
  space(sizeMax: number): Uint8Array | null {
    if (this.#buffer === null || this.size === this.#capacity) {
      return null;
    }
    this.#isLent = true;
    const start = this.#lead + this.size;
    return this.#buffer.subarray(start, start + Math.min(sizeMax, this.#capacity - this.size));
  }

  /** Counts bytes that have been put into `space`. */
  filled(byteCount: number): void {
    this.#isLent = false;
    this.size += byteCount;
  }

  /** The body, and the buffer that it lies in (null for an empty body), which are the caller's from now on. */
  finish(): { body: Uint8Array; buffer: Uint8Array | null } {
    const buffer = this.#buffer;
    this.#buffer = null;
    const body =
      buffer === null ? new Uint8Array(0) : buffer.subarray(this.#lead, this.#lead + this.size);
    return { body, buffer };
  }

  /**
   * Gives the buffer back, unless it is lent: what comes next is still written into it, and must not end up in the body
   * of another request. Returns whether it is lent, and `reclaim` is therefore to be called. Idempotent.
   */
  abandon(): boolean {
    if (!this.#isLent) {
      this.reclaim();
    }
    return this.#isLent;
  }

  /** Gives the buffer of an abandoned body back, now that the socket writes elsewhere or is closed. */
  reclaim(): void {
    this.#isLent = false;
    if (this.#buffer !== null) {
      this.#pool.give(this.#buffer);
      this.#buffer = null;
    }
  }

  #reserve(byteCount: number): Uint8Array {
    const needed = this.size + byteCount;
    if (this.#buffer !== null && needed <= this.#capacity) {
      return this.#buffer;
    }
    const capacity = this.#capacityFor(needed);
    const grown = this.#pool.take(this.#lead + capacity);
    if (this.#buffer !== null) {
      grown.set(this.#buffer.subarray(this.#lead, this.#lead + this.size), this.#lead);
      this.#pool.give(this.#buffer);
    }
    this.#buffer = grown;
    this.#capacity = capacity;
    return grown;
  }

  #capacityFor(needed: number): number {
    if (this.#announcedSize < 0) {
      return Math.max(needed * 2, UNANNOUNCED_CAPACITY_MIN);
    }
    const trusted = Math.min(needed * TRUST_FACTOR, needed * 2 + PREALLOCATE_SIZE_MAX);
    return Math.min(Math.max(trusted, CAPACITY_MIN), this.#announcedSize);
  }
}
