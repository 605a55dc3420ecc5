import { assert } from "../../../base/assert.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type {
  HeaderVisitor,
  HttpExchange,
  HttpExchangeListener,
  HttpResponseStream,
} from "./http-exchange.ts";
import type { WriteReceipt } from "./output-queue.ts";
import type { RequestHead } from "./request-head.ts";

const NO_BODY = new Uint8Array(0);

/** The connection, as its exchanges see it. */
export interface ExchangeOwner {
  readonly isOpen: boolean;
  readonly remoteAddress: string | undefined;
  answer(
    exchange: Exchange,
    status: number,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): void;
  startStream(
    exchange: Exchange,
    status: number,
    headerLines: string,
    onDrain: () => void,
  ): HttpResponseStream;
  /** The answer of the exchange has left or never will. */
  written(exchange: Exchange): void;
  /** A listener threw, which is a bug above. */
  listenerFailed(error: unknown): void;
}

/** Bytes of an answer that waits for the answers of earlier requests. */
export interface PendingPiece {
  readonly bytes: Uint8Array;
  readonly receipt: WriteReceipt | null;
}

/** Told that what was written has left. */
export interface DrainTarget {
  drained(): void;
}

/** One request on a connection with the state of its answer; fields are the connection's unless the interface has them. */
export class Exchange implements HttpExchange, WriteReceipt {
  /** May be other exchanges' too. */
  readonly head: RequestHead;
  body: Uint8Array = NO_BODY;
  listener: HttpExchangeListener | null = null;
  /** The following request on the connection. */
  next: Exchange | null = null;
  /** Bytes of body that this exchange is accounted for. */
  bodySize = 0;
  /** Whether the client asked, or the framing demands, that the connection ends with the answer. */
  closes: boolean;
  /** Whether an answer given before the body has come ends the connection, since the body is too much to throw away. */
  closesIfRefused = false;
  /** Whether the whole request has come. */
  isReceived = false;
  isAnswered = false;
  /** Whether every byte of the answer has been passed on or is in `pending`. */
  isComplete = false;
  /** Whether `100 Continue` is to be sent when it is this exchange's turn. */
  awaitsContinue = false;
  /** What waits for its turn; null while nothing does. */
  pending: PendingPiece[] | null = null;
  pendingSize = 0;
  /** The answer's body while it is being streamed. */
  stream: DrainTarget | null = null;
  readonly #owner: ExchangeOwner;
  #bodyBuffer: Uint8Array | null = null;
  #bodyPool: BufferPool | null = null;
  #isClientGone = false;

  /** @param closes whether the client wants the connection closed */
  constructor(owner: ExchangeOwner, head: RequestHead, closes: boolean) {
    this.#owner = owner;
    this.head = head;
    this.closes = closes;
  }

  get method(): string {
    return this.head.method;
  }

  get versionMinor(): 0 | 1 {
    return this.head.versionMinor;
  }

  get target(): string {
    return this.head.target;
  }

  get path(): string {
    return this.head.path;
  }

  get query(): string {
    return this.head.query;
  }

  header(name: string): string | undefined {
    return this.head.header(name);
  }

  forEachHeader(visit: HeaderVisitor): void {
    this.head.forEachHeader(visit);
  }

  get memo(): unknown {
    return this.head.memo;
  }

  set memo(value: unknown) {
    this.head.memo = value;
  }

  get isOpen(): boolean {
    return this.#owner.isOpen;
  }

  get remoteAddress(): string | undefined {
    return this.#owner.remoteAddress;
  }

  /** Takes over the body and, from the pool it came from, the buffer that it lies in. */
  setBody(body: Uint8Array, buffer: Uint8Array | null, pool: BufferPool | null): void {
    this.body = body;
    this.bodySize = body.byteLength;
    this.#bodyBuffer = buffer;
    this.#bodyPool = pool;
  }

  releaseBody(): void {
    const buffer = this.#bodyBuffer;
    this.#bodyBuffer = null;
    this.body = NO_BODY;
    if (buffer !== null) {
      this.#bodyPool?.give(buffer);
    }
  }

  respond(status: number, headerLines: string, parts: readonly Uint8Array[]): void {
    assert(!this.isAnswered, "an exchange is answered once");
    this.isAnswered = true;
    this.#owner.answer(this, status, headerLines, parts);
  }

  startStream(status: number, headerLines: string, onDrain: () => void): HttpResponseStream {
    assert(!this.isAnswered, "an exchange is answered once");
    this.isAnswered = true;
    return this.#owner.startStream(this, status, headerLines, onDrain);
  }

  /** Gives up an answer that was waiting for its turn. */
  abandonPending(): void {
    const pieces = this.pending;
    this.pending = null;
    for (const piece of pieces ?? []) {
      piece.receipt?.onBytesWritten(false);
    }
  }

  /** Tells the listener, once, that the client has gone. */
  clientGone(): void {
    if (this.#isClientGone) {
      return;
    }
    this.#isClientGone = true;
    try {
      this.listener?.onClientGone(this);
    } catch (error) {
      this.#owner.listenerFailed(error);
    }
  }

  /** The receipt of the answer's last bytes. */
  onBytesWritten(isDelivered: boolean): void {
    this.#owner.written(this);
    const listener = this.listener;
    this.listener = null;
    try {
      listener?.onWritten(this, isDelivered);
    } catch (error) {
      this.#owner.listenerFailed(error);
    }
  }
}
