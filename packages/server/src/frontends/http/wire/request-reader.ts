import { GrowingBody, SLAB_BODY_SIZE_MAX } from "../../socket/body-memory.ts";
import { type BodyReader, ChunkedBodyReader, LengthBodyReader } from "./body-reader.ts";
import type { Exchange } from "./exchange.ts";
import type { HeadFields } from "./head-fields.ts";
import { HeadScan, SCAN_COMPLETE, SCAN_INCOMPLETE } from "./head-scan.ts";
import type { HttpRequestReceiver } from "./http-exchange.ts";
import { PartialHead } from "./partial-head.ts";
import { RequestHead } from "./request-head.ts";
import type { WireContext } from "./wire-context.ts";
import { type WireFault, wireFaults } from "./wire-fault.ts";

/** What the reader asks of its connection. */
export interface RequestReaderOwner {
  /** Whether nothing more is to be read, since the connection ends. */
  readonly isInputOver: boolean;
  /** Makes the exchange of a complete head, as the last one of the connection. */
  addExchange(head: RequestHead, closes: boolean): Exchange;
  /** Asks for the body of an exchange that the client holds back. */
  sendContinue(exchange: Exchange): void;
  /** More input lies behind a complete request: answers from now on may leave together. */
  inputFollows(): void;
  /** The exchange holds its body. */
  bodyTaken(exchange: Exchange): void;
  /** The request has come whole and has been handed on. */
  received(exchange: Exchange): void;
  /** The input is broken. */
  fail(fault: WireFault): void;
  /** Answers an exchange itself, as the last one. */
  refuse(exchange: Exchange, fault: WireFault): void;
  /** More has come of an unwanted body than is worth reading. */
  destroy(): void;
}

const NO_BODY_ALLOWED = { bodySizeMax: 0 };

/** A request whose head is complete and whose body is not. */
interface Reception {
  readonly exchange: Exchange;
  /** null if the body is thrown away. */
  receiver: HttpRequestReceiver | null;
  readonly body: BodyReader;
}

/** Cuts the bytes of one connection into requests and hands them to the layer above. */
export class RequestReader {
  readonly #context: WireContext;
  readonly #owner: RequestReaderOwner;
  #partial: PartialHead | null = null;
  #reception: Reception | null = null;
  /** The memory of a dropped body that the socket may still write into. */
  #lentBody: GrowingBody | null = null;
  /** Coarse time at which the wait for the rest of the head or the next piece of the body began. */
  #sinceMs = 0;
  /** Bytes of body that had come then. */
  #progressSize = 0;

  constructor(context: WireContext, owner: RequestReaderOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** Whether no request has come in part. */
  get isBetweenRequests(): boolean {
    return this.#partial === null && this.#reception === null;
  }

  /** Whether the next byte begins a request. */
  get isAtBeginning(): boolean {
    return this.#reception === null;
  }

  /** Memory into which the next bytes from the socket may go directly; null if they shall be passed to `read`. */
  space(): Uint8Array | null {
    return this.#reception === null ? null : this.#reception.body.space();
  }

  /** Takes bytes that have been put into `space`. */
  filled(byteCount: number): void {
    const reception = this.#reception;
    if (reception !== null) {
      reception.body.filled(byteCount);
      this.#checkBody(reception, false);
    }
  }

  /** Reads on, up to the end of one request at most; returns the position after what it has read. */
  read(bytes: Buffer, from: number, to: number): number {
    const reception = this.#reception;
    if (reception !== null) {
      const position = reception.body.read(bytes, from, to);
      reception.exchange.awaitsContinue = false;
      this.#checkBody(reception, position < to);
      return position;
    }
    return this.#partial === null
      ? this.#readHead(bytes, from, to)
      : this.#readMoreHead(this.#partial, bytes, from, to);
  }

  /** Gives back the memory of a dropped body: the socket does not write there any more. Idempotent. */
  reclaim(): void {
    this.#lentBody?.reclaim();
    this.#lentBody = null;
  }

  /** Forgets what has come in part; returns the exchange whose body was being received, if any. */
  drop(): Exchange | null {
    const exchange = this.#reception?.exchange ?? null;
    this.#lentBody = this.#reception?.body.discard() ?? this.#lentBody;
    this.#reception = null;
    this.#partial = null;
    return exchange;
  }

  /** Whether the client has been too slow with the rest of its request. Called once per sweep. */
  hasExpired(nowMs: number, intervalMs: number): boolean {
    const limits = this.#context.limits;
    // The coarse time of the beginning lies up to one interval too early; nobody shall be cut off for that.
    const waitedMs = nowMs - this.#sinceMs - intervalMs;
    if (this.#partial !== null) {
      return waitedMs >= limits.headTimeoutMs;
    }
    if (this.#reception === null || waitedMs < limits.bodyTimeoutMs) {
      return false;
    }
    const receivedSize = this.#reception.body.receivedSize;
    const isTooSlow = receivedSize - this.#progressSize < limits.bodyProgressSizeMin;
    this.#progressSize = receivedSize;
    this.#sinceMs = nowMs;
    return isTooSlow;
  }

  #readHead(bytes: Buffer, from: number, to: number): number {
    const known = this.#context.heads.find(bytes, from, to);
    if (known !== null) {
      return this.#begin(known.head, known.fields, bytes, from + known.bytes.byteLength, to);
    }
    const scan = this.#context.headScan;
    scan.reset();
    switch (scan.scan(bytes, from, to)) {
      case SCAN_COMPLETE: {
        const end = from + scan.size;
        const head = new RequestHead(bytes.toString("latin1", from, end), scan);
        this.#context.heads.keep(bytes, from, end, head, scan);
        return this.#begin(head, scan, bytes, end, to);
      }
      case SCAN_INCOMPLETE:
        if (!scan.isBlank(to - from)) {
          this.#partial = new PartialHead(scan, bytes, from, to);
          this.#context.headScan = new HeadScan(this.#context.limits);
          this.#sinceMs = this.#context.nowMs;
        }
        return to;
      default:
        this.#owner.fail(scan.fault ?? wireFaults.handler);
        return to;
    }
  }

  #readMoreHead(partial: PartialHead, bytes: Buffer, from: number, to: number): number {
    const sizeBefore = partial.size;
    const scan = partial.scan;
    switch (partial.scanMore(bytes, from, to)) {
      case SCAN_COMPLETE: {
        this.#partial = null;
        const head = new RequestHead(partial.bytes.toString("latin1", 0, scan.size), scan);
        return this.#begin(head, scan, bytes, from + scan.size - sizeBefore, to);
      }
      case SCAN_INCOMPLETE:
        if (scan.isBlank(partial.size)) {
          this.#partial = null;
        }
        return to;
      default:
        this.#owner.fail(scan.fault ?? wireFaults.handler);
        return to;
    }
  }

  /** Begins the request whose head is complete and whose body starts at `position`. */
  #begin(
    head: RequestHead,
    fields: HeadFields,
    bytes: Buffer,
    position: number,
    to: number,
  ): number {
    const limits = this.#context.limits;
    // The fields are the scan's, which may be scanning another head as soon as the layer above is called.
    const isChunked = fields.isChunked;
    const size = Math.max(fields.contentLength, 0);
    const isWhole = !isChunked && size <= to - position;
    const expects = fields.hasExpectContinue && fields.versionMinor === 1 && !isWhole;
    const exchange = this.#owner.addExchange(head, !fields.isKeepAlive);
    exchange.isReceived = isWhole;
    exchange.closesIfRefused = !isWhole && (expects || size > limits.discardSizeMax);
    const receiver = this.#route(exchange, size);
    if (isWhole) {
      const end = position + size;
      if (receiver !== null) {
        this.#takeWhole(exchange, receiver, bytes, position, end, to);
      }
      this.#owner.received(exchange);
      return end;
    }
    if (this.#owner.isInputOver) {
      return to;
    }
    this.#receive(exchange, receiver, isChunked ? -1 : size);
    if (expects && position === to && receiver !== null) {
      this.#owner.sendContinue(exchange);
    }
    return position;
  }

  /** Asks the layer above who takes the request; null if it has been answered. */
  #route(exchange: Exchange, size: number): HttpRequestReceiver | null {
    try {
      const receiver = this.#context.onHead(exchange);
      if (receiver !== null && !exchange.isAnswered) {
        if (size <= receiver.bodySizeMax) {
          return receiver;
        }
        receiver.onBodyTooLarge(exchange);
        return null;
      }
    } catch (error) {
      this.#context.onHandlerError(error);
    }
    this.#answerIfNobodyDid(exchange);
    return null;
  }

  /** Hands on a request whose body lies in `bytes`, from `from` to `end`. */
  #takeWhole(
    exchange: Exchange,
    receiver: HttpRequestReceiver,
    bytes: Uint8Array,
    from: number,
    end: number,
    to: number,
  ): void {
    if (end > from) {
      const alignedOffset = this.#alignedOffset(exchange, receiver);
      if (end - from <= SLAB_BODY_SIZE_MAX) {
        const body = this.#context.bodySlab.place(bytes, from, end, alignedOffset);
        exchange.setBody(body, null, null);
      } else {
        const growing = new GrowingBody(this.#context.pool, end - from, alignedOffset);
        const reader = new LengthBodyReader(end - from, growing);
        reader.read(bytes, from, end);
        if (reader.fault !== null) {
          this.#owner.refuse(exchange, wireFaults.memory);
          return;
        }
        this.#giveBody(exchange, growing);
      }
      this.#owner.bodyTaken(exchange);
    }
    if (end < to) {
      this.#owner.inputFollows();
    }
    this.#run(exchange, receiver);
  }

  /** @param size of the body; -1 if it is chunked */
  #receive(exchange: Exchange, receiver: HttpRequestReceiver | null, size: number): void {
    const growing =
      receiver === null
        ? null
        : new GrowingBody(this.#context.pool, size, this.#alignedOffset(exchange, receiver));
    const limit = receiver ?? NO_BODY_ALLOWED;
    const body =
      size < 0
        ? new ChunkedBodyReader(this.#context.limits, limit, growing)
        : new LengthBodyReader(size, growing);
    this.#reception = { exchange, receiver, body };
    this.#sinceMs = this.#context.nowMs;
    this.#progressSize = 0;
  }

  #alignedOffset(exchange: Exchange, receiver: HttpRequestReceiver): number {
    try {
      const offset = receiver.alignedBodyOffset(exchange);
      return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
    } catch (error) {
      this.#context.onHandlerError(error);
      return 0;
    }
  }

  #giveBody(exchange: Exchange, growing: GrowingBody): void {
    const { body, buffer } = growing.finish();
    exchange.setBody(body, buffer, this.#context.pool);
  }

  #run(exchange: Exchange, receiver: HttpRequestReceiver): void {
    try {
      receiver.onRequest(exchange);
    } catch (error) {
      this.#context.onHandlerError(error);
      this.#answerIfNobodyDid(exchange);
    }
  }

  #answerIfNobodyDid(exchange: Exchange): void {
    if (!exchange.isAnswered) {
      this.#owner.refuse(exchange, wireFaults.handler);
    }
  }

  /** Goes on after a piece of the body has come. */
  #checkBody(reception: Reception, hasMoreInput: boolean): void {
    const { exchange, body } = reception;
    if (body.fault !== null) {
      this.#owner.fail(body.fault);
      return;
    }
    if (reception.receiver !== null && (body.isTooLarge || exchange.isAnswered)) {
      this.#refuseBody(reception, reception.receiver);
    }
    if (this.#reception !== reception) {
      // The refusal has ended the connection.
      return;
    }
    if (body.isComplete) {
      this.#completeBody(reception, hasMoreInput);
    } else if (reception.receiver === null && body.receivedSize > this.#discardSizeMax) {
      this.#owner.destroy();
    }
  }

  get #discardSizeMax(): number {
    return this.#context.limits.discardSizeMax;
  }

  /** The rest of the body is not wanted, since it is too large or the request has been answered already. */
  #refuseBody(reception: Reception, receiver: HttpRequestReceiver): void {
    reception.receiver = null;
    reception.body.discard();
    if (reception.exchange.isAnswered) {
      return;
    }
    try {
      receiver.onBodyTooLarge(reception.exchange);
    } catch (error) {
      this.#context.onHandlerError(error);
      this.#answerIfNobodyDid(reception.exchange);
    }
  }

  #completeBody(reception: Reception, hasMoreInput: boolean): void {
    const { exchange, receiver } = reception;
    this.#reception = null;
    exchange.isReceived = true;
    const growing = reception.body.takeBody();
    if (receiver !== null && growing !== null) {
      this.#giveBody(exchange, growing);
      this.#owner.bodyTaken(exchange);
      if (hasMoreInput) {
        this.#owner.inputFollows();
      }
      this.#run(exchange, receiver);
    }
    this.#owner.received(exchange);
  }
}
