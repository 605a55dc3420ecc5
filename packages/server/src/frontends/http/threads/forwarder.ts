import { assert } from "../../../base/assert.ts";
import type { Clock } from "../../../base/clock.ts";
import { RingPort } from "../../../threads/ring-port.ts";
import { SharedBufferPool, SharedBufferTable } from "../../../threads/shared-buffers.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { ThreadChannels } from "../../threads/thread-channels.ts";
import { REQUESTS_IN_FLIGHT_MAX, RING_BODY_SIZE_MAX } from "../../threads/thread-limits.ts";
import { Exchange } from "../wire/exchange.ts";
import { COPIED_PARTS_SIZE_MAX } from "../wire/exchange-queue.ts";
import type { HttpExchange } from "../wire/http-exchange.ts";
import { ForwardedExchange, type ForwardedExchangeOwner } from "./forwarded-exchange.ts";
import { requestRecordSize, writeRequest } from "./head-record.ts";
import {
  ANSWER,
  ANSWER_HEAD_SIZE,
  CONTENT,
  FIRST,
  FORGET,
  GONE,
  LINES_SIZE,
  NO_BUFFER,
  OVER,
  RELEASE,
  REQUEST,
  readContent,
  SHORT_RECORD_SIZE,
  STREAM_ABORT,
  STREAM_END,
  STREAM_PIECE,
  STREAM_START,
  TAKEN,
} from "./records.ts";

const NO_PARTS: readonly Uint8Array[] = [];

/** What a forwarder works with. */
export interface ForwarderOptions {
  readonly channels: ThreadChannels;
  readonly clock: Clock;
  readonly ringBell: () => void;
  /** Whether the connections are to begin no further request; called when that changes. */
  readonly onHold: (isHeld: boolean) => void;
  /** Bytes of memory for large bodies that are kept for reuse. */
  readonly idleBytesMax: number;
}

/**
 * The thread's side: gives the requests of its connections to the core, and the core's answers to its connections.
 *
 * ```
 *   wire ──Exchange──► ForwardedExchange ──REQUEST, GONE, OVER, TAKEN──► core
 *   wire ◄──respond, startStream── forwarder ◄──ANSWER, STREAM_…──────── core
 * ```
 * Invariant: a request is in `#forwarded` from its REQUEST to its OVER.
 */
export class Forwarder implements ForwardedExchangeOwner {
  /** Where the wire puts bodies: what the core can read where it is. */
  readonly pool: BufferPool;
  readonly #port: RingPort;
  readonly #bodies: SharedBufferPool;
  readonly #answers: SharedBufferTable;
  readonly #forwarded = new Map<number, ForwardedExchange>();
  /** Small answers on their way from the ring to the wire, which copies them once more: much faster than from the ring. */
  readonly #staging: Buffer = Buffer.allocUnsafeSlow(COPIED_PARTS_SIZE_MAX);
  readonly #onHold: (isHeld: boolean) => void;
  #isHeld = false;
  #lastId = 0;

  constructor(options: ForwarderOptions) {
    const { channels } = options;
    this.#onHold = options.onHold;
    this.#port = new RingPort({
      inbound: channels.toThread,
      outbound: channels.toCore,
      clock: options.clock,
      schedule: setImmediate,
      ringBell: options.ringBell,
      onRecord: (position, size) => this.#onRecord(position, size),
      onRoom: () => this.#decideHold(),
      // The thread is of no more use: its end is noticed, and it is replaced.
      onFailure: (error) => {
        throw error;
      },
      waitingBytesMax: Number.POSITIVE_INFINITY,
    });
    this.#answers = new SharedBufferTable(channels.answerPort);
    const bodies = new SharedBufferPool({
      port: channels.bodyPort,
      idleBytesMax: options.idleBytesMax,
      forget: (index) => this.#sendWord(FORGET, 0, index),
    });
    this.#bodies = bodies;
    this.pool = {
      take: (size) => bodies.take(size).bytes,
      give(bytes) {
        const buffer = bodies.bufferOf(bytes);
        assert(buffer !== undefined, "a buffer that comes back is the pool's");
        bodies.give(buffer.index);
      },
    };
  }

  /** Requests that are not over. */
  get requestCount(): number {
    return this.#forwarded.size;
  }

  /** Shared buffers of bodies that are received or read. */
  get bodyBufferCount(): number {
    return this.#bodies.leasedCount;
  }

  onBell(): void {
    this.#port.onBell();
  }

  /** Gives a complete request, or one whose body was too large, to the core. */
  forward(exchange: HttpExchange, isTooLarge: boolean): void {
    assert(exchange instanceof Exchange, "the exchanges of a thread are its wire's");
    const id = this.#newId();
    const forwarded = new ForwardedExchange(id, exchange, this);
    this.#forwarded.set(id, forwarded);
    const { body } = exchange;
    const isInline = body.byteLength <= RING_BODY_SIZE_MAX;
    const remoteAddress = exchange.remoteAddress ?? "";
    const port = this.#port;
    const inlineSize = isInline ? body.byteLength : 0;
    const position = port.begin(requestRecordSize(exchange.head, remoteAddress, inlineSize));
    port.words[position >> 2] = REQUEST;
    port.words[(position >> 2) + 1] = id;
    const place = {
      buffer: isInline ? NO_BUFFER : this.#bufferOf(body),
      start: body.byteOffset,
      size: body.byteLength,
    };
    const envelope = { remoteAddress, isTooLarge, body: place };
    const end = writeRequest(port, position, exchange.head, envelope);
    if (isInline) {
      Buffer.from(body.buffer, body.byteOffset, body.byteLength).copy(port.bytes, end);
      exchange.releaseBody();
    }
    port.end();
    port.expect();
    this.#decideHold();
  }

  gone({ id }: ForwardedExchange, isOpen: boolean): void {
    this.#sendWord(GONE, id, isOpen ? 1 : 0);
  }

  over({ id }: ForwardedExchange, isDelivered: boolean): void {
    this.#forwarded.delete(id);
    this.#sendWord(OVER, id, isDelivered ? 1 : 0);
    this.#decideHold();
  }

  taken({ id }: ForwardedExchange, byteCount: number): void {
    this.#sendWord(TAKEN, id, byteCount);
  }

  #newId(): number {
    do {
      this.#lastId = (this.#lastId + 1) | 0;
    } while (this.#forwarded.has(this.#lastId));
    return this.#lastId;
  }

  #bufferOf(body: Uint8Array): number {
    const buffer = this.#bodies.bufferOf(body);
    assert(buffer !== undefined, "a large body lies in the thread's pool");
    return buffer.index;
  }

  /** Holds the connections back while the core does not keep up, and lets them go with some room. */
  #decideHold(): void {
    const countMax = this.#isHeld ? REQUESTS_IN_FLIGHT_MAX / 2 : REQUESTS_IN_FLIGHT_MAX;
    const isHeld = this.#port.isFull || this.#forwarded.size >= countMax;
    if (isHeld !== this.#isHeld) {
      this.#isHeld = isHeld;
      this.#onHold(isHeld);
    }
  }

  #sendWord(kind: number, id: number, value: number): void {
    const port = this.#port;
    const base = port.begin(SHORT_RECORD_SIZE) >> 2;
    port.words[base] = kind;
    port.words[base + 1] = id;
    port.words[base + FIRST] = value;
    // A client that has gone is news, and a stream may wait; the rest gives memory back.
    if (kind === GONE || kind === TAKEN) {
      port.end();
    } else {
      port.endLazily();
    }
  }

  #onRecord(position: number, size: number): void {
    const words = this.#port.inWords;
    const base = position >> 2;
    const id = words[base + 1] ?? 0;
    switch (words[base]) {
      case ANSWER:
        this.#answer(this.#forwardedOf(id), position, size);
        break;
      case STREAM_START:
        this.#forwardedOf(id).startStream(
          words[base + FIRST] ?? 0,
          this.#headerLines(position, size),
        );
        break;
      case STREAM_PIECE:
        this.#streamPiece(id, position, size);
        break;
      case STREAM_END:
        this.#forwarded.get(id)?.endStream();
        break;
      case STREAM_ABORT:
        this.#forwarded.get(id)?.abortStream();
        break;
      case RELEASE:
        this.#bodies.give(words[base + FIRST] ?? 0);
        break;
      case FORGET:
        this.#answers.forget(words[base + FIRST] ?? 0);
        break;
      default:
        assert(false, "a record from the core has a known kind");
    }
  }

  #forwardedOf(id: number): ForwardedExchange {
    const forwarded = this.#forwarded.get(id);
    assert(forwarded !== undefined, "an answer from the core names a request that runs");
    return forwarded;
  }

  #headerLines(position: number, size: number): string {
    const start = position + ANSWER_HEAD_SIZE;
    const end = start + (this.#port.inWords[(position >> 2) + LINES_SIZE] ?? 0);
    assert(start <= end && end <= position + size, "header lines lie within their record");
    return this.#port.inBytes.toString("latin1", start, end);
  }

  #answer(forwarded: ForwardedExchange, position: number, size: number): void {
    const words = this.#port.inWords;
    const base = position >> 2;
    const content = readContent(words, base + CONTENT, size);
    const headerLines = this.#headerLines(position, size);
    let parts = NO_PARTS;
    if (content.buffer !== NO_BUFFER) {
      const bytes = this.#answers.get(content.buffer);
      parts = [bytes.subarray(content.start, content.start + content.size)];
    } else if (content.size > 0) {
      const start = position + content.start;
      this.#port.inBytes.copy(this.#staging, 0, start, start + content.size);
      parts = [this.#staging.subarray(0, content.size)];
    }
    forwarded.exchange.respond(words[base + FIRST] ?? 0, headerLines, parts);
  }

  /** The piece of a stream that is over already goes nowhere, but its buffer goes back. */
  #streamPiece(id: number, position: number, size: number): void {
    const content = readContent(this.#port.inWords, (position >> 2) + CONTENT, size);
    const isInline = content.buffer === NO_BUFFER;
    const bytes = isInline ? this.#port.inBytes : this.#answers.get(content.buffer);
    const start = isInline ? position + content.start : content.start;
    this.#forwarded.get(id)?.writePiece(bytes.subarray(start, start + content.size));
    if (!isInline) {
      this.#sendWord(RELEASE, 0, content.buffer);
    }
  }
}
