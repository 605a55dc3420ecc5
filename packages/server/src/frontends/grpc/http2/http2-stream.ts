import type { Http2ErrorCode } from "./error-code.ts";
import type { HeaderBlock } from "./header-block.ts";

/** One header field as received: the name in lower case, a character per byte in both. */
export type Http2HeaderVisitor = (name: string, value: string) => void;

/**
 * The header fields of a request, or its trailers. Well-formed by RFC 9113, sections 8.2 and 8.3.
 *
 * Values hold one character per byte received; `Buffer.from(value, "latin1")` gives the bytes back where UTF-8 is
 * expected. Heads are immutable, but for `memo`.
 */
export interface Http2Head {
  /** `:method`; empty in trailers. */
  readonly method: string;
  /** `:scheme`; empty in trailers. */
  readonly scheme: string;
  /** `:path`, undecoded, query included; never empty but in trailers. */
  readonly path: string;
  /** `:authority`, or what Host says if there is none; may be empty. */
  readonly authority: string;
  /**
   * The value of the first field of that name, or undefined if there is none. Pseudo-header fields are not among them.
   *
   * @param name in lower case
   */
  header(name: string): string | undefined;
  /** Visits every field but the pseudo-header fields in the order received, repeated names one by one. */
  forEachHeader(visit: Http2HeaderVisitor): void;
  /**
   * What the layer above derived from this head, null at first. A client that calls the same method again and again
   * sends the same bytes each time: its streams then share one head, so routing and parsing are done once.
   */
  memo: unknown;
}

/** What a stream's connection is. */
export interface Http2ConnectionInfo {
  /** The client's address and port; undefined once the connection is closed. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** A number that no other connection of the process has. */
  readonly serial: number;
}

/** Told when the parts of a message are no longer needed. Must not throw. */
export interface Http2WriteReceipt {
  /**
   * Called exactly once per message, possibly before the call that sends it returns.
   *
   * @param isDelivered whether the kernel has taken the whole message; false if the stream broke before
   */
  onWritten(isDelivered: boolean): void;
}

/** A message that stays valid until it is released. */
export interface HeldMessage {
  /** The message without its prefix. */
  readonly bytes: Uint8Array;
  /**
   * Says that `bytes` will not be read again, so that its memory can go back to the pool. Idempotent. A message that is
   * never released is left to the garbage collector.
   */
  release(): void;
}

/**
 * A message as it is handed to `onMessage`. The object is the connection's and is only valid during that call, and so are
 * the bytes unless `hold` is called. A small message that came whole is a view of the shared read buffer; other
 * messages lie in memory of their own.
 */
export interface Http2Message {
  /** The first byte of the prefix: 0, or 1 if the message is compressed. */
  readonly flags: number;
  /** The memory that holds the message, from `start` to `end`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Whether the client has said that nothing follows; `onRequestEnd` is called next. */
  readonly isLast: boolean;
  /**
   * Keeps the message beyond the call. Up to 8 KiB are copied, larger messages are handed over where they are. At most
   * once a message.
   *
   * @param alignedOffset the offset in the message that shall lie on a 64-byte boundary, if it is copied
   */
  hold(alignedOffset: number): HeldMessage;
}

/** Why a message is not handed on. */
export type MessageFault =
  /** Its announced size is above `messageSizeMax`. */
  | "tooLarge"
  /** The client ended its request in the middle of it. */
  | "truncated"
  /** There is no memory for it. */
  | "memory";

/**
 * Takes what comes on one stream; may be one object for all streams or one a stream. A method that throws has a bug: the
 * stream is reset with INTERNAL_ERROR, or answered with `Http2Refusals.handlerFailed` if nothing has been sent.
 *
 * ```
 *   onMessage… ──► onRequestEnd                 every call that is not cancelled
 *   onMessage… ──► onCancelled                  at any time, once
 *   onMessage… ──► onMessageFault               once; must lead to an answer, nothing of the request follows
 * ```
 * None of them is called after the answer has been ended or the stream was reset from above.
 */
export interface Http2Receiver {
  /**
   * Whether data are messages, each with a prefix of five bytes (flags, then the size as u32 big-endian), in both
   * directions; or bytes without any structure.
   */
  readonly framing: "messages" | "none";
  /** Most bytes of one message, without its prefix. */
  readonly messageSizeMax: number;
  /**
   * The offset in the message that shall lie on a 64-byte boundary. Called once for each message above 8 KiB, when its first
   * bytes have come; smaller ones have theirs when they are held.
   *
   * @param bytes holds what has come of the message, from `start` to `end`
   * @param size bytes of the whole message
   */
  alignedMessageOffset(bytes: Uint8Array, start: number, end: number, size: number): number;
  /** A message is complete. Only for `framing` "messages". */
  onMessage(stream: Http2Stream, message: Http2Message): void;
  /** Bytes have come, from `start` to `end`; valid during the call only. Only for `framing` "none". */
  onBytes(stream: Http2Stream, bytes: Uint8Array, start: number, end: number): void;
  /** A message cannot be handed on. `size` is what it would have (of a truncated one, what has come). */
  onMessageFault(stream: Http2Stream, fault: MessageFault, size: number): void;
  /**
   * The client has ended its side.
   *
   * @param trailers its trailing fields, null if it sent none
   */
  onRequestEnd(stream: Http2Stream, trailers: Http2Head | null): void;
  /**
   * The stream is over before its answer was ended: the client reset it or broke the protocol, its connection is gone, or
   * it took nothing for too long. Nothing can be sent any more; doing so has no effect.
   *
   * @param code what the client gave as the reason, Cancel if the connection is gone, else what it was told
   */
  onCancelled(stream: Http2Stream, code: number): void;
  /** `write` returned false, and now there is room again. */
  onDrain(stream: Http2Stream): void;
}

/**
 * One request and its answer.
 *
 * ```
 *   respond                             head, one message and trailers in one write
 *   end                                 only a head that ends the stream ("trailers-only")
 *   start ──► write… ──► end            a stream of messages
 *   reset                               instead of, or in the middle of, any of them
 * ```
 * When the answer ends before the request has, the client is told to stop (RST_STREAM with NO_ERROR) and what it still
 * sends is thrown away.
 *
 * What is sent while input is being handled, or in one turn of the event loop, leaves in one system call.
 */
export interface Http2Stream {
  readonly id: number;
  readonly head: Http2Head;
  readonly connection: Http2ConnectionInfo;
  /** Whether something can still be sent: false once the answer has been ended or the stream is over. */
  readonly isOpen: boolean;
  /** Bytes written here that the kernel has not taken. */
  readonly unsentSize: number;
  /**
   * Sends a whole answer. Same as `start`, `write` and `end`, for less.
   *
   * @param parts of one message, in order, without its prefix; unchanged until the receipt
   * @param flags the first byte of the prefix
   */
  respond(
    head: HeaderBlock,
    parts: readonly Uint8Array[],
    trailers: HeaderBlock,
    flags: number,
    receipt: Http2WriteReceipt | null,
  ): void;
  /** Sends the head of an answer that `write` and `end` go on with. */
  start(head: HeaderBlock): void;
  /**
   * Sends one message. Returns whether more should be written now; if not, `onDrain` is called when there is room.
   *
   * The bytes that wait are the caller's: a caller that goes on regardless is not stopped.
   *
   * @param parts of one message, in order, without its prefix; unchanged until the receipt
   * @param flags the first byte of the prefix
   */
  write(parts: readonly Uint8Array[], flags: number, receipt: Http2WriteReceipt | null): boolean;
  /** Ends the answer: with trailers after `start`, or with the only head if there was none. */
  end(trailers: HeaderBlock): void;
  /** Breaks the stream off; what still waits is not sent. No effect on a stream that is over. */
  reset(code: Http2ErrorCode): void;
  /**
   * Whether the client may send more (initially yes). While not, it can send what its window has left, which is at
   * most `Http2Limits.streamWindowSize`, or the rest of a message that has begun: that much may still be handed on.
   */
  setReceiving(isReceiving: boolean): void;
}

/**
 * Called for each request when its head is complete and well-formed and nothing of its data has been taken: the place to
 * route. Returns who takes the request, or null if it was answered here.
 */
export type Http2StreamHandler = (stream: Http2Stream) => Http2Receiver | null;
