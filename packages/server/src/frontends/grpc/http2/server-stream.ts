import { assert } from "../../../base/assert.ts";
import { type GrowingBody, SLAB_BODY_SIZE_MAX } from "../../socket/body-memory.ts";
import type { AnswerSender } from "./answer-sender.ts";
import type { Http2ErrorCode } from "./error-code.ts";
import { readUint32 } from "./frame-format.ts";
import type { HeaderBlock } from "./header-block.ts";
import type { Http2Context } from "./http2-context.ts";
import type {
  Http2ConnectionInfo,
  Http2Receiver,
  Http2Stream,
  Http2WriteReceipt,
  MessageFault,
} from "./http2-stream.ts";
import { MessageAssembler, PREFIX_SIZE } from "./message-assembler.ts";
import { type MarkTarget, PendingData } from "./pending-data.ts";
import type { RequestHead } from "./request-head.ts";

/** The connection, as its streams see it. */
export interface StreamOwner {
  readonly context: Http2Context;
  readonly info: Http2ConnectionInfo;
  readonly sender: AnswerSender;
  /** Announced bytes of messages that have not come whole. */
  unfinishedSize: number;
  /** The stream's answer has been put into the output: it is over, and the client must stop sending. */
  answered(stream: ServerStream): void;
  /** The layer above breaks the stream off. */
  breakOff(stream: ServerStream, code: Http2ErrorCode): void;
  /** The layer above has thrown, which is a bug there. */
  receiverFailed(stream: ServerStream, error: unknown): void;
  /** The client may send again as many bytes as the stream has taken. */
  creditStream(stream: ServerStream): void;
  /** Memory that is lent to the socket and cannot go back yet. */
  keepLent(body: GrowingBody): void;
}

/** How far an answer is. */
const AnswerState = { None: 0, Started: 1, Ended: 2 } as const;
type AnswerState = (typeof AnswerState)[keyof typeof AnswerState];

/** One request on a connection with the state of its answer; fields are the connection's unless the interface has them. */
export class ServerStream implements Http2Stream, MarkTarget {
  readonly id: number;
  readonly head: RequestHead;
  receiver: Http2Receiver | null = null;
  /** Bytes of data that the client lets us send. */
  sendWindow: number;
  /** Bytes of data that we let the client send. */
  receiveWindow: number;
  /** Bytes that have been taken and not been given back to the client's window. */
  creditSize = 0;
  /** Bytes of data without padding. */
  receivedSize = 0;
  isRequestEnded = false;
  isReceiving = true;
  /** Whether a message could not be handed on, so that what the client still sends is thrown away. */
  hasFault = false;
  /** Whether the stream is over before its answer was ended. */
  isCancelled = false;
  /** Whether the connection has forgotten the stream. */
  isOver = false;
  /** What waits for windows or the socket; null while nothing ever did. */
  pending: PendingData | null = null;
  /** What ends the answer when nothing is pending any more. */
  trailers: HeaderBlock | null = null;
  /** Whether the sender has it in its queue. */
  isQueued = false;
  /** Coarse time at which the last bytes of the request came. */
  receivedAtMs: number;
  /** Coarse time at which something of the answer last passed the client's window. */
  sentAtMs = 0;
  /** A message that has not come whole. */
  partial: MessageAssembler | null = null;
  readonly #owner: StreamOwner;
  #answerState: AnswerState = AnswerState.None;
  /** Bytes in the output that the kernel has not taken, and the marks behind them. */
  #outputSize = 0;
  #markCount = 0;
  #wantsDrain = false;
  #isCountedOut = false;

  constructor(
    id: number,
    head: RequestHead,
    owner: StreamOwner,
    sendWindow: number,
    receiveWindow: number,
  ) {
    this.id = id;
    this.head = head;
    this.#owner = owner;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.receivedAtMs = owner.context.nowMs;
  }

  get connection(): Http2ConnectionInfo {
    return this.#owner.info;
  }

  get isOpen(): boolean {
    return !this.isCancelled && this.#answerState !== AnswerState.Ended;
  }

  get unsentSize(): number {
    return this.#outputSize + (this.pending?.size ?? 0);
  }

  /** Whether a head has been sent. */
  get hasBegun(): boolean {
    return this.#answerState !== AnswerState.None;
  }

  respond(
    head: HeaderBlock,
    parts: readonly Uint8Array[],
    trailers: HeaderBlock,
    flags: number,
    receipt: Http2WriteReceipt | null,
  ): void {
    if (this.isCancelled) {
      receipt?.onWritten(false);
      return;
    }
    assert(this.#answerState === AnswerState.None, "a stream is answered once");
    this.#answerState = AnswerState.Ended;
    const { sender } = this.#owner;
    if (sender.sendWhole(this, head, parts, flags, trailers, receipt)) {
      this.#owner.answered(this);
      return;
    }
    sender.sendBlock(this, head, false);
    this.#queue(parts, flags, receipt);
    this.#finish(trailers);
  }

  start(head: HeaderBlock): void {
    if (this.isCancelled) {
      return;
    }
    assert(this.#answerState === AnswerState.None, "a stream is answered once");
    this.#answerState = AnswerState.Started;
    this.#owner.sender.sendBlock(this, head, false);
  }

  write(parts: readonly Uint8Array[], flags: number, receipt: Http2WriteReceipt | null): boolean {
    if (this.isCancelled) {
      receipt?.onWritten(false);
      return true;
    }
    assert(this.#answerState === AnswerState.Started, "messages stand between start and end");
    this.#queue(parts, flags, receipt);
    this.#wantsDrain = this.unsentSize > this.#owner.context.limits.streamBacklogSizeMax;
    return !this.#wantsDrain;
  }

  end(trailers: HeaderBlock): void {
    if (this.isCancelled) {
      return;
    }
    assert(this.#answerState !== AnswerState.Ended, "an answer is ended once");
    this.#answerState = AnswerState.Ended;
    this.#finish(trailers);
  }

  reset(code: Http2ErrorCode): void {
    if (!this.isCancelled && !this.isOver) {
      this.#owner.breakOff(this, code);
    }
  }

  setReceiving(isReceiving: boolean): void {
    this.isReceiving = isReceiving;
    if (isReceiving && !this.isOver) {
      this.#owner.creditStream(this);
    }
  }

  /**
   * How many of the taken bytes may be given back to the client's window: all of them, or, while no more is wanted, those
   * that the rest of a message that has begun still needs. Messages that follow it then find the window used up.
   *
   * @param threshold fewer taken bytes are not worth a frame
   */
  creditSizeAbove(threshold: number): number {
    if (this.creditSize < threshold || this.isRequestEnded) {
      return 0;
    }
    if (this.isReceiving) {
      return this.creditSize;
    }
    if (this.partial === null || !this.partial.isPrefixComplete) {
      return 0;
    }
    const missingSize = this.partial.size - this.partial.receivedSize;
    return Math.max(0, Math.min(this.creditSize, missingSize - this.receiveWindow));
  }

  /** Whether the layer above still takes what comes: not after it has ended its answer. */
  get #takesData(): boolean {
    return this.isOpen && !this.hasFault && this.receiver !== null;
  }

  #queue(parts: readonly Uint8Array[], flags: number, receipt: Http2WriteReceipt | null): void {
    const { sender } = this.#owner;
    if (!sender.sendMessage(this, parts, flags, receipt)) {
      this.pending ??= new PendingData();
      sender.queueMessage(this, this.pending, parts, flags, receipt);
    }
  }

  /** Whether messages have a prefix; so they do while nobody has said otherwise. */
  get isFramed(): boolean {
    return this.receiver === null || this.receiver.framing === "messages";
  }

  #finish(trailers: HeaderBlock): void {
    if (this.pending === null || this.pending.isEmpty) {
      this.#owner.sender.sendBlock(this, trailers, true);
      this.#owner.answered(this);
    } else {
      this.trailers = trailers;
    }
  }

  /** Counts what has been put into the output; `passed` takes it off. */
  markSet(size: number): void {
    this.#outputSize += size;
    this.#markCount++;
  }

  passed(size: number, receipt: Http2WriteReceipt | null, isDelivered: boolean): void {
    this.#outputSize -= size;
    this.#markCount--;
    receipt?.onWritten(isDelivered);
    if (this.isOver) {
      this.countOut();
    } else if (this.#wantsDrain && isDelivered) {
      this.drain();
    }
  }

  /** Tells who writes that there is room again, if there is. */
  drain(): void {
    const { limits } = this.#owner.context;
    if (this.#wantsDrain && this.isOpen && this.unsentSize <= limits.streamBacklogSizeMax) {
      this.#wantsDrain = false;
      try {
        this.receiver?.onDrain(this);
      } catch (error) {
        this.#owner.receiverFailed(this, error);
      }
    }
  }

  /** The stream is over: no longer counts once its answer has left. */
  countOut(): void {
    if (this.#markCount === 0 && !this.#isCountedOut) {
      this.#isCountedOut = true;
      this.#owner.context.streamCount--;
    }
  }

  /** Takes data of the request, which is complete with it if `isLast`. */
  takeData(bytes: Uint8Array, start: number, end: number, isLast: boolean): void {
    const receiver = this.receiver;
    if (receiver === null || !this.#takesData) {
      return;
    }
    this.receivedAtMs = this.#owner.context.nowMs;
    try {
      if (receiver.framing === "none") {
        receiver.onBytes(this, bytes, start, end);
      } else {
        this.#takeMessages(receiver, bytes, start, end, isLast);
      }
    } catch (error) {
      this.#owner.receiverFailed(this, error);
    }
  }

  #takeMessages(
    receiver: Http2Receiver,
    bytes: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): void {
    let position = start;
    while (position < end && this.#takesData) {
      if (this.partial === null && end - position >= PREFIX_SIZE) {
        const size = readUint32(bytes, position + 1);
        const stop = position + PREFIX_SIZE + size;
        if (stop <= end && size <= SLAB_BODY_SIZE_MAX && size <= receiver.messageSizeMax) {
          const flags = bytes[position] ?? 0;
          const { message } = this.#owner.context;
          message.setView(flags, bytes, position + PREFIX_SIZE, stop, isLast && stop === end);
          this.#handOn(receiver);
          position = stop;
          continue;
        }
      }
      position = this.#assemble(receiver, bytes, position, end, isLast);
    }
  }

  #handOn(receiver: Http2Receiver): void {
    const { message } = this.#owner.context;
    try {
      receiver.onMessage(this, message);
    } finally {
      message.finish();
    }
  }

  /** Takes bytes of a message that does not come whole; returns the position after them. */
  #assemble(
    receiver: Http2Receiver,
    bytes: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): number {
    const { context } = this.#owner;
    const isNew = this.partial === null;
    const partial = this.partial ?? new MessageAssembler();
    this.partial = partial;
    let position = start;
    if (!partial.isPrefixComplete) {
      position = partial.takePrefix(bytes, start, end);
      if (!partial.isPrefixComplete) {
        return position;
      }
      if (!this.#admit(partial, receiver)) {
        return end;
      }
    }
    assert(!isNew || partial.receivedSize === 0, "a new message has not been received");
    try {
      position = partial.takeBytes(bytes, position, end, receiver, context.pool);
    } catch (error) {
      if (!(error instanceof RangeError)) {
        throw error;
      }
      this.#fault(receiver, "memory", partial.size);
      return end;
    }
    this.#handOnIfComplete(receiver, partial, isLast && position === end);
    return position;
  }

  /** The size of a message is known. Returns whether it may come. */
  #admit(partial: MessageAssembler, receiver: Http2Receiver): boolean {
    const owner = this.#owner;
    const { size } = partial;
    owner.unfinishedSize += size;
    if (size > receiver.messageSizeMax) {
      this.#fault(receiver, "tooLarge", size);
      return false;
    }
    if (owner.unfinishedSize > owner.context.limits.unfinishedSizeMax) {
      this.#fault(receiver, "memory", size);
      return false;
    }
    return true;
  }

  #handOnIfComplete(receiver: Http2Receiver, partial: MessageAssembler, isLast: boolean): void {
    if (!partial.isComplete) {
      return;
    }
    this.partial = null;
    this.#owner.unfinishedSize -= partial.size;
    const { message } = this.#owner.context;
    const { bytes, buffer } = partial.take();
    message.setView(partial.flags, bytes, 0, bytes.byteLength, isLast);
    message.setBuffer(buffer);
    this.#handOn(receiver);
  }

  /** Says why a message is not handed on; what the client still sends of its request is thrown away. */
  #fault(receiver: Http2Receiver, fault: MessageFault, size: number): void {
    this.dropPartial();
    this.hasFault = true;
    receiver.onMessageFault(this, fault, size);
  }

  /** Bytes have been read into the space of the message that is being received. */
  filled(byteCount: number, isLast: boolean): void {
    const { receiver, partial } = this;
    assert(partial !== null && receiver !== null, "space belongs to a message");
    this.receivedAtMs = this.#owner.context.nowMs;
    partial.filled(byteCount);
    try {
      this.#handOnIfComplete(receiver, partial, isLast);
    } catch (error) {
      this.#owner.receiverFailed(this, error);
    }
  }

  /** The client has ended its request. */
  endRequest(trailers: RequestHead | null): void {
    const { receiver, partial } = this;
    this.isRequestEnded = true;
    if (receiver === null || !this.#takesData) {
      return;
    }
    try {
      if (partial !== null) {
        this.#fault(receiver, "truncated", partial.receivedSize);
      } else {
        receiver.onRequestEnd(this, trailers);
      }
    } catch (error) {
      this.#owner.receiverFailed(this, error);
    }
  }

  /** The stream ends before its time: gives up everything, and tells the layer above if it does not know. */
  cancel(code: number, isKnown: boolean): void {
    const wasOpen = this.isOpen;
    this.isCancelled = true;
    this.dropPartial();
    for (const receipt of this.pending?.drop() ?? []) {
      receipt.onWritten(false);
    }
    this.trailers = null;
    const receiver = this.receiver;
    if (wasOpen && !isKnown && receiver !== null) {
      try {
        receiver.onCancelled(this, code);
      } catch (error) {
        this.#owner.context.onHandlerError(error);
      }
    }
  }

  /** Gives the memory of a message that has not come whole up. */
  dropPartial(): void {
    const partial = this.partial;
    if (partial === null) {
      return;
    }
    this.partial = null;
    if (partial.isPrefixComplete) {
      this.#owner.unfinishedSize -= partial.size;
    }
    const lent = partial.discard();
    if (lent !== null) {
      this.#owner.keepLent(lent);
    }
  }
}
