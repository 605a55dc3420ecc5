import { assert } from "../../../base/assert.ts";
import { Http2ErrorCode } from "./error-code.ts";
import {
  FRAME_HEAD_SIZE,
  FrameFlag,
  FrameType,
  WINDOW_SIZE_DEFAULT,
  WINDOW_SIZE_MAX,
  writeFrameHead,
  writeUint32,
} from "./frame-format.ts";
import type { FrameOutput } from "./frame-output.ts";
import type { HeaderBlock } from "./header-block.ts";
import type { Http2Context } from "./http2-context.ts";
import type { Http2WriteReceipt } from "./http2-stream.ts";
import { PREFIX_SIZE } from "./message-assembler.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { type PendingData, setMark } from "./pending-data.ts";
import { RateLimit } from "./rate-limit.ts";
import type { ServerStream } from "./server-stream.ts";

const TABLE_SIZE_UPDATE_TO_0 = 0x20;
/** Messages up to here are copied beside their head and trailers, so that an answer is one run of bytes. */
const COPIED_SIZE_MAX = 16 * 1024;
/** Heads and trailers up to here may stand in one run with a copied message. */
const COPIED_BLOCK_SIZE_MAX = 16 * 1024;
/** Most bytes of one stream before another one has its turn. */
const TURN_SIZE_MAX = 256 * 1024;
/** Smaller frames, sent because windows demand it, are counted. */
const STARVED_SIZE = 256;
/** A frame of that size makes good for a small one: windows that are used to their ends leave some of either. */
const NOURISHING_SIZE_MIN = 4096;
/** Below this a copy byte by byte is faster than a call. */
const SHORT_SIZE_MAX = 32;

/** What a sender needs of its connection. */
export interface SenderOwner {
  readonly context: Http2Context;
  /** Something has been put into the output that is to be flushed soon. */
  outputChanged(): void;
  /** Data or a head has been sent: the client asked for something. */
  answerSent(): void;
  answered(stream: ServerStream): void;
  fail(code: Http2ErrorCode, reason: string): void;
}

/**
 * The answers of one connection on their way to its output, as far as the client's windows go.
 *
 * ```
 *   whole answer or message that windows and output have room for ──► output
 *   others ──► pending of the stream ──► queue of streams, in turn ──► output
 * ```
 * Invariants: no more is put out than the windows allow; a stream that can send is in the queue;
 * the output is not filled above `unsentSizeMax` (by more than one turn).
 */
export class AnswerSender {
  /** Bytes that the client lets us send on all streams together. */
  window: number = WINDOW_SIZE_DEFAULT;
  /** Bytes of all streams that wait. */
  waitingSize = 0;
  readonly #owner: SenderOwner;
  readonly #output: FrameOutput;
  readonly #peer: PeerSettings;
  readonly #starvedFrames: RateLimit;
  /** Streams that can send, next first. */
  #queue: ServerStream[] = [];

  constructor(owner: SenderOwner, output: FrameOutput, peer: PeerSettings) {
    const { limits, nowMs } = owner.context;
    this.#owner = owner;
    this.#output = output;
    this.#peer = peer;
    this.#starvedFrames = new RateLimit(
      limits.starvedFrameBurstMax,
      limits.starvedFramesPerSecondMax,
      nowMs,
    );
  }

  /** Whether the output may be filled further. */
  get #hasRoom(): boolean {
    return this.#output.unsentSize <= this.#owner.context.limits.unsentSizeMax;
  }

  /** Whether `pump` would put something out, given room. */
  get canSend(): boolean {
    return this.#queue.length > 0 && this.window > 0;
  }

  /** Whether a message of that size, prefix included, can go at once and in one frame. */
  #canSendNow(stream: ServerStream, size: number): boolean {
    return (
      size <= stream.sendWindow &&
      size <= this.window &&
      size <= this.#peer.frameSizeMax &&
      this.#queue.length === 0 &&
      this.#hasRoom
    );
  }

  /** Puts a whole answer into the output, if it can go at once. */
  sendWhole(
    stream: ServerStream,
    head: HeaderBlock,
    parts: readonly Uint8Array[],
    flags: number,
    trailers: HeaderBlock,
    receipt: Http2WriteReceipt | null,
  ): boolean {
    const isFramed = stream.isFramed;
    const size = sizeOf(parts) + (isFramed ? PREFIX_SIZE : 0);
    const blockSize = head.length + trailers.length;
    if (
      !this.#canSendNow(stream, size) ||
      this.#peer.isTableUpdateDue ||
      size > COPIED_SIZE_MAX ||
      blockSize > COPIED_BLOCK_SIZE_MAX
    ) {
      return false;
    }
    stream.sendWindow -= size;
    this.window -= size;
    const output = this.#output;
    const totalSize = 3 * FRAME_HEAD_SIZE + blockSize + size;
    let position = output.reserve(totalSize);
    const { bytes } = output;
    const { id } = stream;
    position = putBlock(bytes, position, head, FrameFlag.EndHeaders, id);
    position = writeFrameHead(bytes, position, size, FrameType.Data, 0, id);
    if (isFramed) {
      position = writePrefix(bytes, position, flags, size - PREFIX_SIZE);
    }
    for (const part of parts) {
      position = putBytes(bytes, position, part);
    }
    putBlock(bytes, position, trailers, FrameFlag.EndHeaders | FrameFlag.EndStream, id);
    setMark(output, stream, size, receipt);
    this.#sent();
    return true;
  }

  /** Puts a head, or trailers, into the output: they need no window. */
  sendBlock(stream: ServerStream, given: HeaderBlock, endsStream: boolean): void {
    const output = this.#output;
    const block = this.#peer.isTableUpdateDue ? this.#withTableUpdate(given) : given;
    const sizeMax = Math.min(this.#peer.frameSizeMax, TURN_SIZE_MAX);
    let type: number = FrameType.Headers;
    let flags: number = endsStream ? FrameFlag.EndStream : 0;
    let start = 0;
    do {
      const size = Math.min(block.length - start, sizeMax);
      const isLast = start + size === block.length;
      flags |= isLast ? FrameFlag.EndHeaders : 0;
      const isCopied = size <= COPIED_BLOCK_SIZE_MAX;
      const position = output.reserve(FRAME_HEAD_SIZE + (isCopied ? size : 0));
      writeFrameHead(output.bytes, position, size, type, flags, stream.id);
      const piece = block.subarray(start, start + size);
      if (isCopied) {
        output.bytes.set(piece, position + FRAME_HEAD_SIZE);
      } else {
        output.share(piece);
      }
      type = FrameType.Continuation;
      flags = 0;
      start += size;
    } while (start < block.length);
    setMark(output, stream, 0, null);
    this.#sent();
  }

  /** A block that first says that our table has size 0 from now on. */
  #withTableUpdate(block: HeaderBlock): HeaderBlock {
    this.#peer.updateTable();
    return Uint8Array.of(TABLE_SIZE_UPDATE_TO_0, ...block);
  }

  /** Puts one message into the output, if it can go at once. */
  sendMessage(
    stream: ServerStream,
    parts: readonly Uint8Array[],
    flags: number,
    receipt: Http2WriteReceipt | null,
  ): boolean {
    const prefixSize = stream.isFramed ? PREFIX_SIZE : 0;
    const size = sizeOf(parts) + prefixSize;
    if ((stream.pending !== null && !stream.pending.isEmpty) || !this.#canSendNow(stream, size)) {
      return false;
    }
    const isCopied = size <= COPIED_SIZE_MAX;
    stream.sendWindow -= size;
    this.window -= size;
    const output = this.#output;
    let position = output.reserve(FRAME_HEAD_SIZE + (isCopied ? size : prefixSize));
    position = writeFrameHead(output.bytes, position, size, FrameType.Data, 0, stream.id);
    if (prefixSize > 0) {
      position = writePrefix(output.bytes, position, flags, size - PREFIX_SIZE);
    }
    for (const part of parts) {
      if (isCopied) {
        position = putBytes(output.bytes, position, part);
      } else if (part.byteLength > 0) {
        output.share(part);
      }
    }
    setMark(output, stream, size, receipt);
    this.#sent();
    return true;
  }

  /** Keeps one message until it can go. */
  queueMessage(
    stream: ServerStream,
    pending: PendingData,
    parts: readonly Uint8Array[],
    flags: number,
    receipt: Http2WriteReceipt | null,
  ): void {
    if (pending.isEmpty) {
      stream.sentAtMs = this.#owner.context.nowMs;
    }
    const sizeBefore = pending.size;
    if (stream.isFramed) {
      const prefix = new Uint8Array(PREFIX_SIZE);
      writePrefix(prefix, 0, flags, sizeOf(parts));
      pending.add(prefix);
    }
    for (const part of parts) {
      pending.add(part);
    }
    pending.endMessage(receipt);
    this.waitingSize += pending.size - sizeBefore;
    this.enqueue(stream);
    this.#owner.outputChanged();
  }

  /** Takes a stream into the queue, if it can send. */
  enqueue(stream: ServerStream): void {
    if (!stream.isQueued && canSendOn(stream)) {
      stream.isQueued = true;
      this.#queue.push(stream);
    }
  }

  /** Whether a stream has something to send that the client's windows do not let pass. */
  isStarved(stream: ServerStream): boolean {
    const isWaiting = stream.pending !== null && !stream.pending.isEmpty;
    return isWaiting && (stream.sendWindow <= 0 || this.window <= 0);
  }

  /** The stream is over before its answer has left. */
  forget(stream: ServerStream): void {
    this.waitingSize -= stream.pending?.size ?? 0;
    if (stream.isQueued) {
      stream.isQueued = false;
      this.#queue = this.#queue.filter((each) => each !== stream);
    }
  }

  /** Puts out what windows and output have room for, stream by stream. */
  pump(): void {
    while (this.canSend && this.#hasRoom) {
      const stream = this.#queue.shift();
      assert(stream !== undefined, "a queue that can send is not empty");
      stream.isQueued = false;
      // The client may have made the window smaller since; what enlarges it queues the stream again.
      if (canSendOn(stream)) {
        if (!this.#sendTurn(stream)) {
          return;
        }
        this.enqueue(stream);
      }
    }
  }

  /** Puts out what one stream may send in its turn. Returns whether the connection goes on. */
  #sendTurn(stream: ServerStream): boolean {
    const { pending } = stream;
    assert(pending !== null, "a stream in the queue has pending data");
    const sizeMax = Math.min(
      this.#peer.frameSizeMax,
      TURN_SIZE_MAX,
      stream.sendWindow,
      this.window,
    );
    const size = Math.min(pending.size, sizeMax);
    if (size < pending.size && !this.#mayBeCut(size)) {
      return false;
    }
    const { nowMs } = this.#owner.context;
    stream.sentAtMs = nowMs;
    stream.sendWindow -= size;
    this.window -= size;
    this.waitingSize -= size;
    if (size > 0) {
      const position = this.#output.reserve(FRAME_HEAD_SIZE);
      writeFrameHead(this.#output.bytes, position, size, FrameType.Data, 0, stream.id);
    }
    pending.put(size, this.#output, stream);
    this.#sent();
    if (pending.isEmpty && stream.trailers !== null) {
      this.sendBlock(stream, stream.trailers, true);
      this.#owner.answered(stream);
    }
    return true;
  }

  /** Whether a frame may be as small as the windows demand: now and then, or if large ones come in between. */
  #mayBeCut(size: number): boolean {
    if (size >= STARVED_SIZE) {
      if (size >= NOURISHING_SIZE_MIN) {
        this.#starvedFrames.give();
      }
      return true;
    }
    if (this.#starvedFrames.take(this.#owner.context.exactNowMs())) {
      return true;
    }
    this.#owner.fail(Http2ErrorCode.EnhanceYourCalm, "windows too small");
    return false;
  }

  /** The client enlarges the connection's window. Returns whether it may be so large. */
  enlargeWindow(increment: number): boolean {
    this.window += increment;
    return this.window <= WINDOW_SIZE_MAX;
  }

  #sent(): void {
    this.#owner.answerSent();
    this.#owner.outputChanged();
  }
}

/** Whether a stream has something to send and a window for it. */
function canSendOn(stream: ServerStream): boolean {
  const { pending } = stream;
  return pending !== null && !pending.isEmpty && (stream.sendWindow > 0 || pending.size === 0);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  let size = 0;
  for (const part of parts) {
    size += part.byteLength;
  }
  return size;
}

function writePrefix(bytes: Uint8Array, position: number, flags: number, size: number): number {
  bytes[position] = flags;
  return writeUint32(bytes, position + 1, size);
}

function putBlock(
  bytes: Uint8Array,
  start: number,
  block: HeaderBlock,
  flags: number,
  streamId: number,
): number {
  const position = writeFrameHead(bytes, start, block.length, FrameType.Headers, flags, streamId);
  return putBytes(bytes, position, block);
}

function putBytes(bytes: Uint8Array, position: number, part: Uint8Array): number {
  const size = part.length;
  if (size > SHORT_SIZE_MAX) {
    bytes.set(part, position);
  } else {
    for (let index = 0; index < size; index++) {
      bytes[position + index] = part[index] ?? 0;
    }
  }
  return position + size;
}
