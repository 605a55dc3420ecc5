import type { Socket } from "node:net";
import type { OutputArena, OutputSlab } from "../../socket/output-arena.ts";
import { SlabWriter } from "../../socket/slab-writer.ts";
import type { CoarseTime } from "../../socket/sweeper.ts";
import { isSound, writeGathered } from "../../socket/write-gathered.ts";
import type { Http2WriteReceipt } from "./http2-stream.ts";

const NO_BYTES = Buffer.alloc(0);

/** Told, in order, when what was written up to a mark is no longer needed. */
export interface FrameMark {
  /** @param isDelivered whether the kernel has taken it; false if the connection broke before */
  passed(size: number, receipt: Http2WriteReceipt | null, isDelivered: boolean): void;
}

/** Marks as they were set: three lists rather than a list of objects, since every answer has one. */
class MarkList {
  readonly marks: FrameMark[] = [];
  readonly sizes: number[] = [];
  readonly receipts: (Http2WriteReceipt | null)[] = [];

  add(mark: FrameMark, size: number, receipt: Http2WriteReceipt | null): void {
    this.marks.push(mark);
    this.sizes.push(size);
    this.receipts.push(receipt);
  }

  pass(isDelivered: boolean): void {
    const { marks, sizes, receipts } = this;
    for (let index = 0; index < marks.length; index++) {
      marks[index]?.passed(sizes[index] ?? 0, receipts[index] ?? null, isDelivered);
    }
    // Setting the length would give the memory back that the next marks need.
    while (marks.length > 0) {
      marks.pop();
      sizes.pop();
      receipts.pop();
    }
  }
}

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
  readonly #slabWriter: SlabWriter;
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
  #marks = new MarkList();
  #slabsInFlight: OutputSlab[] = [];
  #marksInFlight = new MarkList();
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
    this.#slabWriter = new SlabWriter(socket, !isAlwaysLate);
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
    if (
      slab === null ||
      slab.position !== this.#runEnd ||
      this.#runEnd + size > slab.bytes.length
    ) {
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

  /** Has `mark` told once everything written so far has been taken; `size` and `receipt` are handed to it. */
  mark(mark: FrameMark, size: number, receipt: Http2WriteReceipt | null): void {
    if (this.#isClosed) {
      mark.passed(size, receipt, false);
    } else {
      this.#marks.add(mark, size, receipt);
    }
  }

  /** Hands what is there to the socket, unless it still has something. */
  flush(): void {
    if (this.isBlocked || this.isEmpty) {
      return;
    }
    const size = this.unsentSize;
    const onlySlab = this.#chunks.length === 0 && !this.#isAlwaysLate ? this.#slab : null;
    this.#sealRun();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#takeOff();
    if (this.#isClosed) {
      this.unsentSize = 0;
      this.#complete(false);
      return;
    }
    if (onlySlab === null) {
      writeGathered(this.#socket, chunks, this.#isAlwaysLate ? this.#onFence : null);
    } else {
      this.#slabWriter.write(onlySlab, this.#runStart, size);
    }
    if (!this.#isAlwaysLate && this.#socket.writableLength === 0) {
      this.unsentSize -= size;
      this.#complete(isSound(this.#socket));
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
    this.#takeOff();
    this.#complete(false);
  }

  /** What has been written is on its way from now on. */
  #takeOff(): void {
    const slabs = this.#slabsInFlight;
    const marks = this.#marksInFlight;
    this.#slabsInFlight = this.#slabs;
    this.#marksInFlight = this.#marks;
    this.#slabs = slabs;
    this.#marks = marks;
  }

  #sealRun(): void {
    const slab = this.#slab;
    if (slab !== null) {
      this.#slab = null;
      this.#slabs.push(slab);
      this.#chunks.push(slab.bytes.subarray(this.#runStart, this.#runEnd));
    }
  }

  /** Lets go of what is in flight. Those who are told may write again, but nothing takes off meanwhile. */
  #complete(isDelivered: boolean): void {
    const slabs = this.#slabsInFlight;
    // Setting the length would leave the compiled code.
    for (let slab = slabs.pop(); slab !== undefined; slab = slabs.pop()) {
      slab.release();
    }
    this.#marksInFlight.pass(isDelivered);
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
