import type { HttpResponseStream } from "../wire/http-exchange.ts";
import type { RemoteExchange } from "./remote-exchange.ts";

/** Bytes on their way to the client above which a stream is asked to wait: as on a connection of the same thread. */
const BACKLOG_SIZE_MAX: number = 64 * 1024;

/** Where a remote stream's pieces go. */
export interface RemoteStreamOwner {
  sendPiece(exchange: RemoteExchange, bytes: Uint8Array): void;
  endStream(exchange: RemoteExchange, isAborted: boolean): void;
}

/** The streamed body of an answer whose connection is another thread's. */
export class RemoteStream implements HttpResponseStream {
  readonly #exchange: RemoteExchange;
  readonly #owner: RemoteStreamOwner;
  readonly #onDrain: () => void;
  /** Bytes that the thread has not reported as taken. */
  #backlogSize = 0;
  #isEnded = false;
  #isWaiting = false;

  constructor(exchange: RemoteExchange, owner: RemoteStreamOwner, onDrain: () => void) {
    this.#exchange = exchange;
    this.#owner = owner;
    this.#onDrain = onDrain;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  write(bytes: Uint8Array): boolean {
    const { isOpen, method } = this.#exchange;
    if (this.#isEnded || !isOpen || bytes.byteLength === 0 || method === "HEAD") {
      return true;
    }
    this.#backlogSize += bytes.byteLength;
    this.#owner.sendPiece(this.#exchange, bytes);
    this.#isWaiting = this.#backlogSize > BACKLOG_SIZE_MAX;
    return !this.#isWaiting;
  }

  end(): void {
    this.#end(false);
  }

  abort(): void {
    this.#end(true);
  }

  #end(isAborted: boolean): void {
    if (this.#isEnded) {
      return;
    }
    this.#isEnded = true;
    if (this.#exchange.isOver) {
      this.#exchange.written(false);
    } else {
      this.#owner.endStream(this.#exchange, isAborted);
    }
  }

  /** The client's connection has taken so many bytes more. */
  taken(byteCount: number): void {
    this.#backlogSize -= byteCount;
    if (this.#isWaiting && !this.#isEnded && this.#backlogSize <= BACKLOG_SIZE_MAX) {
      this.#isWaiting = false;
      this.#exchange.protect(this.#onDrain);
    }
  }
}
