import { FRAME_BYTES_MAX, HEAD_BYTES } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/**
 * Cuts a stream of bytes into frames. A frame that arrives in one piece is passed on as a view of it, valid during the call
 * only; others are put together.
 */
export class FrameSplitter {
  readonly #onFrame: (frame: Buffer, isKept: boolean) => void;
  /** A frame that has not arrived completely, or what there is of its head. */
  #partial: Buffer | null = null;
  #partialSize = 0;

  /** @param onFrame is told whether the frame's memory is its own to keep */
  constructor(onFrame: (frame: Buffer, isKept: boolean) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame whose end is still to come. */
  get partialByteCount(): number {
    return this.#partialSize;
  }

  /** @throws {WireError} if a frame cannot have that size */
  push(bytes: Buffer): void {
    let rest = bytes;
    while (this.#partial !== null && rest.byteLength > 0) {
      rest = this.#fill(this.#partial, rest);
    }
    while (rest.byteLength >= HEAD_BYTES) {
      const size = frameSize(rest);
      if (rest.byteLength < size) {
        this.#begin(size, rest);
        return;
      }
      this.#onFrame(rest.subarray(0, size), false);
      rest = rest.subarray(size);
    }
    if (rest.byteLength > 0) {
      this.#begin(HEAD_BYTES, rest);
    }
  }

  #begin(size: number, bytes: Buffer): void {
    this.#partial = Buffer.allocUnsafeSlow(size);
    bytes.copy(this.#partial);
    this.#partialSize = bytes.byteLength;
  }

  #fill(partial: Buffer, bytes: Buffer): Buffer {
    const count = bytes.copy(partial, this.#partialSize);
    this.#partialSize += count;
    if (this.#partialSize < partial.byteLength) {
      return bytes.subarray(count);
    }
    const size = frameSize(partial);
    if (size > partial.byteLength) {
      this.#begin(size, partial);
    } else {
      this.#partial = null;
      this.#partialSize = 0;
      this.#onFrame(partial, true);
    }
    return bytes.subarray(count);
  }
}

function frameSize(bytes: Buffer): number {
  const size = bytes.readUInt32LE(0);
  if (size < HEAD_BYTES || size > FRAME_BYTES_MAX) {
    throw new WireError(`a frame of ${size} bytes`);
  }
  return size;
}
