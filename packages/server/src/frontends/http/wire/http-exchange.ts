/** One header line as received: the name's case kept, the value without surrounding white space, a character per byte. */
export type HeaderVisitor = (name: string, value: string) => void;

/**
 * The head of a request. The target and its parts are decoded as UTF-8 (never percent-decoded). Header values hold one
 * character per byte received; `Buffer.from(value, "latin1")` gives the bytes back where UTF-8 is expected.
 */
export interface HttpRequestHead {
  /** As received, case kept: any token is a method. */
  readonly method: string;
  /** The request target as received, not decoded: `/v2/models/m?x=y`, `*`, or an absolute URI. */
  readonly target: string;
  /** The target up to the first `?`; of an absolute URI what follows the authority, `/` if that is nothing. */
  readonly path: string;
  /** What follows the first `?`; empty if there is none. */
  readonly query: string;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  readonly versionMinor: 0 | 1;
  /**
   * The value of the first header of that name, or undefined if there is none.
   *
   * @param name in lower case
   */
  header(name: string): string | undefined;
  /** Visits every header line in the order received, repeated names one by one. */
  forEachHeader(visit: HeaderVisitor): void;
  /**
   * What the layer above derived from this head, null at first. Requests that come with the same bytes of head may share
   * it, so that routing and reading headers are done once for all of them; it must say nothing of a body.
   */
  memo: unknown;
}

/**
 * One request and its answer.
 *
 * ```
 *   onHead ──body complete──► onRequest ──respond / startStream──► answered ──bytes in the kernel──► onWritten
 *      └── answered at once: the body, if any, is received and thrown away, onRequest is not called
 * ```
 * Exactly one of `respond` and `startStream` is called, exactly once, at any time from `onHead` on; answers of pipelined
 * requests may be given in any order and leave in the order of the requests. Answering after the client has gone is
 * allowed and does nothing but call `onWritten(exchange, false)`.
 */
export interface HttpExchange extends HttpRequestHead {
  /**
   * The whole body as one contiguous piece, without content decoding; empty until `onRequest`. Stays valid and unchanged
   * until `releaseBody`.
   */
  readonly body: Uint8Array;
  /**
   * Says that `body` will not be read again, so that its memory can go back to the pool. Idempotent. The owner of the
   * exchange calls it exactly when the last reader is done; a body that is never released is left to the garbage
   * collector.
   */
  releaseBody(): void;
  /** Told when the client goes and when the answer has left; null if nobody wants to know. */
  listener: HttpExchangeListener | null;
  /** The client's address, for logs; undefined once its connection is closed. */
  readonly remoteAddress: string | undefined;
  /** Whether the client can still be answered: false once its connection is closed. */
  readonly isOpen: boolean;
  /**
   * Sends the answer: the status line, `headerLines`, Content-Length, and Connection where one is needed.
   *
   * Parts of up to 64 KiB together are copied before the call returns. Larger ones are written without a copy and must
   * stay unchanged until `listener.onWritten`. The body of an answer to HEAD is counted but not sent.
   *
   * @param headerLines complete lines, `Content-Type: application/json\r\n`, built once and kept where possible; made
   *   with `headerLine` from anything that is not a constant. Neither Content-Length, Transfer-Encoding nor Connection.
   * @param parts the body's pieces, in order; not kept as an array after the call if it returns with them copied
   */
  respond(status: number, headerLines: string, parts: readonly Uint8Array[]): void;
  /**
   * Starts an answer of unknown length: chunked, or ended by closing the connection for HTTP/1.0.
   *
   * @param onDrain called each time that `write` may be used again after it returned false
   */
  startStream(status: number, headerLines: string, onDrain: () => void): HttpResponseStream;
}

/** The body of an answer whose length is not known when it begins. */
export interface HttpResponseStream {
  /**
   * Sends one piece as one chunk; an empty piece sends nothing. The bytes are copied or fully used once the call
   * returns, whatever it returns.
   *
   * @returns whether to go on: false asks the caller to wait for `onDrain`; bytes written all the same are kept
   */
  write(bytes: Uint8Array): boolean;
  /** Completes the answer. Idempotent. */
  end(): void;
  /** Breaks the connection off, so that the client sees a truncated answer instead of a complete one. */
  abort(): void;
}

/** Told what becomes of a client and of an answer. Must not throw. */
export interface HttpExchangeListener {
  /**
   * The client closed its side before it was fully answered: it has gone, or (rare among HTTP clients) has only said
   * that it sends nothing more. Called at most once. While `exchange.isOpen` an answer is still delivered.
   */
  onClientGone(exchange: HttpExchange): void;
  /**
   * The parts of the answer are no longer needed: `isDelivered` says whether the kernel has taken all of them or the
   * connection broke before. Called exactly once for each answered exchange, possibly before `respond` returns.
   */
  onWritten(exchange: HttpExchange, isDelivered: boolean): void;
}

/** Takes one kind of request; usually one object per route. */
export interface HttpRequestReceiver {
  /** Most bytes of body, as sent (before content decoding), that this receiver takes. Looked at as the body grows. */
  readonly bodySizeMax: number;
  /**
   * The offset in the body that shall lie on a 64-byte boundary when the body gets memory of its own (bodies that came
   * whole in one read are views and are not aligned). Called at most once, when headers are known; 0 if it does not
   * matter. A value outside the body is ignored.
   */
  alignedBodyOffset(exchange: HttpExchange): number;
  /** The request is complete. Must lead to an answer. */
  onRequest(exchange: HttpExchange): void;
  /**
   * The body is larger than `bodySizeMax`, by its Content-Length or by what came. Called instead of `onRequest`. Must
   * lead to an answer. The rest of the body is thrown away.
   */
  onBodyTooLarge(exchange: HttpExchange): void;
}

/**
 * Called for each request when its head is complete and well-formed and nothing of the body has been taken: the place to
 * route. Returns who takes the request, or null if it was answered here.
 */
export type HttpHeadHandler = (exchange: HttpExchange) => HttpRequestReceiver | null;
