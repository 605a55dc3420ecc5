import { assert } from "../../../base/assert.ts";
import type { HeadFields } from "../wire/head-fields.ts";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpResponseStream,
} from "../wire/http-exchange.ts";
import { RequestHead } from "../wire/request-head.ts";
import { NO_BUFFER } from "./records.ts";
import { RemoteStream, type RemoteStreamOwner } from "./remote-stream.ts";

const NO_BODY = new Uint8Array(0);

/** The link to the thread that holds the connection, as its exchanges see it. */
export interface RemoteExchangeOwner extends RemoteStreamOwner {
  answer(
    exchange: RemoteExchange,
    status: number,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): void;
  beginStream(exchange: RemoteExchange, status: number, headerLines: string): void;
  /** The body's memory is no longer read. */
  bodyReleased(bufferIndex: number): void;
  /** A listener threw, which is a bug above. */
  listenerFailed(error: unknown): void;
}

/**
 * One request whose connection is another thread's.
 *
 * What it knows of the connection is as old as the last record: an answer may be given to a client that has gone, and is
 * reported as not delivered then.
 */
export class RemoteExchange extends RequestHead implements HttpExchange {
  readonly id: number;
  body: Uint8Array = NO_BODY;
  listener: HttpExchangeListener | null = null;
  /** The shared buffer that the answer lies in, until it has left. */
  answerBuffer: number = NO_BUFFER;
  stream: RemoteStream | null = null;
  readonly #owner: RemoteExchangeOwner;
  readonly #remoteAddress: string;
  #bodyBuffer: number = NO_BUFFER;
  #isOpen = true;
  #isAnswered = false;
  #isOver = false;
  #isClientGone = false;

  /** @param remoteAddress empty if it is not known */
  constructor(
    owner: RemoteExchangeOwner,
    id: number,
    headText: string,
    fields: HeadFields,
    remoteAddress: string,
  ) {
    super(headText, fields);
    this.#owner = owner;
    this.#remoteAddress = remoteAddress;
    this.id = id;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether the thread has said its last word. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get remoteAddress(): string | undefined {
    return this.#isOpen && this.#remoteAddress !== "" ? this.#remoteAddress : undefined;
  }

  /** Takes the body, and the shared buffer that it lies in, if any. */
  setBody(body: Uint8Array, bufferIndex: number): void {
    this.body = body;
    this.#bodyBuffer = bufferIndex;
  }

  releaseBody(): void {
    const index = this.#bodyBuffer;
    this.#bodyBuffer = NO_BUFFER;
    this.body = NO_BODY;
    if (index !== NO_BUFFER) {
      this.#owner.bodyReleased(index);
    }
  }

  respond(status: number, headerLines: string, parts: readonly Uint8Array[]): void {
    assert(!this.#isAnswered, "an exchange is answered once");
    this.#isAnswered = true;
    if (this.#isOver) {
      this.written(false);
    } else {
      this.#owner.answer(this, status, headerLines, parts);
    }
  }

  startStream(status: number, headerLines: string, onDrain: () => void): HttpResponseStream {
    assert(!this.#isAnswered, "an exchange is answered once");
    this.#isAnswered = true;
    this.stream = new RemoteStream(this, this.#owner, onDrain);
    if (!this.#isOver) {
      this.#owner.beginStream(this, status, headerLines);
    }
    return this.stream;
  }

  /** The client has gone; `isOpen` says whether it can still be answered. Later calls only update that. */
  clientGone(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (!this.#isClientGone) {
      this.#isClientGone = true;
      this.protect(() => this.listener?.onClientGone(this));
    }
  }

  /** The thread's last word: the answer has left, or never will, or there is nobody to answer. */
  over(isDelivered: boolean): void {
    assert(!this.#isOver, "an exchange is over once");
    this.#isOver = true;
    // A stream that goes on is told when it ends.
    if (this.#isAnswered && this.stream?.isEnded !== false) {
      this.written(isDelivered);
    }
  }

  /** The parts of the answer are no longer needed. */
  written(isDelivered: boolean): void {
    const { listener } = this;
    this.listener = null;
    this.protect(() => listener?.onWritten(this, isDelivered));
  }

  /** Calls what must not throw. */
  protect(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#owner.listenerFailed(error);
    }
  }
}
