import type { Socket } from "node:net";
import type { OutputArena, OutputSlab } from "../../http/wire/output-arena.ts";
import type { CoarseTime } from "../../http/wire/output-queue.ts";
import type { Http2WriteReceipt } from "./http2-stream.ts";

const NO_BYTES = Buffer.alloc(0);

/**
 * The frames of one connection on their way to its socket, in order.
 *
 * ```
 *   reserve ──► run in a slab ─┐
 *   share ───► chunk ──────────┴──► flush ──► socket ──► kernel
 * ```
 * Small things are written one after the other into a slab, so that whatever is sent together leaves as few pieces in
 * one system call. A socket that takes a write at once has `writableLength` 0 right after it; otherwise the output is
 * blocked until a fence, an empty write behind those bytes, has come back.
 */
export class FrameOutput {
  /** The memory in which `reserve` gives room. */
  bytes: Buffer = NO_BYTES;
  /** Bytes written here that the kernel has not taken. */
  unsentSize = 0;
  isBlocked = false;
  /** Coarse time at which the client last took something while blocked. */
  blockedSinceMs = 0;
  readonly #socket: Socket;
  readonly #arena: OutputArena;
  readonly #time: CoarseTime;
  /** Whether the socket never completes a write at once (TLS). */
  readonly #isAlwaysLate: boolean;
  readonly #onUnblocked: () => void;
  /** The slab that `bytes` belongs to while a run in it is open. */
  #slab: OutputSlab | null = null;
  #runStart = 0;
  #runEnd = 0;
  #chunks: Uint8Array[] = [];
  /** The slabs that the sealed runs among the chunks lie in. */
  #slabs: OutputSlab[] = [];
  #receipts: Http2WriteReceipt[] = [];
  #slabsInFlight: OutputSlab[] = [];
  #receiptsInFlight: Http2WriteReceipt[] = [];
  #sizeInFlight = 0;
  #isClosed = false;

  /** @param onUnblocked called when a blocked output has been taken, and what came since may be flushed */
  constructor(
    socket: Socket,
    arena: OutputArena,
    time: CoarseTime,
    isAlwaysLate: boolean,
    onUnblocked: () => void,
  ) {
    this.#socket = socket;
    this.#arena = arena;
    this.#time = time;
    this.#isAlwaysLate = isAlwaysLate;
    this.#onUnblocked = onUnblocked;
  }

  /** Whether everything written here has been handed to the socket. */
  get isEmpty(): boolean {
    return this.#slab === null && this.#chunks.length === 0;
  }

  /** Makes room for `size` bytes in `bytes` and returns where; the caller fills it at once. At most 128 KiB. */
  reserve(size: number): number {
    let slab = this.#slab;
    if (slab === null || slab.position !== this.#runEnd || this.#runEnd + size > slab.bytes.length) {
      this.#sealRun();
      slab = this.#arena.slabFor(size);
      this.#slab = slab;
      this.bytes = slab.bytes;
      this.#runStart = slab.take(size);
      this.#runEnd = this.#runStart;
    } else {
      slab.position += size;
    }
    const start = this.#runEnd;
    this.#runEnd = start + size;
    this.unsentSize += size;
    return start;
  }

  /** Appends bytes without copying them; they stay unchanged until the next receipt. */
  share(bytes: Uint8Array): void {
    this.#sealRun();
    this.#chunks.push(bytes);
    this.unsentSize += bytes.byteLength;
  }

  /** Has the receipt called once everything written so far has been taken. */
  addReceipt(receipt: Http2WriteReceipt): void {
    if (this.#isClosed) {
      receipt.onWritten(false);
    } else {
      this.#receipts.push(receipt);
    }
  }

  /** Hands what is there to the socket, unless it still has something. */
  flush(): void {
    if (this.isBlocked || this.isEmpty) {
      return;
    }
    const size = this.unsentSize;
    this.#sealRun();
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#isClosed) {
      this.#slabsInFlight = this.#slabs;
      this.#slabs = [];
      this.unsentSize = 0;
      this.#complete(false);
      return;
    }
    this.#slabsInFlight = this.#slabs;
    this.#receiptsInFlight = this.#receipts;
    this.#slabs = [];
    this.#receipts = [];
    this.#write(chunks);
    if (!this.#isAlwaysLate && this.#socket.writableLength === 0) {
      this.unsentSize -= size;
      this.#complete(true);
      return;
    }
    this.isBlocked = true;
    this.blockedSinceMs = this.#time.nowMs;
    this.#sizeInFlight = size;
    if (!this.#isAlwaysLate) {
      this.#socket.write(NO_BYTES, this.#onFence);
    }
  }

  /** The connection is gone: whatever has not been taken never will be. */
  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#sealRun();
    this.#chunks = [];
    this.unsentSize = 0;
    this.isBlocked = false;
    this.#complete(false);
    this.#slabsInFlight = this.#slabs;
    this.#receiptsInFlight = this.#receipts;
    this.#slabs = [];
    this.#receipts = [];
    this.#complete(false);
  }

  #sealRun(): void {
    const slab = this.#slab;
    if (slab !== null) {
      this.#slab = null;
      this.#slabs.push(slab);
      this.#chunks.push(slab.bytes.subarray(this.#runStart, this.#runEnd));
    }
  }

  #write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    const lastIndex = chunks.length - 1;
    if (lastIndex > 0) {
      socket.cork();
    }
    for (let index = 0; index <= lastIndex; index++) {
      const isFence = this.#isAlwaysLate && index === lastIndex;
      socket.write(chunks[index] ?? NO_BYTES, isFence ? this.#onFence : undefined);
    }
    if (lastIndex > 0) {
      socket.uncork();
    }
  }

  /** Lets go of what is in flight. */
  #complete(isDelivered: boolean): void {
    const slabs = this.#slabsInFlight;
    const receipts = this.#receiptsInFlight;
    this.#slabsInFlight = [];
    this.#receiptsInFlight = [];
    for (const slab of slabs) {
      slab.release();
    }
    for (const receipt of receipts) {
      receipt.onWritten(isDelivered);
    }
  }

  readonly #onFence = (error?: Error | null): void => {
    if (this.#isClosed || (error !== undefined && error !== null)) {
      return;
    }
    this.isBlocked = false;
    this.unsentSize -= this.#sizeInFlight;
    this.#sizeInFlight = 0;
    this.#complete(true);
    this.#onUnblocked();
  };
}
