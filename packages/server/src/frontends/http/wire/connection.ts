import type { Socket } from "node:net";
import type { ServedConnection } from "../../socket/socket-server.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import { ExchangeQueue, type ExchangeQueueOwner } from "./exchange-queue.ts";
import { HeadFields } from "./head-fields.ts";
import type { HttpResponseStream } from "./http-exchange.ts";
import { OutputQueue } from "./output-queue.ts";
import { RequestHead } from "./request-head.ts";
import { RequestReader, type RequestReaderOwner } from "./request-reader.ts";
import type { WireContext } from "./wire-context.ts";
import { type WireFault, wireFaults } from "./wire-fault.ts";

const JSON_LINES = "Content-Type: application/json\r\n";

/**
 * One connection: requests go up in the order they come, answers leave in the same order.
 *
 * ```
 *   socket ──bytes──► RequestReader ──Exchange──► layer above
 *                          │ set aside while too much is unanswered or unsent
 *   socket ◄──bytes── OutputQueue ◄── ExchangeQueue ◄──answers
 * ```
 * Reading goes on while requests run, so that a client that goes is noticed; it pauses only when further requests have
 * come that must wait. After the last answer the input is over: what still comes is thrown away for a while (lingering),
 * since closing on unread input would destroy the answer on its way.
 */
export class Connection
  implements ServedConnection, ExchangeOwner, ExchangeQueueOwner, RequestReaderOwner
{
  index = -1;
  isInputOver = false;
  readonly #socket: Socket;
  readonly #context: WireContext;
  readonly #isSecure: boolean;
  readonly #onClosed: (connection: Connection) => void;
  readonly #output: OutputQueue;
  readonly #queue: ExchangeQueue;
  readonly #reader: RequestReader;
  /** Input that waits until requests may begin again; the socket is paused meanwhile. */
  #aside: Buffer | null = null;
  #isParsing = false;
  /** Whether the last answer has been passed on. */
  #isEnding = false;
  /** Whether the client may still be sending what is not wanted. */
  #mustLinger = false;
  #isClosed = false;
  /** Coarse time at which the connection became idle or began to end. */
  #sinceMs: number;
  /** Bytes thrown away since the input was over. */
  #discardedSize = 0;

  /**
   * @param socket whose bytes the caller brings here
   * @param isSecure whether it speaks TLS
   */
  constructor(
    socket: Socket,
    context: WireContext,
    isSecure: boolean,
    onClosed: (connection: Connection) => void,
  ) {
    this.#socket = socket;
    this.#context = context;
    this.#isSecure = isSecure;
    this.#onClosed = onClosed;
    this.#sinceMs = context.nowMs;
    this.#output = new OutputQueue(socket, context.arena, context, isSecure, () =>
      this.#outputDrained(),
    );
    this.#queue = new ExchangeQueue(this.#output, this);
    this.#reader = new RequestReader(context, this);
    socket.on("end", () => this.#peerEnded());
    // What went wrong does not matter: "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
  }

  get isOpen(): boolean {
    return !this.#isClosed && !this.#isEnding && !this.#socket.destroyed;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  space(): Uint8Array | null {
    return this.#reader.space();
  }

  filled(byteCount: number): void {
    if (this.isInputOver) {
      this.#reader.reclaim();
      this.#discard(byteCount);
    } else {
      this.#reader.filled(byteCount);
    }
  }

  #discard(byteCount: number): void {
    this.#discardedSize += byteCount;
    if (this.#discardedSize > this.#context.limits.discardSizeMax) {
      this.destroy();
    }
  }

  receive(bytes: Buffer, size: number): void {
    if (this.isInputOver) {
      this.#discard(size);
    } else if (this.#aside === null) {
      this.#parse(bytes, size);
      if (this.#aside !== null) {
        this.#socket.pause();
        this.resume();
      }
    } else {
      this.#aside = Buffer.concat([this.#aside, bytes.subarray(0, size)]);
    }
  }

  #parse(bytes: Buffer, size: number): void {
    let position = 0;
    this.#isParsing = true;
    while (position < size && !this.isInputOver) {
      if (this.#reader.isAtBeginning && !this.#mayBegin()) {
        this.#aside = Buffer.from(bytes.subarray(position, size));
        break;
      }
      position = this.#reader.read(bytes, position, size);
    }
    this.#isParsing = false;
    this.#output.release();
    this.#endIfClosing();
  }

  #mayBegin(): boolean {
    const limits = this.#context.limits;
    return (
      !this.#context.isHeld &&
      this.#queue.count < limits.pipelineDepthMax &&
      this.#queue.bodySize <= limits.pipelinedBodySizeMax &&
      this.#output.unsentSize <= limits.unsentSizeMax
    );
  }

  /** Goes on with the input that was set aside, if requests may begin again. */
  resume(): void {
    if (this.#aside === null || this.#isParsing) {
      return;
    }
    // What is held back while parsing may have left by the time that parsing ends, so that it can go on at once.
    while (this.#aside !== null && this.#mayBegin()) {
      const aside = this.#aside;
      this.#aside = null;
      this.#parse(aside, aside.byteLength);
    }
    if (this.#aside === null) {
      this.#socket.resume();
    }
  }

  #outputDrained(): void {
    this.#queue.drained();
    this.resume();
  }

  addExchange(head: RequestHead, closes: boolean): Exchange {
    const exchange = new Exchange(this, head, closes);
    this.#queue.add(exchange);
    this.#context.exchangeCount++;
    return exchange;
  }

  sendContinue(exchange: Exchange): void {
    this.#queue.sendContinue(exchange);
  }

  inputFollows(): void {
    this.#output.hold();
  }

  bodyTaken(exchange: Exchange): void {
    this.#queue.bodySize += exchange.bodySize;
  }

  received(exchange: Exchange): void {
    this.isInputOver ||= exchange.closes;
    this.#endIfClosing();
  }

  fail(fault: WireFault): void {
    const exchange = this.#reader.drop() ?? this.addExchange(this.#noHead(), true);
    this.isInputOver = true;
    this.#mustLinger = true;
    if (!exchange.isAnswered) {
      this.refuse(exchange, fault);
      return;
    }
    // The answer has left already or is on its way: the connection ends after it.
    exchange.closes = true;
    if (this.#queue.count === 0) {
      this.#end();
    }
  }

  /** The head of a request that has none, to be refused. */
  #noHead(): RequestHead {
    return new RequestHead("", new HeadFields(this.#context.limits));
  }

  refuse(exchange: Exchange, fault: WireFault): void {
    exchange.closes = true;
    const body = Buffer.from(JSON.stringify({ error: fault.message }), "utf8");
    exchange.respond(fault.status, JSON_LINES, [body]);
  }

  answer(
    exchange: Exchange,
    status: number,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): void {
    if (this.isOpen) {
      this.#decideClosing(exchange);
      this.#queue.answer(exchange, status, headerLines, parts);
    } else {
      exchange.onBytesWritten(false);
    }
  }

  startStream(
    exchange: Exchange,
    status: number,
    headerLines: string,
    onDrain: () => void,
  ): HttpResponseStream {
    this.#decideClosing(exchange);
    return this.#queue.startStream(exchange, status, headerLines, onDrain);
  }

  #decideClosing(exchange: Exchange): void {
    if (!exchange.isReceived && exchange.closesIfRefused) {
      exchange.closes = true;
      this.#mustLinger = true;
    }
    const isLast = exchange.next === null && this.#aside === null;
    exchange.closes ||= this.#context.isClosing && isLast && this.#reader.isBetweenRequests;
  }

  written(): void {
    this.#context.exchangeCount--;
  }

  listenerFailed(error: unknown): void {
    this.#context.onHandlerError(error);
  }

  finished(exchange: Exchange): void {
    this.#sinceMs = this.#context.nowMs;
    if (exchange.closes) {
      this.#end();
    } else {
      this.resume();
      this.#endIfClosing();
    }
  }

  /** Whether nothing is being received or running. */
  get #isIdle(): boolean {
    return this.#queue.count === 0 && this.#reader.isBetweenRequests && this.#aside === null;
  }

  /** The server closes: ends the connection now if it is idle, otherwise with its last exchange. */
  beginClosing(): void {
    this.#endIfClosing();
  }

  #endIfClosing(): void {
    if (this.#context.isClosing && this.#isIdle && !this.#isParsing) {
      this.#end();
    }
  }

  /** The last answer has been passed on: drops everything else, and closes when the client has taken it. */
  #end(): void {
    if (this.#isEnding || this.#isClosed) {
      return;
    }
    this.#mustLinger ||= !this.#reader.isBetweenRequests || this.#aside !== null;
    this.#isEnding = true;
    this.isInputOver = true;
    this.#sinceMs = this.#context.nowMs;
    this.#reader.drop();
    if (this.#aside !== null) {
      this.#aside = null;
      this.#socket.resume();
    }
    this.#output.end(!this.#mustLinger);
    this.#abandonExchanges();
  }

  #abandonExchanges(): void {
    for (const exchange of this.#queue.clear()) {
      exchange.clientGone();
      exchange.abandonPending();
    }
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.#socket.destroy();
  }

  #peerEnded(): void {
    if (this.#isEnding) {
      this.#output.end(true);
      return;
    }
    if (!this.#reader.isBetweenRequests) {
      this.fail(wireFaults.truncated);
    }
    this.isInputOver = true;
    if (this.#queue.count === 0) {
      this.#end();
      return;
    }
    for (const exchange of this.#queue.list()) {
      exchange.closes ||= exchange.next === null;
      exchange.clientGone();
    }
  }

  #closed(): void {
    this.#isClosed = true;
    this.isInputOver = true;
    this.#aside = null;
    this.#reader.drop();
    this.#reader.reclaim();
    this.#abandonExchanges();
    this.#output.close();
    this.#onClosed(this);
  }

  /** Ends waits that have lasted too long. Called once per sweep, `intervalMs` apart. */
  sweep(nowMs: number, intervalMs: number): void {
    const { writeTimeoutMs, lingerTimeoutMs, idleTimeoutMs } = this.#context.limits;
    // Coarse times lie up to one interval too early; nobody shall be cut off for that.
    const waitedMs = nowMs - this.#sinceMs - intervalMs;
    if (this.#output.isBlocked) {
      if (nowMs - this.#output.blockedSinceMs - intervalMs >= writeTimeoutMs) {
        this.#reset();
      }
    } else if (this.#isEnding) {
      if (waitedMs >= lingerTimeoutMs) {
        this.destroy();
      }
    } else if (this.#aside === null && this.#reader.hasExpired(nowMs, intervalMs)) {
      this.fail(wireFaults.timeout);
    } else if (this.#isIdle && idleTimeoutMs > 0 && waitedMs >= idleTimeoutMs) {
      this.#end();
    }
  }

  /** Breaks the connection off without leaving unsent bytes to the kernel. */
  #reset(): void {
    if (this.#isSecure) {
      this.destroy();
    } else {
      this.#socket.resetAndDestroy();
    }
  }
}
