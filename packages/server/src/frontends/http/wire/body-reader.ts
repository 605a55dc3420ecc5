import type { GrowingBody } from "../../socket/body-memory.ts";
import { ChunkedDecoder } from "./chunked-decoder.ts";
import { type WireFault, wireFaults } from "./wire-fault.ts";
import type { WireLimits } from "./wire-limits.ts";

/** Below this the rest of a body is read together with what follows it, and copied. */
const DIRECT_READ_SIZE_MIN = 16 * 1024;

/**
 * Receives one body that did not come whole with its head.
 *
 * Ownership: holds the body's memory until `takeBody` or `discard`.
 */
export interface BodyReader {
  readonly isComplete: boolean;
  /** Why the body is broken; nothing is read after that. */
  readonly fault: WireFault | null;
  /** Whether more than the allowed size is coming; nothing more is read until `discard`. */
  readonly isTooLarge: boolean;
  /** Bytes of body that have come, thrown away ones included. */
  readonly receivedSize: number;
  /** Reads the bytes `from … to` as far as they belong to the body; returns the position after them. */
  read(bytes: Uint8Array, from: number, to: number): number;
  /** Memory into which the next bytes from the socket may go directly; null if they shall be passed to `read`. */
  space(): Uint8Array | null;
  /** Counts bytes that have been put into `space`. */
  filled(byteCount: number): void;
  /** The memory of the complete body, for the caller to finish. */
  takeBody(): GrowingBody | null;
  /**
   * Gives the memory back and throws away what has come and what comes. Idempotent. Returns the memory if it is lent to
   * the socket and cannot be given back yet; the caller reclaims it.
   */
  discard(): GrowingBody | null;
}

/** A body of known length, which has been checked against the allowed size. */
export class LengthBodyReader implements BodyReader {
  fault: WireFault | null = null;
  readonly isTooLarge = false;
  receivedSize = 0;
  #remaining: number;
  #body: GrowingBody | null;

  /** @param body null to throw the body away */
  constructor(size: number, body: GrowingBody | null) {
    this.#remaining = size;
    this.#body = body;
  }

  get isComplete(): boolean {
    return this.#remaining === 0;
  }

  read(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + this.#remaining);
    if (this.#body !== null && !append(this.#body, bytes, from, end)) {
      this.fault = wireFaults.memory;
      return end;
    }
    this.#count(end - from);
    return end;
  }

  space(): Uint8Array | null {
    return this.#body === null || this.#remaining < DIRECT_READ_SIZE_MIN
      ? null
      : this.#body.space(this.#remaining);
  }

  filled(byteCount: number): void {
    this.#body?.filled(byteCount);
    this.#count(byteCount);
  }

  takeBody(): GrowingBody | null {
    const body = this.#body;
    this.#body = null;
    return body;
  }

  discard(): GrowingBody | null {
    const body = this.takeBody();
    return body?.abandon() === true ? body : null;
  }

  #count(byteCount: number): void {
    this.receivedSize += byteCount;
    this.#remaining -= byteCount;
  }
}

/** Says how large a body may become; looked at as it grows. */
export interface BodySizeLimit {
  readonly bodySizeMax: number;
}

/** A chunked body. */
export class ChunkedBodyReader implements BodyReader {
  isTooLarge = false;
  receivedSize = 0;
  #isOutOfMemory = false;
  readonly #decoder: ChunkedDecoder;
  #limit: BodySizeLimit | null;
  #body: GrowingBody | null;

  /** @param body null to throw the body away, whatever its size */
  constructor(limits: WireLimits, limit: BodySizeLimit, body: GrowingBody | null) {
    this.#decoder = new ChunkedDecoder(limits);
    this.#limit = body === null ? null : limit;
    this.#body = body;
  }

  get isComplete(): boolean {
    return this.#decoder.isComplete;
  }

  get fault(): WireFault | null {
    return this.#isOutOfMemory ? wireFaults.memory : this.#decoder.fault;
  }

  read(bytes: Uint8Array, from: number, to: number): number {
    const sizeMax = this.#limit?.bodySizeMax ?? Number.POSITIVE_INFINITY;
    const end = this.#decoder.decode(bytes, from, to, sizeMax, this);
    this.isTooLarge = this.#decoder.announcedSize > sizeMax;
    this.receivedSize += end - from;
    return this.#isOutOfMemory ? to : end;
  }

  /** Takes the payload of a chunk from the decoder. */
  append(bytes: Uint8Array, from: number, to: number): void {
    if (this.#body !== null && !this.#isOutOfMemory) {
      this.#isOutOfMemory = !append(this.#body, bytes, from, to);
    }
  }

  space(): Uint8Array | null {
    return null;
  }

  filled(): void {}

  takeBody(): GrowingBody | null {
    const body = this.#body;
    this.#body = null;
    return body;
  }

  discard(): GrowingBody | null {
    const body = this.takeBody();
    this.#limit = null;
    this.isTooLarge = false;
    return body?.abandon() === true ? body : null;
  }
}

/** Appends, unless the memory cannot be had. */
function append(body: GrowingBody, bytes: Uint8Array, from: number, to: number): boolean {
  try {
    body.append(bytes, from, to);
    return true;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}
