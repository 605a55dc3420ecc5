import { Http2ErrorCode } from "./error-code.ts";
import {
  CLIENT_PREFACE,
  FRAME_HEAD_SIZE,
  FrameFlag,
  type FrameHead,
  readUint32,
  STREAM_ID_MAX,
} from "./frame-format.ts";

/** What the reader does with the payload of a frame. */
export const PayloadMode = {
  /** Passes it on when it is complete. */
  Whole: 0,
  /** Passes it on as it comes, without padding. Only for DATA. */
  Pieces: 1,
  /** Throws it away. */
  Skipped: 2,
} as const;

/** One of the modes. */
export type PayloadMode = (typeof PayloadMode)[keyof typeof PayloadMode];

/** Takes frames. */
export interface FrameConsumer {
  /** Whether nothing more is to be read. */
  readonly isInputOver: boolean;
  /** The head of a frame has come; says what to do with its payload. The object is the reader's. */
  frameBegins(head: FrameHead): PayloadMode;
  /** A frame has come; its payload lies in `bytes` from `start` to `end`, which is overwritten after the call. */
  frameComes(head: FrameHead, bytes: Buffer, start: number, end: number): void;
  /** Bytes of the present DATA frame have come; overwritten after the call. */
  dataComes(bytes: Buffer, start: number, end: number): void;
  /** The present DATA frame is complete. */
  dataEnds(): void;
  /** The connection cannot go on. */
  fail(code: Http2ErrorCode, reason: string): void;
}

class CurrentHead implements FrameHead {
  length = 0;
  type = 0;
  flags = 0;
  streamId = 0;

  read(bytes: Uint8Array, position: number): void {
    this.length =
      ((bytes[position] ?? 0) << 16) |
      ((bytes[position + 1] ?? 0) << 8) |
      (bytes[position + 2] ?? 0);
    this.type = bytes[position + 3] ?? 0;
    this.flags = bytes[position + 4] ?? 0;
    this.streamId = readUint32(bytes, position + 5) % (STREAM_ID_MAX + 1);
  }
}

/**
 * Cuts the bytes of a connection into the preface and frames, however they are split.
 *
 * ```
 *   preface ──► head ──┬──► whole payload ───────────────────┬──► head
 *                      ├──► [pad length] data… [padding] ────┤
 *                      └──► skipped ─────────────────────────┘
 * ```
 * Only what is incomplete is copied: a head, or the payload of a frame that is not DATA.
 */
export class FrameReader {
  readonly #consumer: FrameConsumer;
  readonly #head = new CurrentHead();
  #prefaceSize = 0;
  /** Data of the present DATA frame that has not come. */
  #dataLeft = 0;
  /** Padding, or payload that nobody wants, that has not come. */
  #skipLeft = 0;
  #isInData = false;
  #awaitsPadLength = false;
  /** An incomplete head or payload, filled up to `#partialSize`; null while nothing is incomplete. */
  #partial: Buffer | null = null;
  #partialSize = 0;
  #isPartialHead = false;

  constructor(consumer: FrameConsumer) {
    this.#consumer = consumer;
  }

  /** Whether the preface, a head or a payload that is needed whole has begun to come and is not complete. */
  get isPartial(): boolean {
    return this.#partial !== null || this.#prefaceSize < CLIENT_PREFACE.byteLength;
  }

  /** Bytes that may be read past `read`, directly to where the present frame's data belongs. */
  get directSize(): number {
    return this.#isInData && !this.#awaitsPadLength ? this.#dataLeft : 0;
  }

  /** Counts data that has been read directly. */
  readDirectly(byteCount: number): void {
    this.#dataLeft -= byteCount;
    this.#endDataIfComplete();
  }

  /** Takes the first `size` bytes of `bytes`, which is overwritten afterwards. */
  read(bytes: Buffer, size: number): void {
    const consumer = this.#consumer;
    let position = 0;
    if (this.#prefaceSize < CLIENT_PREFACE.byteLength) {
      position = this.#takePreface(bytes, size);
    }
    while (position < size && !consumer.isInputOver) {
      if (this.#isInData) {
        position = this.#takeData(bytes, position, size);
      } else if (this.#skipLeft > 0) {
        const count = Math.min(this.#skipLeft, size - position);
        this.#skipLeft -= count;
        position += count;
      } else if (this.#partial !== null) {
        position = this.#fillPartial(this.#partial, bytes, position, size);
      } else if (size - position < FRAME_HEAD_SIZE) {
        this.#isPartialHead = true;
        position = this.#beginPartial(FRAME_HEAD_SIZE, bytes, position, size);
      } else {
        this.#head.read(bytes, position);
        position = this.#takePayload(bytes, position + FRAME_HEAD_SIZE, size);
      }
    }
  }

  #takePreface(bytes: Buffer, size: number): number {
    const start = this.#prefaceSize;
    const count = Math.min(CLIENT_PREFACE.byteLength - start, size);
    if (bytes.compare(CLIENT_PREFACE, start, start + count, 0, count) !== 0) {
      this.#consumer.fail(Http2ErrorCode.ProtocolError, "no HTTP/2 preface");
    }
    this.#prefaceSize += count;
    return count;
  }

  /** The head is known: begins with the payload, and takes it if it has come. Returns the position after what is taken. */
  #takePayload(bytes: Buffer, position: number, size: number): number {
    const head = this.#head;
    const mode = this.#consumer.frameBegins(head);
    if (this.#consumer.isInputOver) {
      return size;
    }
    if (mode === PayloadMode.Pieces) {
      this.#isInData = true;
      this.#awaitsPadLength = (head.flags & FrameFlag.Padded) !== 0;
      this.#dataLeft = head.length;
      return this.#beginData(position);
    }
    if (mode === PayloadMode.Skipped) {
      this.#skipLeft = head.length;
      return position;
    }
    if (size - position < head.length) {
      this.#isPartialHead = false;
      return this.#beginPartial(head.length, bytes, position, size);
    }
    this.#consumer.frameComes(head, bytes, position, position + head.length);
    return position + head.length;
  }

  #beginData(position: number): number {
    if (this.#awaitsPadLength && this.#dataLeft === 0) {
      this.#consumer.fail(Http2ErrorCode.FrameSizeError, "DATA without its pad length");
    }
    this.#endDataIfComplete();
    return position;
  }

  #takeData(bytes: Buffer, start: number, size: number): number {
    let position = start;
    if (this.#awaitsPadLength) {
      const padLength = bytes[position++] ?? 0;
      this.#awaitsPadLength = false;
      this.#dataLeft -= 1 + padLength;
      if (this.#dataLeft < 0) {
        this.#consumer.fail(Http2ErrorCode.ProtocolError, "more padding than payload");
        return size;
      }
      this.#skipLeft = padLength;
    }
    const count = Math.min(this.#dataLeft, size - position);
    if (count > 0) {
      this.#dataLeft -= count;
      this.#consumer.dataComes(bytes, position, position + count);
    }
    this.#endDataIfComplete();
    return position + count;
  }

  #endDataIfComplete(): void {
    if (this.#dataLeft === 0 && !this.#awaitsPadLength) {
      this.#isInData = false;
      this.#consumer.dataEnds();
    }
  }

  #beginPartial(wholeSize: number, bytes: Buffer, position: number, size: number): number {
    const partial = Buffer.allocUnsafe(wholeSize);
    this.#partial = partial;
    this.#partialSize = 0;
    return this.#fillPartial(partial, bytes, position, size);
  }

  #fillPartial(partial: Buffer, bytes: Buffer, position: number, size: number): number {
    const count = Math.min(partial.byteLength - this.#partialSize, size - position);
    bytes.copy(partial, this.#partialSize, position, position + count);
    this.#partialSize += count;
    if (this.#partialSize < partial.byteLength) {
      return position + count;
    }
    this.#partial = null;
    if (!this.#isPartialHead) {
      this.#consumer.frameComes(this.#head, partial, 0, partial.byteLength);
      return position + count;
    }
    this.#head.read(partial, 0);
    return this.#takePayload(bytes, position + count, size);
  }
}
