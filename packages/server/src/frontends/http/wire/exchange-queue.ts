import type { Exchange, PendingPiece } from "./exchange.ts";
import type { OutputQueue } from "./output-queue.ts";
import { isBodiless, responseHead, SIZE_CHUNKED, SIZE_UNTIL_CLOSE } from "./response-head.ts";
import { ResponseStream, type StreamTarget } from "./response-stream.ts";

/** Parts of an answer up to here are copied next to its head; larger ones are written where they are. */
export const COPIED_PARTS_SIZE_MAX: number = 64 * 1024;

const NO_PARTS: readonly Uint8Array[] = [];
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** What the queue asks of its connection. */
export interface ExchangeQueueOwner {
  /** Every byte of the exchange's answer has been passed on, and those of all before it. */
  finished(exchange: Exchange): void;
  destroy(): void;
}

/**
 * The exchanges of one connection in the order of their requests. The first one's answer goes straight to the output;
 * the others' wait in `pending` until it is their turn.
 *
 * ```
 *   first ──next──► … ──next──► last          answered in any order, sent from the left
 * ```
 */
export class ExchangeQueue implements StreamTarget {
  first: Exchange | null = null;
  count = 0;
  /** Bytes of request bodies that the exchanges hold. */
  bodySize = 0;
  readonly #output: OutputQueue;
  readonly #owner: ExchangeQueueOwner;
  #last: Exchange | null = null;

  constructor(output: OutputQueue, owner: ExchangeQueueOwner) {
    this.#output = output;
    this.#owner = owner;
  }

  add(exchange: Exchange): void {
    if (this.#last === null) {
      this.first = exchange;
    } else {
      this.#last.next = exchange;
    }
    this.#last = exchange;
    this.count++;
  }

  answer(
    exchange: Exchange,
    status: number,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): void {
    let partsSize = 0;
    for (const part of parts) {
      partsSize += part.byteLength;
    }
    const head = responseHead(exchange, status, headerLines, partsSize);
    const hasBody = partsSize > 0 && exchange.method !== "HEAD" && !isBodiless(status);
    exchange.isComplete = true;
    const size = head.length + (hasBody ? partsSize : 0);
    const isCopied = size - head.length <= COPIED_PARTS_SIZE_MAX;
    const sentParts = hasBody ? parts : NO_PARTS;
    if (exchange !== this.first) {
      setAside(exchange, head, sentParts, isCopied);
      return;
    }
    if (isCopied) {
      this.#output.writeCopied(head, sentParts, size, exchange);
    } else {
      this.#output.writeGathered(head, sentParts, exchange);
    }
    this.#advance();
  }

  startStream(
    exchange: Exchange,
    status: number,
    headerLines: string,
    onDrain: () => void,
  ): ResponseStream {
    const isChunked = exchange.versionMinor === 1;
    exchange.closes ||= !isChunked;
    const size = isChunked ? SIZE_CHUNKED : SIZE_UNTIL_CLOSE;
    const hasBody = exchange.method !== "HEAD";
    const stream = new ResponseStream(exchange, this, isChunked, hasBody, onDrain);
    exchange.stream = stream;
    this.send(exchange, responseHead(exchange, status, headerLines, size), NO_PARTS);
    return stream;
  }

  /** Asks the client for the body of the exchange, as soon as the answers before it have gone. */
  sendContinue(exchange: Exchange): void {
    if (exchange === this.first) {
      this.#output.writeCopied(CONTINUE, NO_PARTS, CONTINUE.length, null);
    } else {
      exchange.awaitsContinue = true;
    }
  }

  /** The exchanges that are left, in order. */
  list(): Exchange[] {
    const exchanges: Exchange[] = [];
    for (let exchange = this.first; exchange !== null; exchange = exchange.next) {
      exchanges.push(exchange);
    }
    return exchanges;
  }

  /** Forgets the exchanges that are left and returns them. */
  clear(): Exchange[] {
    const exchanges = this.list();
    this.first = null;
    this.#last = null;
    this.count = 0;
    this.bodySize = 0;
    return exchanges;
  }

  backlogSize(exchange: Exchange): number {
    return exchange === this.first ? this.#output.unsentSize : exchange.pendingSize;
  }

  send(exchange: Exchange, text: string, parts: readonly Uint8Array[]): void {
    if (!exchange.isOpen) {
      return;
    }
    let size = text.length;
    for (const part of parts) {
      size += part.byteLength;
    }
    if (exchange === this.first && size <= this.#output.pieceSizeMax) {
      this.#output.writeCopied(text, parts, size, null);
      return;
    }
    const copy = copyOf(text, parts, size);
    if (exchange === this.first) {
      this.#output.writeShared(copy, null);
    } else {
      addPending(exchange, copy, null);
    }
  }

  finish(exchange: Exchange, text: string): void {
    exchange.isComplete = true;
    exchange.stream = null;
    if (!exchange.isOpen) {
      exchange.onBytesWritten(false);
    } else if (exchange === this.first) {
      this.#output.writeCopied(text, NO_PARTS, text.length, exchange);
      this.#advance();
    } else {
      addPending(exchange, copyOf(text, NO_PARTS, text.length), exchange);
    }
  }

  abort(): void {
    this.#owner.destroy();
  }

  /** The output has become empty after it was blocked. */
  drained(): void {
    this.first?.stream?.drained();
  }

  /** Passes over the exchanges that are complete, and gives the next one its turn. */
  #advance(): void {
    let exchange = this.first;
    while (exchange?.isComplete === true) {
      this.first = exchange.next;
      if (exchange.next === null) {
        this.#last = null;
      }
      this.count--;
      this.bodySize -= exchange.bodySize;
      this.#owner.finished(exchange);
      // What the owner does may have ended the connection, and the queue with it.
      exchange = this.first;
      if (exchange !== null) {
        this.#giveTurn(exchange);
      }
    }
  }

  #giveTurn(exchange: Exchange): void {
    if (exchange.awaitsContinue) {
      exchange.awaitsContinue = false;
      this.sendContinue(exchange);
    }
    const pieces = exchange.pending;
    exchange.pending = null;
    exchange.pendingSize = 0;
    for (const piece of pieces ?? []) {
      this.#output.writeShared(piece.bytes, piece.receipt);
    }
    if (!this.#output.isBlocked) {
      exchange.stream?.drained();
    }
  }
}

function copyOf(text: string, parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  bytes.write(text, 0, "latin1");
  let position = text.length;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.byteLength;
  }
  return bytes;
}

function addPending(exchange: Exchange, bytes: Uint8Array, receipt: PendingPiece["receipt"]): void {
  exchange.pending ??= [];
  exchange.pending.push({ bytes, receipt });
  exchange.pendingSize += bytes.byteLength;
}

/** Keeps a complete answer for its turn; small parts are copied, as the caller was promised. */
function setAside(
  exchange: Exchange,
  head: string,
  parts: readonly Uint8Array[],
  isCopied: boolean,
): void {
  if (isCopied) {
    const size = parts.reduce((sum, part) => sum + part.byteLength, head.length);
    addPending(exchange, copyOf(head, parts, size), exchange);
    return;
  }
  addPending(exchange, copyOf(head, NO_PARTS, head.length), null);
  for (const [index, part] of parts.entries()) {
    addPending(exchange, part, index === parts.length - 1 ? exchange : null);
  }
}
