import { assert } from "../../base/assert.ts";
import { RingQueue } from "../../base/ring-queue.ts";
import { failureHead, failureTrailers } from "./answer-heads.ts";
import type { CallHead } from "./call-head.ts";
import { DeadlineEntry } from "./deadline-wheel.ts";
import type { DecompressionBudget } from "./decompression-budget.ts";
import type { GrpcServices } from "./grpc-services.ts";
import { DEADLINE_EXCEEDED, failureFrom, GrpcFailure, GrpcStatus } from "./grpc-status.ts";
import type {
  HeldMessage,
  Http2Message,
  Http2Receiver,
  Http2Stream,
  MessageFault,
} from "./http2/http2-stream.ts";
import { decodeMessage } from "./message-coding.ts";

/** Bytes of one message: the real server's limit, in both directions. */
export const MESSAGE_SIZE_MAX: number = 2 ** 31 - 1;
/** Messages of one call that have come and wait. The wire's window bounds their bytes; empty ones would still be many. */
const WAITING_COUNT_MAX = 64 * 1024;
const COMPRESSED_FLAG = 1;

interface WaitingMessage {
  readonly message: HeldMessage;
  readonly isCompressed: boolean;
}

/**
 * One call of any kind: hands its messages on in order and decompressed, and ends it once.
 *
 * ```
 *   onMessage ──┬─────────────────────────────► takeMessage
 *               └─► waiting ─► (decompressed) ──────┘          while earlier ones wait, or `canTake` is false
 *   end, cancel, deadline, failure ──► isOver ──► onOver        once
 * ```
 */
export abstract class GrpcCall extends DeadlineEntry implements Http2Receiver {
  protected readonly services: GrpcServices;
  protected readonly head: CallHead;
  protected readonly stream: Http2Stream;
  /** Whether nothing more is sent or taken. */
  protected isOver = false;
  /** Whether the answer's head has been sent. */
  protected hasStarted = false;
  #waiting: RingQueue<WaitingMessage> | null = null;
  #isPumping = false;
  #isDecoding = false;
  #isInputOver = false;
  #isReceiving = true;

  constructor(services: GrpcServices, head: CallHead, stream: Http2Stream) {
    super();
    this.services = services;
    this.head = head;
    this.stream = stream;
    if (head.timeoutMs !== null) {
      services.deadlines.add(this, head.timeoutMs);
    }
  }

  get framing(): "messages" {
    return "messages";
  }

  get messageSizeMax(): number {
    return MESSAGE_SIZE_MAX;
  }

  /** Whether the next message may be handed on; `resumeInput` says that it has become true. */
  protected get canTake(): boolean {
    return true;
  }

  /** Takes a message and the duty to release it. */
  protected abstract takeMessage(message: HeldMessage): void;
  /** The client has ended its side, and every message has been taken. May be called again. */
  protected abstract takeEnd(): void;
  /** The call is over. Nothing can be sent any more. */
  protected onOver(): void {}

  alignedMessageOffset(_bytes: Uint8Array, _start: number, _end: number, _size: number): number {
    return 0;
  }

  onMessage(_stream: Http2Stream, message: Http2Message): void {
    if (this.isOver || this.#isInputOver) {
      return;
    }
    if (message.flags > COMPRESSED_FLAG) {
      // No prefix of a message: what came before it counts.
      this.endInput();
      return;
    }
    // Nothing is what nothing is compressed to, as in the real server's library.
    const isCompressed =
      message.flags === COMPRESSED_FLAG &&
      message.end > message.start &&
      this.head.requestCoding !== "identity";
    if (!isCompressed && this.#waiting === null && this.canTake) {
      this.takeMessage(message.hold(0));
      return;
    }
    this.#waiting ??= new RingQueue(WAITING_COUNT_MAX);
    if (this.#waiting.isFull) {
      this.fail(new GrpcFailure(GrpcStatus.ResourceExhausted, "too many messages wait"));
      return;
    }
    this.#waiting.push({ message: message.hold(0), isCompressed });
    this.resumeInput();
  }

  onBytes(): void {}

  onMessageFault(_stream: Http2Stream, fault: MessageFault, size: number): void {
    switch (fault) {
      case "truncated":
        // What came before it counts.
        this.endInput();
        break;
      case "tooLarge":
        this.fail(
          new GrpcFailure(
            GrpcStatus.ResourceExhausted,
            `SERVER: Received message larger than max (${size} vs. ${MESSAGE_SIZE_MAX})`,
          ),
        );
        break;
      case "memory":
        this.fail(
          new GrpcFailure(GrpcStatus.ResourceExhausted, `no memory for a message of ${size} bytes`),
        );
    }
  }

  onRequestEnd(): void {
    this.endInput();
  }

  onCancelled(): void {
    this.#end();
  }

  onDrain(): void {}

  onDeadline(): void {
    this.fail(DEADLINE_EXCEEDED);
  }

  /** Hands on what waits, as far as it may be. */
  protected resumeInput(): void {
    if (this.#isPumping) {
      return;
    }
    this.#isPumping = true;
    try {
      while (this.#waiting !== null && !this.#isDecoding && !this.isOver && this.canTake) {
        this.#takeNext(this.#waiting.shift());
      }
    } finally {
      this.#isPumping = false;
    }
    this.#settleInput();
  }

  /** What the client sent cannot be read on: as if it had ended its side before. */
  protected abandonInput(): void {
    this.#dropWaiting();
    this.endInput();
  }

  /** Nothing more comes. */
  protected endInput(): void {
    if (!this.#isInputOver) {
      this.#isInputOver = true;
      this.#settleInput();
    }
  }

  /** Ends the call with an error. */
  protected fail(reason: unknown): void {
    if (this.isOver) {
      return;
    }
    const failure = failureFrom(reason);
    const trailers = this.hasStarted ? failureTrailers(failure) : failureHead(failure);
    this.stream.end(trailers);
    this.#end();
  }

  /** The answer has been sent to its end. */
  protected finish(): void {
    this.#end();
  }

  #takeNext(next: WaitingMessage | undefined): void {
    if (next === undefined) {
      this.#waiting = null;
    } else if (next.isCompressed) {
      this.#decode(next.message);
    } else {
      this.takeMessage(next.message);
    }
  }

  #decode(message: HeldMessage): void {
    const { requestCoding } = this.head;
    assert(requestCoding !== "identity", "a compressed message has a coding");
    const { decompression } = this.services;
    const sizeMax = Math.min(MESSAGE_SIZE_MAX, decompression.available);
    try {
      const decoded = decodeMessage(requestCoding, message.bytes, sizeMax);
      if (decoded instanceof Promise) {
        this.#isDecoding = true;
        void this.#awaitDecoded(decoded, message);
        return;
      }
      message.release();
      this.takeMessage(new DecompressedMessage(decoded, decompression));
    } catch (reason) {
      message.release();
      this.fail(reason);
    }
  }

  /** Never rejects: an error ends the call. */
  async #awaitDecoded(decoding: Promise<Uint8Array>, message: HeldMessage): Promise<void> {
    try {
      const decoded = new DecompressedMessage(await decoding, this.services.decompression);
      this.#isDecoding = false;
      if (this.isOver) {
        decoded.release();
      } else {
        this.takeMessage(decoded);
      }
    } catch (reason) {
      this.#isDecoding = false;
      this.fail(reason);
    } finally {
      message.release();
    }
    this.resumeInput();
  }

  #settleInput(): void {
    if (this.isOver) {
      return;
    }
    const hasWaiting = this.#isDecoding || (this.#waiting !== null && this.#waiting.size > 0);
    const isReceiving = !hasWaiting && this.canTake;
    if (isReceiving !== this.#isReceiving) {
      this.#isReceiving = isReceiving;
      this.stream.setReceiving(isReceiving);
    }
    if (this.#isInputOver && !hasWaiting) {
      this.takeEnd();
    }
  }

  #dropWaiting(): void {
    while (this.#waiting !== null) {
      const next = this.#waiting.shift();
      next?.message.release();
      if (next === undefined) {
        this.#waiting = null;
      }
    }
  }

  #end(): void {
    if (this.isOver) {
      return;
    }
    this.isOver = true;
    this.services.deadlines.remove(this);
    this.#dropWaiting();
    this.onOver();
  }
}

/** A message in memory of its own that counts as decompressed until it is released. */
class DecompressedMessage implements HeldMessage {
  readonly bytes: Uint8Array;
  #budget: DecompressionBudget | null;

  constructor(bytes: Uint8Array, budget: DecompressionBudget) {
    this.bytes = bytes;
    this.#budget = budget;
    budget.take(bytes.byteLength);
  }

  release(): void {
    this.#budget?.give(this.bytes.byteLength);
    this.#budget = null;
  }
}
