import { assert } from "../../../base/assert.ts";
import type { GrowingBody } from "../../socket/body-memory.ts";
import type { AnswerSender } from "./answer-sender.ts";
import { putNumber } from "./control-frames.ts";
import { DataReceiver, type StreamsOfData } from "./data-receiver.ts";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameType, WINDOW_SIZE_MAX } from "./frame-format.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type HeadConsumer, HeadReader } from "./head-reader.ts";
import { encodeHeaderBlock, type HeaderBlock } from "./header-block.ts";
import type { Http2Context } from "./http2-context.ts";
import type { Http2ConnectionInfo } from "./http2-stream.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { RateLimit } from "./rate-limit.ts";
import { RecentIds } from "./recent-ids.ts";
import { RequestHead, trailersFrom } from "./request-head.ts";
import { ServerStream, type StreamOwner } from "./server-stream.ts";

/** To who wants a tunnel, which we do not offer. */
const NO_TUNNEL: HeaderBlock = encodeHeaderBlock([[":status", "405"]]);
const NO_HEAD = new RequestHead();

/** The connection, as the table of its streams sees it. */
export interface TableOwner {
  readonly context: Http2Context;
  readonly info: Http2ConnectionInfo;
  readonly sender: AnswerSender;
  readonly output: FrameOutput;
  readonly peer: PeerSettings;
  /** Something has been put into the output that is to be flushed soon. */
  outputChanged(): void;
  /** The client has sent something that we wanted. */
  usefulCame(): void;
  /** There is no stream any more. */
  streamsEnded(): void;
  fail(code: Http2ErrorCode, reason: string): void;
  keepLent(body: GrowingBody): void;
}

/**
 * The streams of one connection, and what clients' frames do to them; DATA frames come to `data`.
 *
 * ```
 *   idle ──HEADERS──► open ──END_STREAM──► half closed ──answered──► closed
 *                       └────answered──► RST_STREAM NO_ERROR ─────────► closed, remembered for a while
 * ```
 * A stream is in the table from its head until its answer has been put into the output, or it was reset. Frames that
 * were under way when we reset a stream are ignored; on other closed streams they are errors.
 */
export class StreamTable implements StreamOwner, HeadConsumer, StreamsOfData {
  unfinishedSize = 0;
  /** The last stream that was taken care of. */
  lastStreamId = 0;
  readonly context: Http2Context;
  readonly info: Http2ConnectionInfo;
  readonly sender: AnswerSender;
  readonly heads: HeadReader;
  readonly data: DataReceiver;
  readonly #owner: TableOwner;
  readonly #output: FrameOutput;
  readonly #streams = new Map<number, ServerStream>();
  readonly #resets: RateLimit;
  readonly #resetByUs = new RecentIds();
  /** The highest stream that the client has used, and how many it has used. */
  #seenStreamId = 0;
  #seenCount = 0;
  /** Whether further streams are ignored. */
  #isClosed = false;

  constructor(owner: TableOwner) {
    const { context } = owner;
    const { limits } = context;
    this.context = context;
    this.info = owner.info;
    this.sender = owner.sender;
    this.#owner = owner;
    this.#output = owner.output;
    this.heads = new HeadReader(limits, this);
    this.data = new DataReceiver(owner, this, this.#streams);
    this.#resets = new RateLimit(limits.resetBurstMax, limits.resetsPerSecondMax, context.nowMs);
  }

  get count(): number {
    return this.#streams.size;
  }

  /** From now on further streams are ignored. */
  close(): void {
    this.#isClosed = true;
  }

  fail(code: Http2ErrorCode, reason: string): void {
    this.#owner.fail(code, reason);
  }

  keepLent(body: GrowingBody): void {
    this.#owner.keepLent(body);
  }

  blockComes(
    streamId: number,
    endsStream: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) {
      this.#takeTrailers(stream, endsStream, bytes, start, end);
    } else if (streamId % 2 === 0) {
      this.fail(Http2ErrorCode.ProtocolError, "a client's streams have odd numbers");
    } else if (streamId <= this.#seenStreamId) {
      this.#takeClosedBlock(streamId, bytes, start, end);
    } else {
      this.#seenStreamId = streamId;
      this.#seenCount++;
      this.#takeHead(streamId, endsStream, bytes, start, end);
    }
  }

  #takeClosedBlock(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.heads.decode(bytes, start, end) === null || this.#isIgnored(streamId)) {
      return;
    }
    const wereAllUsed = this.#seenCount * 2 > this.#seenStreamId;
    const code = wereAllUsed ? Http2ErrorCode.StreamClosed : Http2ErrorCode.ProtocolError;
    this.fail(code, "HEADERS on a closed stream");
  }

  #takeHead(
    streamId: number,
    endsStream: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    let head = this.heads.recall(bytes, start, end);
    let isTooLarge = false;
    if (head === null) {
      const fields = this.heads.decode(bytes, start, end);
      if (fields === null) {
        return;
      }
      isTooLarge = this.heads.isTooLarge;
      head = isTooLarge ? NO_HEAD : this.heads.headFrom(fields, bytes, start, end);
    }
    if (this.#isClosed) {
      return;
    }
    this.lastStreamId = streamId;
    if (head === null || (endsStream && head.contentLength > 0)) {
      this.#refuse(streamId, Http2ErrorCode.ProtocolError);
    } else if (!this.#hasRoom) {
      this.#refuse(streamId, Http2ErrorCode.RefusedStream);
    } else {
      this.#open(streamId, head, isTooLarge, endsStream);
    }
  }

  get #hasRoom(): boolean {
    const { concurrentStreamsMax, waitingSizeMax } = this.context.limits;
    return this.#streams.size < concurrentStreamsMax && this.sender.waitingSize <= waitingSizeMax;
  }

  #open(streamId: number, head: RequestHead, isTooLarge: boolean, endsStream: boolean): void {
    const { context } = this;
    const { streamWindowSize } = context.limits;
    const sendWindow = this.#owner.peer.initialWindowSize;
    const stream = new ServerStream(streamId, head, this, sendWindow, streamWindowSize);
    stream.isRequestEnded = endsStream;
    this.#streams.set(streamId, stream);
    context.streamCount++;
    if (isTooLarge) {
      stream.end(context.refusals.headTooLarge);
      return;
    }
    if (head.isConnect) {
      stream.end(NO_TUNNEL);
      return;
    }
    this.#owner.usefulCame();
    try {
      stream.receiver = context.handler(stream);
      assert(stream.receiver !== null || !stream.isOpen, "a request is taken or answered");
    } catch (error) {
      this.receiverFailed(stream, error);
    }
    if (endsStream) {
      stream.endRequest(null);
    }
  }

  #takeTrailers(
    stream: ServerStream,
    endsStream: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const fields = this.heads.decode(bytes, start, end);
    if (fields === null) {
      return;
    }
    const trailers = this.heads.isTooLarge ? null : trailersFrom(fields);
    if (stream.isRequestEnded) {
      this.streamError(stream, Http2ErrorCode.StreamClosed);
    } else if (!endsStream || trailers === null) {
      this.streamError(stream, Http2ErrorCode.ProtocolError);
    } else {
      this.data.endRequest(stream, trailers);
    }
  }

  dataWithoutStream(streamId: number): void {
    if (this.#isIdle(streamId)) {
      this.fail(Http2ErrorCode.ProtocolError, "DATA on an idle stream");
    } else if (!this.#isIgnored(streamId)) {
      putNumber(this.#output, FrameType.RstStream, streamId, Http2ErrorCode.StreamClosed);
      this.#owner.outputChanged();
    }
  }

  creditStream(stream: ServerStream): void {
    this.data.creditStream(stream);
  }

  /** The client has reset a stream. */
  resetComes(streamId: number, code: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      if (this.#isIdle(streamId)) {
        this.fail(Http2ErrorCode.ProtocolError, "RST_STREAM on an idle stream");
      }
      return;
    }
    this.#remove(stream);
    stream.cancel(code, false);
    this.#countReset();
  }

  /** The client lets us send more on a stream. */
  windowUpdateComes(streamId: number, increment: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) {
      if (this.#isIdle(streamId)) {
        this.fail(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE on an idle stream");
      }
      return;
    }
    stream.sendWindow += increment;
    if (increment === 0) {
      this.streamError(stream, Http2ErrorCode.ProtocolError);
    } else if (stream.sendWindow > WINDOW_SIZE_MAX) {
      this.streamError(stream, Http2ErrorCode.FlowControlError);
    } else {
      this.sender.enqueue(stream);
    }
  }

  /** The client has changed the window that streams begin with, which changes those of all streams. */
  initialWindowChanged(difference: number): void {
    for (const stream of this.#streams.values()) {
      stream.sendWindow += difference;
      if (stream.sendWindow > WINDOW_SIZE_MAX) {
        this.fail(Http2ErrorCode.FlowControlError, "initial window too large");
        return;
      }
      this.sender.enqueue(stream);
    }
  }

  #isIdle(streamId: number): boolean {
    return streamId > this.#seenStreamId || streamId % 2 === 0;
  }

  /** Whether frames on a closed stream may have been under way before the client heard of its end. */
  #isIgnored(streamId: number): boolean {
    return streamId > this.lastStreamId || this.#resetByUs.has(streamId);
  }

  answered(stream: ServerStream): void {
    stream.dropPartial();
    this.#remove(stream);
    if (!stream.isRequestEnded) {
      this.#putReset(stream.id, Http2ErrorCode.NoError);
    }
  }

  breakOff(stream: ServerStream, code: Http2ErrorCode): void {
    this.#remove(stream);
    this.#putReset(stream.id, code);
    stream.cancel(code, true);
  }

  receiverFailed(stream: ServerStream, error: unknown): void {
    this.context.onHandlerError(error);
    if (!stream.isOpen) {
      return;
    }
    if (stream.hasBegun) {
      this.breakOff(stream, Http2ErrorCode.InternalError);
    } else {
      stream.end(this.context.refusals.handlerFailed);
      // Whatever the layer above still does with it has no effect.
      stream.isCancelled = true;
    }
  }

  /** A broken protocol costs us as much as if the client had reset the stream. */
  streamError(stream: ServerStream, code: Http2ErrorCode): void {
    this.#end(stream, code);
    this.#countReset();
  }

  /** Ends a stream that the layer above does not expect to end. */
  #end(stream: ServerStream, code: Http2ErrorCode): void {
    this.#remove(stream);
    this.#putReset(stream.id, code);
    stream.cancel(code, false);
  }

  /** Ends a stream that the layer above has never heard of. */
  #refuse(streamId: number, code: Http2ErrorCode): void {
    this.#putReset(streamId, code);
    if (code !== Http2ErrorCode.RefusedStream) {
      this.#countReset();
    }
  }

  #countReset(): void {
    if (!this.#resets.take(this.context.exactNowMs())) {
      this.fail(Http2ErrorCode.EnhanceYourCalm, "too many streams were reset");
    }
  }

  #putReset(streamId: number, code: Http2ErrorCode): void {
    putNumber(this.#output, FrameType.RstStream, streamId, code);
    this.#resetByUs.add(streamId);
    this.#owner.outputChanged();
  }

  #remove(stream: ServerStream): void {
    this.#streams.delete(stream.id);
    this.sender.forget(stream);
    stream.isOver = true;
    stream.countOut();
    if (this.#streams.size === 0) {
      this.#owner.streamsEnded();
    }
  }

  /** The connection is over, and with it all streams. */
  cancelAll(code: Http2ErrorCode): void {
    this.heads.drop();
    for (const stream of this.#streams.values()) {
      this.#remove(stream);
      stream.cancel(code, false);
    }
  }

  /** Ends streams whose client has been waited for too long. */
  sweep(nowMs: number, toleranceMs: number): void {
    const { messageTimeoutMs, windowTimeoutMs } = this.context.limits;
    for (const stream of this.#streams.values()) {
      const isStarved = this.sender.isStarved(stream);
      if (!isStarved) {
        stream.sentAtMs = nowMs;
      }
      const isSilent =
        stream.partial !== null && nowMs - stream.receivedAtMs - toleranceMs >= messageTimeoutMs;
      if (isSilent || (isStarved && nowMs - stream.sentAtMs - toleranceMs >= windowTimeoutMs)) {
        this.#end(stream, Http2ErrorCode.Cancel);
      }
    }
  }
}
