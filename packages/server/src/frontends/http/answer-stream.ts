import type { InferenceRequest } from "../../model/request.ts";
import type { HttpExchange, HttpResponseStream } from "./wire/http-exchange.ts";

/** Bytes of answers that a client has not read, beyond those that the wire takes at once. Above, it is given up. */
const UNREAD_SIZE_MAX = 64 * 2 ** 20;

/** How an answer of several pieces begins. */
export interface AnswerStreamHead {
  readonly status: number;
  readonly headerLines: string;
}

/**
 * The answers to one request on their way to a client that may read slowly: it tells the model to wait, and gives up on a
 * client for whom too much waits all the same.
 */
export class AnswerStream {
  readonly #request: InferenceRequest;
  readonly #stream: HttpResponseStream;
  #unreadSize = 0;
  #isGivenUp = false;

  constructor(exchange: HttpExchange, request: InferenceRequest, head: AnswerStreamHead) {
    this.#request = request;
    this.#stream = exchange.startStream(head.status, head.headerLines, () => {
      this.#unreadSize = 0;
      request.setCongested(false);
    });
  }

  /** Sends a piece; the bytes are copied. */
  write(bytes: Uint8Array): void {
    if (this.#isGivenUp) {
      return;
    }
    if (!this.#stream.write(bytes)) {
      this.#unreadSize += bytes.byteLength;
      if (this.#unreadSize > UNREAD_SIZE_MAX) {
        this.#isGivenUp = true;
        this.#stream.abort();
        this.#request.cancel();
      } else {
        this.#request.setCongested(true);
      }
    }
  }

  end(): void {
    if (!this.#isGivenUp) {
      this.#stream.end();
    }
  }
}
