import type { Exchange } from "../wire/exchange.ts";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpResponseStream,
} from "../wire/http-exchange.ts";

/** Bytes of a stream that the client has taken are reported in steps of at least so many. */
const REPORT_SIZE_MIN: number = 16 * 1024;

/** Where news of a forwarded request goes. */
export interface ForwardedExchangeOwner {
  gone(forwarded: ForwardedExchange, isOpen: boolean): void;
  /** Nothing more will be said of it. */
  over(forwarded: ForwardedExchange, isDelivered: boolean): void;
  taken(forwarded: ForwardedExchange, byteCount: number): void;
}

/** A request that the core works on, with the streamed answer, if it is one. */
export class ForwardedExchange implements HttpExchangeListener {
  readonly id: number;
  readonly exchange: Exchange;
  readonly #owner: ForwardedExchangeOwner;
  #stream: HttpResponseStream | null = null;
  #unreportedSize = 0;
  /** Whether the connection has asked the stream to wait. */
  #isBlocked = false;
  #isGone = false;
  #isOver = false;

  constructor(id: number, exchange: Exchange, owner: ForwardedExchangeOwner) {
    this.id = id;
    this.exchange = exchange;
    this.#owner = owner;
    exchange.listener = this;
  }

  onClientGone({ isOpen }: HttpExchange): void {
    this.#isGone = true;
    this.#owner.gone(this, isOpen);
  }

  onWritten(_exchange: HttpExchange, isDelivered: boolean): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#owner.over(this, isDelivered);
    }
  }

  startStream(status: number, headerLines: string): void {
    this.#stream = this.exchange.startStream(status, headerLines, () => {
      this.#isBlocked = false;
      this.#report();
    });
  }

  /** Writes a piece, whose bytes are used when the call returns. */
  writePiece(bytes: Uint8Array): void {
    if (this.#stream === null) {
      return;
    }
    this.#unreportedSize += bytes.byteLength;
    this.#isBlocked = !this.#stream.write(bytes);
    if (!this.#isBlocked && this.#unreportedSize >= REPORT_SIZE_MIN) {
      this.#report();
    }
  }

  endStream(): void {
    this.#stream?.end();
  }

  /** The connection is broken off, and the exchange is over here: the wire need say no more of it. */
  abortStream(): void {
    this.exchange.listener = null;
    this.#stream?.abort();
    if (!this.#isGone) {
      this.onClientGone(this.exchange);
    }
    this.onWritten(this.exchange, false);
  }

  #report(): void {
    if (!this.#isOver && this.#unreportedSize > 0) {
      this.#owner.taken(this, this.#unreportedSize);
      this.#unreportedSize = 0;
    }
  }
}
