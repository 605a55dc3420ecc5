import { assert } from "../../../base/assert.ts";
import type { FrameMark, FrameOutput } from "./frame-output.ts";
import type { Http2WriteReceipt } from "./http2-stream.ts";

/** Up to here bytes are copied beside what else is sent, above they are a piece of their own in the system call. */
const COPIED_SIZE_MAX = 1024;

const NO_BYTES = new Uint8Array(0);

/** Whose data it is: is told of each mark that is set, and later that it has passed. */
export interface MarkTarget extends FrameMark {
  markSet(size: number): void;
}

/** Sets a mark behind what has been written. */
export function setMark(
  output: FrameOutput,
  target: MarkTarget,
  size: number,
  receipt: Http2WriteReceipt | null,
): void {
  target.markSet(size);
  output.mark(target, size, receipt);
}

/** Bytes in order; the receipt is that of the message that they end. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly receipt: Http2WriteReceipt | null;
}

/**
 * The data of one stream that wait for windows, or for the socket.
 *
 * Invariant: `size` is what has been added and neither put out nor dropped.
 */
export class PendingData {
  size = 0;
  #pieces: Piece[] = [];
  /** Index of the first piece that has not been put out whole. */
  #first = 0;
  /** Bytes of it that have been put out. */
  #offset = 0;

  add(bytes: Uint8Array): void {
    if (bytes.byteLength > 0) {
      this.#pieces.push({ bytes, receipt: null });
      this.size += bytes.byteLength;
    }
  }

  /** Says that what has been added last was the end of a message. */
  endMessage(receipt: Http2WriteReceipt | null): void {
    if (receipt !== null) {
      this.#pieces.push({ bytes: NO_BYTES, receipt });
    }
  }

  /** Whether nothing waits, not even a receipt. */
  get isEmpty(): boolean {
    return this.#first === this.#pieces.length;
  }

  /** Puts the next `byteCount` bytes into the output, with a mark behind each message that they complete. */
  put(byteCount: number, output: FrameOutput, target: MarkTarget): void {
    assert(byteCount <= this.size, "what is put out has been added");
    this.size -= byteCount;
    let left = byteCount;
    let unmarkedSize = 0;
    let piece = this.#pieces[this.#first];
    while (piece !== undefined && (left > 0 || piece.bytes.byteLength === this.#offset)) {
      const count = Math.min(left, piece.bytes.byteLength - this.#offset);
      putBytes(output, piece.bytes, this.#offset, count);
      left -= count;
      unmarkedSize += count;
      this.#offset += count;
      if (this.#offset < piece.bytes.byteLength) {
        break;
      }
      if (piece.receipt !== null) {
        setMark(output, target, unmarkedSize, piece.receipt);
        unmarkedSize = 0;
      }
      this.#offset = 0;
      piece = this.#pieces[++this.#first];
    }
    if (unmarkedSize > 0) {
      setMark(output, target, unmarkedSize, null);
    }
    this.#forgetPut();
  }

  /** Gives up what waits. Returns the receipts, for the caller to answer. */
  drop(): Http2WriteReceipt[] {
    const receipts: Http2WriteReceipt[] = [];
    for (let index = this.#first; index < this.#pieces.length; index++) {
      const receipt = this.#pieces[index]?.receipt ?? null;
      if (receipt !== null) {
        receipts.push(receipt);
      }
    }
    this.#pieces = [];
    this.#first = 0;
    this.#offset = 0;
    this.size = 0;
    return receipts;
  }

  /** Keeps the list from growing with what has been put out; moves a piece once at most for each that is forgotten. */
  #forgetPut(): void {
    if (this.#first === this.#pieces.length) {
      this.#pieces = [];
      this.#first = 0;
    } else if (this.#first > 32 && this.#first * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#first);
      this.#first = 0;
    }
  }
}

function putBytes(output: FrameOutput, bytes: Uint8Array, start: number, count: number): void {
  if (count === 0) {
    return;
  }
  const piece = count === bytes.byteLength ? bytes : bytes.subarray(start, start + count);
  if (count <= COPIED_SIZE_MAX) {
    const position = output.reserve(count);
    output.bytes.set(piece, position);
  } else {
    output.share(piece);
  }
}
