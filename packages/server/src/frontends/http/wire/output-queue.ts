import type { Socket } from "node:net";
import type { OutputArena, OutputSlab } from "../../socket/output-arena.ts";
import { SlabWriter } from "../../socket/slab-writer.ts";
import type { CoarseTime } from "../../socket/sweeper.ts";
import { isSound, writeGathered } from "../../socket/write-gathered.ts";

/** Told when bytes are no longer needed: the kernel has taken all of them, or the connection broke before. */
export interface WriteReceipt {
  onBytesWritten(isDelivered: boolean): void;
}

/**
 * Bytes handed to the socket before looking whether it took them. One step of progress for a client that reads slowly:
 * each must leave within the write timeout.
 */
const STEP_SIZE_MAX = 1024 * 1024;

const NO_BYTES = Buffer.alloc(0);

/** One run of bytes in order; `slab` is what they are taken from, if anything. */
class Entry {
  readonly bytes: Uint8Array;
  readonly slab: OutputSlab | null;
  readonly receipt: WriteReceipt | null;
  /** Bytes that have been handed to the socket. */
  offset = 0;

  constructor(bytes: Uint8Array, slab: OutputSlab | null, receipt: WriteReceipt | null) {
    this.bytes = bytes;
    this.slab = slab;
    this.receipt = receipt;
  }

  complete(isDelivered: boolean): void {
    this.slab?.release();
    this.receipt?.onBytesWritten(isDelivered);
  }
}

/**
 * The bytes of one connection on their way to its socket, in order.
 *
 * ```
 *   write… ──► entries ──step──► socket ──► kernel
 *     └── nothing before it: straight to the socket
 * ```
 * A socket that takes a write at once has `writableLength` 0 right after it, so the common answer needs no callback.
 * Otherwise the queue is blocked until a fence, an empty write behind those bytes, has come back.
 */
export class OutputQueue {
  /** Bytes written here that the kernel has not taken. */
  unsentSize = 0;
  isBlocked = false;
  /** Coarse time at which the client last took something while blocked. */
  blockedSinceMs = 0;
  readonly #socket: Socket;
  readonly #slabWriter: SlabWriter;
  readonly #arena: OutputArena;
  readonly #time: CoarseTime;
  readonly #onDrain: () => void;
  /** Whether the socket never completes a write at once (TLS). */
  readonly #isAlwaysLate: boolean;
  #entries: Entry[] = [];
  #inFlight: Entry[] = [];
  #inFlightSize = 0;
  #isHeld = false;
  #endsWhenEmpty = false;
  #endsWhole = false;
  #isClosed = false;

  /** @param onDrain called when a blocked queue has become empty */
  constructor(
    socket: Socket,
    arena: OutputArena,
    time: CoarseTime,
    isAlwaysLate: boolean,
    onDrain: () => void,
  ) {
    this.#socket = socket;
    this.#slabWriter = new SlabWriter(socket, !isAlwaysLate);
    this.#arena = arena;
    this.#time = time;
    this.#isAlwaysLate = isAlwaysLate;
    this.#onDrain = onDrain;
  }

  get pieceSizeMax(): number {
    return this.#arena.pieceSizeMax;
  }

  /** Copies a text (a character per byte) and the parts into one run of bytes, at most `pieceSizeMax`, and writes it. */
  writeCopied(
    text: string,
    parts: readonly Uint8Array[],
    size: number,
    receipt: WriteReceipt | null,
  ): void {
    const slab = this.#arena.slabFor(size);
    const start = slab.take(size);
    slab.bytes.write(text, start, "latin1");
    let position = start + text.length;
    for (const part of parts) {
      slab.bytes.set(part, position);
      position += part.byteLength;
    }
    if (this.#mustQueue()) {
      this.#write(new Entry(slab.bytes.subarray(start, start + size), slab, receipt));
      return;
    }
    this.#slabWriter.write(slab, start, size);
    if (this.#socket.writableLength === 0) {
      slab.release();
      receipt?.onBytesWritten(isSound(this.#socket));
    } else {
      this.unsentSize += size;
      this.#block([new Entry(NO_BYTES, slab, receipt)], size);
      this.#socket.write(NO_BYTES, this.#onFence);
    }
  }

  /** Writes a text (a character per byte, at most `pieceSizeMax`) and the parts, without copying the latter. */
  writeGathered(text: string, parts: readonly Uint8Array[], receipt: WriteReceipt): void {
    const isHeld = this.#isHeld;
    this.#isHeld = true;
    this.writeCopied(text, [], text.length, null);
    for (const [index, part] of parts.entries()) {
      this.writeShared(part, index === parts.length - 1 ? receipt : null);
    }
    this.#isHeld = isHeld;
    this.#pump();
  }

  /** Writes bytes without copying them; they must stay unchanged until the receipt. */
  writeShared(bytes: Uint8Array, receipt: WriteReceipt | null): void {
    this.#write(new Entry(bytes, null, receipt));
  }

  /** Keeps what is written from now on together, to leave in one system call at `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /**
   * Ends the connection once everything written so far has been handed to the socket.
   *
   * @param isWhole whether to close it when the bytes have left, rather than only its sending side
   */
  end(isWhole: boolean): void {
    this.#endsWhenEmpty = true;
    this.#endsWhole ||= isWhole;
    this.#pump();
  }

  /** The connection is gone: whatever has not been taken never will be. */
  close(): void {
    this.#isClosed = true;
    const lost = [...this.#inFlight, ...this.#entries];
    this.#inFlight = [];
    this.#entries = [];
    this.unsentSize = 0;
    completeAll(lost, false);
  }

  #write(entry: Entry): void {
    if (this.#isClosed) {
      entry.complete(false);
      return;
    }
    this.unsentSize += entry.bytes.byteLength;
    this.#entries.push(entry);
    if (!this.#isHeld) {
      this.#pump();
    }
  }

  #pump(): void {
    while (this.#entries.length > 0 && !this.isBlocked && !this.#isHeld && !this.#isClosed) {
      this.#step();
    }
    if (this.#endsWhenEmpty && this.#entries.length === 0 && !this.#isClosed) {
      this.#endsWhenEmpty = false;
      if (this.#endsWhole) {
        this.#socket.destroySoon();
      } else {
        this.#socket.end();
      }
    }
  }

  #mustQueue(): boolean {
    return (
      this.#isAlwaysLate ||
      this.isBlocked ||
      this.#isHeld ||
      this.#isClosed ||
      this.#entries.length > 0
    );
  }

  /** Hands the next bytes to the socket, and completes them if it takes them at once. */
  #step(): void {
    const completed: Entry[] = [];
    const pieces: Uint8Array[] = [];
    let size = 0;
    while (size < STEP_SIZE_MAX) {
      const entry = this.#entries[completed.length];
      if (entry === undefined) {
        break;
      }
      const piece = entry.bytes.subarray(entry.offset, entry.offset + STEP_SIZE_MAX - size);
      if (piece.byteLength > 0) {
        pieces.push(piece);
      }
      size += piece.byteLength;
      entry.offset += piece.byteLength;
      if (entry.offset < entry.bytes.byteLength) {
        break;
      }
      completed.push(entry);
    }
    this.#entries = this.#entries.slice(completed.length);
    writeGathered(this.#socket, pieces, this.#isAlwaysLate ? this.#onFence : null);
    if (size === 0 || (!this.#isAlwaysLate && this.#socket.writableLength === 0)) {
      this.unsentSize -= size;
      completeAll(completed, isSound(this.#socket));
      return;
    }
    this.#block(completed, size);
    if (!this.#isAlwaysLate) {
      this.#socket.write(NO_BYTES, this.#onFence);
    }
  }

  #block(inFlight: Entry[], size: number): void {
    this.isBlocked = true;
    this.blockedSinceMs = this.#time.nowMs;
    this.#inFlight = inFlight;
    this.#inFlightSize = size;
  }

  readonly #onFence = (error?: Error | null): void => {
    if (this.#isClosed || (error !== undefined && error !== null)) {
      return;
    }
    this.isBlocked = false;
    this.unsentSize -= this.#inFlightSize;
    const completed = this.#inFlight;
    this.#inFlight = [];
    this.#inFlightSize = 0;
    completeAll(completed, true);
    this.#pump();
    if (!this.isBlocked && this.#entries.length === 0) {
      this.#onDrain();
    }
  };
}

function completeAll(entries: readonly Entry[], isDelivered: boolean): void {
  for (const entry of entries) {
    entry.complete(isDelivered);
  }
}
