import { OK_TRAILERS, OK_WITHOUT_MESSAGES, RESPONSE_HEADS } from "./answer-heads.ts";
import type { Http2Stream, Http2WriteReceipt } from "./http2/http2-stream.ts";
import { encodeMessage, type MessageCoding } from "./message-coding.ts";

/** Where the messages of a stream's answer go, one after the other. */
export interface StreamOutput {
  /** Whether the answer's head has been sent. */
  readonly hasStarted: boolean;
  /** Whether no more should be written until the output says that it has room. */
  readonly isFull: boolean;
  /** Bytes written here that the kernel has not taken. */
  readonly unsentSize: number;
  /** Sends one message. @param receipt told once the parts are no longer needed */
  write(parts: readonly Uint8Array[], receipt: Http2WriteReceipt | null): void;
  /** Ends the answer without an error, once everything written has been sent. Nothing is written afterwards. */
  end(): void;
  /** There is room on the stream again. */
  onDrain(): void;
  /** Nothing can be sent any more: what waits here is let go of. */
  close(): void;
}

/** The output of a stream whose messages are not compressed. */
export class PlainStreamOutput implements StreamOutput {
  hasStarted = false;
  isFull = false;
  readonly #stream: Http2Stream;
  readonly #onRoom: () => void;

  constructor(stream: Http2Stream, onRoom: () => void) {
    this.#stream = stream;
    this.#onRoom = onRoom;
  }

  get unsentSize(): number {
    return this.#stream.unsentSize;
  }

  write(parts: readonly Uint8Array[], receipt: Http2WriteReceipt | null): void {
    if (!this.hasStarted) {
      this.hasStarted = true;
      this.#stream.start(RESPONSE_HEADS.identity);
    }
    this.isFull = !this.#stream.write(parts, 0, receipt);
  }

  end(): void {
    this.#stream.end(this.hasStarted ? OK_TRAILERS : OK_WITHOUT_MESSAGES);
  }

  onDrain(): void {
    this.isFull = false;
    this.#onRoom();
  }

  close(): void {}
}

interface UncompressedMessage {
  readonly parts: readonly Uint8Array[];
  readonly receipt: Http2WriteReceipt | null;
}

/** What a compressing output needs of its call. */
export interface CompressedOutputOwner {
  onRoom(): void;
  onFailure(reason: unknown): void;
}

/** The output of a stream whose messages are compressed: one at a time, so that they keep their order. */
export class CompressedStreamOutput implements StreamOutput {
  hasStarted = false;
  readonly #stream: Http2Stream;
  readonly #coding: Exclude<MessageCoding, "identity">;
  readonly #owner: CompressedOutputOwner;
  readonly #waiting: UncompressedMessage[] = [];
  #waitingSize = 0;
  #isStreamFull = false;
  #isCompressing = false;
  #isEnding = false;
  #isClosed = false;

  constructor(
    stream: Http2Stream,
    coding: Exclude<MessageCoding, "identity">,
    owner: CompressedOutputOwner,
  ) {
    this.#stream = stream;
    this.#coding = coding;
    this.#owner = owner;
  }

  get isFull(): boolean {
    return this.#isStreamFull || this.#waiting.length > 0;
  }

  get unsentSize(): number {
    return this.#stream.unsentSize + this.#waitingSize;
  }

  write(parts: readonly Uint8Array[], receipt: Http2WriteReceipt | null): void {
    this.#waiting.push({ parts, receipt });
    this.#waitingSize += byteSize(parts);
    this.#compressNext();
  }

  end(): void {
    this.#isEnding = true;
    this.#compressNext();
  }

  onDrain(): void {
    this.#isStreamFull = false;
    this.#compressNext();
    this.#owner.onRoom();
  }

  close(): void {
    this.#isClosed = true;
    // The one that is being compressed is let go of when that is done.
    for (const { receipt } of this.#waiting.splice(this.#isCompressing ? 1 : 0)) {
      receipt?.onWritten(false);
    }
  }

  #compressNext(): void {
    if (this.#isCompressing || this.#isClosed) {
      return;
    }
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#isCompressing = true;
      void this.#compress(next);
    } else if (this.#isEnding) {
      this.#isClosed = true;
      this.#stream.end(this.hasStarted ? OK_TRAILERS : OK_WITHOUT_MESSAGES);
    }
  }

  /** Never rejects. */
  async #compress({ parts, receipt }: UncompressedMessage): Promise<void> {
    let compressed: Uint8Array | null = null;
    try {
      compressed = await encodeMessage(this.#coding, parts);
    } catch (reason) {
      this.#owner.onFailure(reason);
    }
    this.#isCompressing = false;
    this.#waiting.shift();
    this.#waitingSize -= byteSize(parts);
    if (this.#isClosed) {
      receipt?.onWritten(false);
      return;
    }
    if (!this.hasStarted) {
      this.hasStarted = true;
      this.#stream.start(RESPONSE_HEADS[this.#coding]);
    }
    if (compressed === null) {
      this.#isStreamFull = !this.#stream.write(parts, 0, receipt);
    } else {
      this.#isStreamFull = !this.#stream.write([compressed], 1, null);
      receipt?.onWritten(true);
    }
    this.#compressNext();
    if (!this.isFull) {
      this.#owner.onRoom();
    }
  }
}

function byteSize(parts: readonly Uint8Array[]): number {
  let size = 0;
  for (const part of parts) {
    size += part.byteLength;
  }
  return size;
}
