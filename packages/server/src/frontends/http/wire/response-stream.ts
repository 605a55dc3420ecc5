import type { Exchange } from "./exchange.ts";
import type { HttpResponseStream } from "./http-exchange.ts";

/** Bytes on their way to a client above which a stream is asked to wait. */
const BACKLOG_SIZE_MAX = 64 * 1024;

const CRLF = Buffer.from("\r\n", "latin1");

/** Where a stream's bytes go. */
export interface StreamTarget {
  /** Bytes before those that are sent next, on their way or waiting for the exchange's turn. */
  backlogSize(exchange: Exchange): number;
  /** Copies and sends a text (a character per byte) and the parts. */
  send(exchange: Exchange, text: string, parts: readonly Uint8Array[]): void;
  /** Sends the last text; the exchange is complete. */
  finish(exchange: Exchange, text: string): void;
  /** Breaks the connection off. */
  abort(): void;
}

/** The body of an answer in chunks, or, for HTTP/1.0, up to the end of the connection. */
export class ResponseStream implements HttpResponseStream {
  readonly #exchange: Exchange;
  readonly #target: StreamTarget;
  readonly #isChunked: boolean;
  /** Whether the body is sent at all: not to HEAD. */
  readonly #hasBody: boolean;
  readonly #onDrain: () => void;
  #isEnded = false;
  #isWaiting = false;

  constructor(
    exchange: Exchange,
    target: StreamTarget,
    isChunked: boolean,
    hasBody: boolean,
    onDrain: () => void,
  ) {
    this.#exchange = exchange;
    this.#target = target;
    this.#isChunked = isChunked;
    this.#hasBody = hasBody;
    this.#onDrain = onDrain;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isEnded || !this.#exchange.isOpen || bytes.byteLength === 0 || !this.#hasBody) {
      return true;
    }
    if (this.#isChunked) {
      const sizeLine = `${bytes.byteLength.toString(16)}\r\n`;
      this.#target.send(this.#exchange, sizeLine, [bytes, CRLF]);
    } else {
      this.#target.send(this.#exchange, "", [bytes]);
    }
    this.#isWaiting = this.#target.backlogSize(this.#exchange) > BACKLOG_SIZE_MAX;
    return !this.#isWaiting;
  }

  end(): void {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#target.finish(this.#exchange, this.#isChunked && this.#hasBody ? "0\r\n\r\n" : "");
    }
  }

  abort(): void {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#target.abort();
      this.#exchange.onBytesWritten(false);
    }
  }

  /** What was written has left. */
  drained(): void {
    if (this.#isWaiting && !this.#isEnded) {
      this.#isWaiting = false;
      this.#onDrain();
    }
  }
}
