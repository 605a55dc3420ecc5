import { Http2ErrorCode } from "./error-code.ts";
import {
  FrameFlag,
  type FrameHead,
  PRIORITY_SIZE,
  readUint32,
  STREAM_ID_MAX,
} from "./frame-format.ts";
import { HpackDecoder } from "./hpack/hpack-decoder.ts";
import type { HpackField } from "./hpack/hpack-field.ts";
import type { Http2Limits } from "./http2-limits.ts";
import { type RequestHead, requestHeadFrom } from "./request-head.ts";

/** Blocks that are remembered with the heads that they stand for: one a method that a client calls in turn. */
const MEMO_COUNT = 4;
/** Larger blocks are decoded each time. */
const MEMO_BLOCK_SIZE_MAX = 1024;
const PAD_LENGTH_SIZE = 1;
const PAD_LENGTH_MAX = 255;

/** Bytes of a HEADERS frame that are not part of the block, at most. */
export const HEADERS_OVERHEAD_MAX: number = PAD_LENGTH_SIZE + PAD_LENGTH_MAX + PRIORITY_SIZE;

/** Takes what a reader of heads finds. */
export interface HeadConsumer {
  /** The connection cannot go on. */
  fail(code: Http2ErrorCode, reason: string): void;
  /** A block is complete; it lies in `bytes` from `start` to `end` during the call. It must be decoded, wanted or not. */
  blockComes(
    streamId: number,
    endsStream: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void;
}

/** A block and the head that it stands for as long as the table does not change. */
interface Memo {
  readonly block: Uint8Array;
  readonly head: RequestHead;
}

/**
 * Puts the header blocks of one connection together, and decodes them in the order in which they come.
 *
 * A client that calls the same method again and again sends the same bytes each time once its fields are in the table;
 * a block that left the table as it was means the same until something changes it, and is not decoded again.
 */
export class HeadReader {
  readonly #limits: Http2Limits;
  readonly #consumer: HeadConsumer;
  readonly #decoder: HpackDecoder;
  readonly #memos: Memo[] = [];
  #memoNext = 0;
  /** The stream whose block is not complete; 0 if there is none. */
  #streamId = 0;
  #endsStream = false;
  #fragments: Buffer[] = [];
  #size = 0;
  #continuationCount = 0;

  constructor(limits: Http2Limits, consumer: HeadConsumer) {
    this.#limits = limits;
    this.#consumer = consumer;
    this.#decoder = new HpackDecoder(limits);
  }

  /** The stream whose CONTINUATION frames must follow; 0 if there is none. */
  get openStreamId(): number {
    return this.#streamId;
  }

  /** Whether the last list was above the limits. */
  get isTooLarge(): boolean {
    return this.#decoder.isTooLarge;
  }

  /** A HEADERS frame has come. */
  headersCome(head: FrameHead, bytes: Buffer, payloadStart: number, payloadEnd: number): void {
    let start = payloadStart;
    let end = payloadEnd;
    if ((head.flags & FrameFlag.Padded) !== 0) {
      end -= bytes[start] ?? 0;
      start += PAD_LENGTH_SIZE;
    }
    if ((head.flags & FrameFlag.Priority) !== 0) {
      const dependency = end - start < PRIORITY_SIZE ? 0 : readUint32(bytes, start);
      if (dependency % (STREAM_ID_MAX + 1) === head.streamId) {
        this.#consumer.fail(Http2ErrorCode.ProtocolError, "a stream depends on itself");
        return;
      }
      start += PRIORITY_SIZE;
    }
    if (start > end) {
      this.#consumer.fail(Http2ErrorCode.ProtocolError, "more padding than payload");
      return;
    }
    const endsStream = (head.flags & FrameFlag.EndStream) !== 0;
    if ((head.flags & FrameFlag.EndHeaders) !== 0) {
      this.#complete(head.streamId, endsStream, bytes, start, end);
      return;
    }
    this.#streamId = head.streamId;
    this.#endsStream = endsStream;
    this.#continuationCount = 0;
    this.#size = 0;
    this.#append(bytes, start, end);
  }

  /** A CONTINUATION frame of the stream that is open has come. */
  continuationComes(head: FrameHead, bytes: Buffer, start: number, end: number): void {
    if (++this.#continuationCount > this.#limits.continuationCountMax) {
      this.#consumer.fail(Http2ErrorCode.EnhanceYourCalm, "too many CONTINUATION frames");
      return;
    }
    if (this.#append(bytes, start, end) && (head.flags & FrameFlag.EndHeaders) !== 0) {
      const block = Buffer.concat(this.#fragments);
      const streamId = this.#streamId;
      this.drop();
      this.#complete(streamId, this.#endsStream, block, 0, block.byteLength);
    }
  }

  /** Forgets an incomplete block. */
  drop(): void {
    this.#streamId = 0;
    this.#fragments = [];
  }

  #append(bytes: Buffer, start: number, end: number): boolean {
    this.#size += end - start;
    if (this.#size > this.#limits.headerBlockSizeMax) {
      this.#consumer.fail(Http2ErrorCode.EnhanceYourCalm, "header block too large");
      return false;
    }
    this.#fragments.push(Buffer.from(bytes.subarray(start, end)));
    return true;
  }

  #complete(
    streamId: number,
    endsStream: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    if (end - start > this.#limits.headerBlockSizeMax) {
      this.#consumer.fail(Http2ErrorCode.EnhanceYourCalm, "header block too large");
      return;
    }
    this.#consumer.blockComes(streamId, endsStream, bytes, start, end);
  }

  /** Decodes a block. Returns null, after having failed the connection, if that cannot be done. */
  decode(bytes: Buffer, start: number, end: number): readonly HpackField[] | null {
    const fields = this.#decoder.decode(bytes, start, end);
    if (this.#decoder.hasChangedTable) {
      this.#memos.length = 0;
      this.#memoNext = 0;
    }
    if (fields === null) {
      this.#consumer.fail(Http2ErrorCode.CompressionError, "header block cannot be decoded");
    }
    return fields;
  }

  /** The head that a block stands for, if that is known without decoding it. */
  recall(bytes: Buffer, start: number, end: number): RequestHead | null {
    for (const memo of this.#memos) {
      if (isSame(memo.block, bytes, start, end)) {
        return memo.head;
      }
    }
    return null;
  }

  /**
   * The head of a request that a block which has just been decoded stands for; null if it is malformed. To be called
   * once a block: it may be remembered.
   */
  headFrom(
    fields: readonly HpackField[],
    bytes: Buffer,
    start: number,
    end: number,
  ): RequestHead | null {
    const head = requestHeadFrom(fields);
    if (head !== null && !this.#decoder.hasChangedTable && end - start <= MEMO_BLOCK_SIZE_MAX) {
      this.#memos[this.#memoNext] = { block: Uint8Array.from(bytes.subarray(start, end)), head };
      this.#memoNext = (this.#memoNext + 1) % MEMO_COUNT;
    }
    return head;
  }
}

function isSame(block: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  const size = end - start;
  if (block.length !== size) {
    return false;
  }
  // What differs between methods stands rather at the end.
  for (let index = size - 1; index >= 0; index--) {
    if (block[index] !== bytes[start + index]) {
      return false;
    }
  }
  return true;
}
