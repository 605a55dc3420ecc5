import { assert } from "../../../base/assert.ts";
import type { Clock } from "../../../base/clock.ts";
import { RingPort } from "../../../threads/ring-port.ts";
import { SharedBufferPool, SharedBufferTable } from "../../../threads/shared-buffers.ts";
import { BodySlab } from "../../socket/body-memory.ts";
import type { ThreadLink, ThreadLinkContext } from "../../threads/io-thread.ts";
import { WAITING_BYTES_MAX } from "../../threads/thread-limits.ts";
import type { HttpHeadHandler, HttpRequestReceiver } from "../wire/http-exchange.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { RequestRecordReader } from "./head-record.ts";
import {
  FIRST,
  FORGET,
  GONE,
  NO_BUFFER,
  OVER,
  RELEASE,
  REQUEST,
  SHORT_RECORD_SIZE,
  STREAM_ABORT,
  STREAM_END,
  TAKEN,
} from "./records.ts";
import { RemoteExchange, type RemoteExchangeOwner } from "./remote-exchange.ts";

const HTTP_INTERNAL_ERROR = 500;
const INTERNAL_ERROR_LINES = "Content-Type: application/json\r\n";
const INTERNAL_ERROR_BODY: Buffer = Buffer.from('{"error":"Internal error"}');

/** What a link works with, beside what connects it. */
export interface HttpThreadLinkOptions {
  readonly clock: Clock;
  readonly onHead: HttpHeadHandler;
  /** Told of what handlers and listeners throw, which is a bug above; the exchange has been answered with 500. */
  readonly onHandlerError: (error: unknown) => void;
  /** Bytes of memory for large answers that are kept for reuse. */
  readonly idleBytesMax: number;
}

/**
 * The core's side of one HTTP thread: its requests come in here, their answers go out.
 *
 * ```
 *   thread ──REQUEST, GONE, OVER, TAKEN──► link ──RemoteExchange──► layer above
 *   thread ◄──ANSWER, STREAM_…──────────── link ◄──respond, startStream──┘
 * ```
 * Invariant: an exchange is in `#exchanges` from its REQUEST to its OVER, or until the thread has ended.
 */
export class HttpThreadLink implements ThreadLink, RemoteExchangeOwner {
  readonly #options: HttpThreadLinkOptions;
  readonly #port: RingPort;
  readonly #requests = new RequestRecordReader();
  readonly #slab = new BodySlab();
  readonly #bodies: SharedBufferTable;
  readonly #answers: SharedBufferPool;
  readonly #answerWriter: AnswerWriter;
  readonly #exchanges = new Map<number, RemoteExchange>();

  constructor(context: ThreadLinkContext, options: HttpThreadLinkOptions) {
    this.#options = options;
    const { channels, ringBell, onFailure } = context;
    this.#port = new RingPort({
      inbound: channels.toCore,
      outbound: channels.toThread,
      clock: options.clock,
      schedule: setImmediate,
      ringBell,
      onRecord: (position, size) => this.#onRecord(position, size),
      onRoom: () => {},
      onFailure,
      waitingBytesMax: WAITING_BYTES_MAX,
    });
    this.#bodies = new SharedBufferTable(channels.bodyPort);
    this.#answers = new SharedBufferPool({
      port: channels.answerPort,
      idleBytesMax: options.idleBytesMax,
      forget: (index) => this.#sendWord(FORGET, 0, index),
    });
    this.#answerWriter = new AnswerWriter(this.#port, this.#answers);
  }

  /** Requests that the thread has not called over. */
  get exchangeCount(): number {
    return this.#exchanges.size;
  }

  /** Shared buffers with answers that have not left. */
  get answerBufferCount(): number {
    return this.#answers.leasedCount;
  }

  onBell(): void {
    this.#port.onBell();
  }

  abandon(): void {
    this.#port.finish();
    const exchanges = [...this.#exchanges.values()];
    this.#exchanges.clear();
    for (const exchange of exchanges) {
      exchange.clientGone(false);
      this.#end(exchange, false);
    }
  }

  answer(
    exchange: RemoteExchange,
    status: number,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): void {
    exchange.answerBuffer = this.#answerWriter.answer(exchange.id, status, headerLines, parts);
  }

  beginStream({ id }: RemoteExchange, status: number, headerLines: string): void {
    this.#answerWriter.streamStart(id, status, headerLines);
  }

  sendPiece({ id }: RemoteExchange, bytes: Uint8Array): void {
    // A shared buffer comes back by RELEASE as soon as the thread has copied the piece.
    this.#answerWriter.streamPiece(id, bytes);
  }

  endStream({ id }: RemoteExchange, isAborted: boolean): void {
    this.#sendWord(isAborted ? STREAM_ABORT : STREAM_END, id, 0);
  }

  bodyReleased(bufferIndex: number): void {
    this.#sendWord(RELEASE, 0, bufferIndex);
  }

  listenerFailed(error: unknown): void {
    this.#options.onHandlerError(error);
  }

  #onRecord(position: number, size: number): void {
    const words = this.#port.inWords;
    const base = position >> 2;
    const id = words[base + 1] ?? 0;
    const value = words[base + FIRST] ?? 0;
    switch (words[base]) {
      case REQUEST:
        this.#begin(id, position, size);
        break;
      case GONE:
        this.#exchangeOf(id).clientGone(value === 1);
        break;
      case OVER: {
        const exchange = this.#exchangeOf(id);
        this.#exchanges.delete(id);
        this.#end(exchange, value === 1);
        break;
      }
      case TAKEN:
        this.#exchangeOf(id).stream?.taken(value);
        break;
      case RELEASE:
        this.#answers.give(value);
        break;
      case FORGET:
        this.#bodies.forget(value);
        break;
      default:
        assert(false, "a record from a thread has a known kind");
    }
  }

  #exchangeOf(id: number): RemoteExchange {
    const exchange = this.#exchanges.get(id);
    assert(exchange !== undefined, "a record from a thread names a request that runs");
    return exchange;
  }

  #begin(id: number, position: number, size: number): void {
    assert(!this.#exchanges.has(id), "two requests that run have two ids");
    const requests = this.#requests;
    requests.read(this.#port, position, size);
    const { text, fields, remoteAddress, isTooLarge, body } = requests;
    const exchange = new RemoteExchange(this, id, text, fields, remoteAddress);
    this.#exchanges.set(id, exchange);
    try {
      const receiver = this.#options.onHead(exchange);
      if (receiver === null || exchange.isAnswered) {
        assert(exchange.isAnswered, "a request that nobody takes has been answered");
        this.#dropBody(body.buffer);
      } else if (isTooLarge || body.size > receiver.bodySizeMax) {
        this.#dropBody(body.buffer);
        receiver.onBodyTooLarge(exchange);
      } else {
        this.#placeBody(exchange, receiver, position);
        receiver.onRequest(exchange);
      }
    } catch (error) {
      this.#options.onHandlerError(error);
      exchange.releaseBody();
      if (!exchange.isAnswered) {
        exchange.respond(HTTP_INTERNAL_ERROR, INTERNAL_ERROR_LINES, [INTERNAL_ERROR_BODY]);
      }
    }
  }

  #dropBody(bufferIndex: number): void {
    if (bufferIndex !== NO_BUFFER) {
      this.bodyReleased(bufferIndex);
    }
  }

  #placeBody(exchange: RemoteExchange, receiver: HttpRequestReceiver, position: number): void {
    const { buffer, start, size } = this.#requests.body;
    if (buffer !== NO_BUFFER) {
      exchange.setBody(this.#bodies.get(buffer).subarray(start, start + size), buffer);
    } else if (size > 0) {
      const body = this.#slab.reserve(size, receiver.alignedBodyOffset(exchange));
      this.#port.inBytes.copy(body, 0, position + start, position + start + size);
      exchange.setBody(body, NO_BUFFER);
    }
  }

  /** The exchange is not in `#exchanges` any more. */
  #end(exchange: RemoteExchange, isDelivered: boolean): void {
    if (exchange.answerBuffer !== NO_BUFFER) {
      this.#answers.give(exchange.answerBuffer);
    }
    exchange.over(isDelivered);
  }

  #sendWord(kind: number, id: number, value: number): void {
    const port = this.#port;
    const base = port.begin(SHORT_RECORD_SIZE) >> 2;
    port.words[base] = kind;
    port.words[base + 1] = id;
    port.words[base + FIRST] = value;
    // Memory may come back late.
    if (kind === RELEASE || kind === FORGET) {
      port.endLazily();
    } else {
      port.end();
    }
  }
}
