import { putNumber } from "./control-frames.ts";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameFlag, type FrameHead, FrameType, WINDOW_SIZE_MAX } from "./frame-format.ts";
import type { FrameOutput } from "./frame-output.ts";
import { PayloadMode } from "./frame-reader.ts";
import type { Http2Context } from "./http2-context.ts";
import type { Http2Limits } from "./http2-limits.ts";
import type { RequestHead } from "./request-head.ts";
import type { ServerStream } from "./server-stream.ts";

/** Bytes that have come on a connection before its window is enlarged again; half of the window. */
const CONNECTION_CREDIT_SIZE = 2 ** 30;

/** The connection, as what takes its data sees it. */
export interface DataOwner {
  readonly context: Http2Context;
  readonly output: FrameOutput;
  /** Something has been put into the output that is to be flushed soon. */
  outputChanged(): void;
  /** The client has sent something that we wanted. */
  usefulCame(): void;
  fail(code: Http2ErrorCode, reason: string): void;
}

/** The table of streams, as what takes their data sees it. */
export interface StreamsOfData {
  /** The client has broken the protocol on one stream. */
  streamError(stream: ServerStream, code: Http2ErrorCode): void;
  /** Data have come for a stream that is not open. */
  dataWithoutStream(streamId: number): void;
}

/**
 * Takes the DATA frames of one connection to their streams, and keeps the windows by which clients may send them.
 *
 * A frame counts against both windows when it begins. The connection's gets it back whether anybody wants it or not, so
 * that no stream can hold up the others; the stream's only as far as the layer above wants more.
 */
export class DataReceiver {
  readonly #owner: DataOwner;
  readonly #table: StreamsOfData;
  readonly #streams: ReadonlyMap<number, ServerStream>;
  readonly #limits: Http2Limits;
  /** Bytes of data that we let the client send on all streams together. */
  #receiveWindow = WINDOW_SIZE_MAX;
  #creditSize = 0;
  /** The stream of the present frame; null if nobody wants it. */
  #stream: ServerStream | null = null;
  #endsStream = false;

  /** @param streams those that are open, as they come and go */
  constructor(owner: DataOwner, table: StreamsOfData, streams: ReadonlyMap<number, ServerStream>) {
    this.#owner = owner;
    this.#table = table;
    this.#streams = streams;
    this.#limits = owner.context.limits;
  }

  /** The head of a DATA frame has come; says what to do with its payload. */
  begins(head: FrameHead): PayloadMode {
    const { length, streamId } = head;
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) {
      this.#owner.fail(Http2ErrorCode.FlowControlError, "more data than the connection's window");
      return PayloadMode.Skipped;
    }
    this.#creditConnection(length);
    const stream = this.#streamFor(streamId);
    this.#stream = stream;
    if (stream === null) {
      return PayloadMode.Skipped;
    }
    if (stream.isRequestEnded) {
      this.#table.streamError(stream, Http2ErrorCode.StreamClosed);
      return PayloadMode.Skipped;
    }
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) {
      this.#table.streamError(stream, Http2ErrorCode.FlowControlError);
      return PayloadMode.Skipped;
    }
    this.#endsStream = (head.flags & FrameFlag.EndStream) !== 0;
    stream.isRequestEnded = this.#endsStream;
    stream.creditSize += length;
    if (stream.isReceiving) {
      this.creditStream(stream);
    }
    return PayloadMode.Pieces;
  }

  /** The stream that data belong to; null if there is none. */
  #streamFor(streamId: number): ServerStream | null {
    const last = this.#stream;
    if (last !== null && last.id === streamId && !last.isOver) {
      return last;
    }
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) {
      return stream;
    }
    this.#table.dataWithoutStream(streamId);
    return null;
  }

  /** Bytes of the present DATA frame have come; `isAll` if none of them is missing now. */
  comes(bytes: Buffer, start: number, end: number, isAll: boolean): void {
    const stream = this.#stream;
    if (stream !== null && this.#countData(stream, end - start)) {
      stream.takeData(bytes, start, end, isAll && this.#endsStream);
    }
  }

  /** Memory into which the next bytes of the present DATA frame may be read; null if there is none. */
  space(sizeMax: number): Uint8Array | null {
    const stream = this.#stream;
    return stream === null || stream.isOver ? null : (stream.partial?.space(sizeMax) ?? null);
  }

  /** Bytes have been read into the memory that `space` gave. */
  filled(byteCount: number, isAll: boolean): void {
    const stream = this.#stream;
    if (stream !== null && stream.partial !== null && this.#countData(stream, byteCount)) {
      stream.filled(byteCount, isAll && this.#endsStream);
    }
  }

  /** Counts data against what the client has announced. Returns whether it is wanted. */
  #countData(stream: ServerStream, byteCount: number): boolean {
    if (stream.isOver) {
      return false;
    }
    this.#owner.usefulCame();
    stream.receivedSize += byteCount;
    const { contentLength } = stream.head;
    if (contentLength >= 0 && stream.receivedSize > contentLength) {
      this.#table.streamError(stream, Http2ErrorCode.ProtocolError);
      return false;
    }
    return true;
  }

  /** The present DATA frame is complete. */
  ends(): void {
    const stream = this.#stream;
    if (stream === null || stream.isOver) {
      return;
    }
    if (this.#endsStream) {
      this.endRequest(stream, null);
    } else {
      this.creditStream(stream);
    }
  }

  /** The client has ended a request, with a DATA frame or with trailers. */
  endRequest(stream: ServerStream, trailers: RequestHead | null): void {
    const { contentLength } = stream.head;
    if (contentLength >= 0 && stream.receivedSize !== contentLength) {
      this.#table.streamError(stream, Http2ErrorCode.ProtocolError);
    } else {
      this.#owner.usefulCame();
      stream.endRequest(trailers);
    }
  }

  #creditConnection(byteCount: number): void {
    this.#creditSize += byteCount;
    if (this.#creditSize >= CONNECTION_CREDIT_SIZE) {
      putNumber(this.#owner.output, FrameType.WindowUpdate, 0, this.#creditSize);
      this.#receiveWindow += this.#creditSize;
      this.#creditSize = 0;
      this.#owner.outputChanged();
    }
  }

  /** Gives what a stream has taken back to its window, if it is worth a frame and more is wanted. */
  creditStream(stream: ServerStream): void {
    const creditSize = stream.creditSizeAbove(this.#limits.streamWindowSize / 2);
    if (creditSize > 0) {
      putNumber(this.#owner.output, FrameType.WindowUpdate, stream.id, creditSize);
      stream.receiveWindow += creditSize;
      stream.creditSize -= creditSize;
      this.#owner.outputChanged();
    }
  }
}
