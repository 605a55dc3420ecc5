import type { AnswerSender } from "./answer-sender.ts";
import { isDrainPing, putPingAck, putSettingsAck } from "./control-frames.ts";
import type { DataReceiver } from "./data-receiver.ts";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameFlag, type FrameHead, FrameType, readUint32, STREAM_ID_MAX } from "./frame-format.ts";
import { FrameGate } from "./frame-gate.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type FrameConsumer, FrameReader, PayloadMode } from "./frame-reader.ts";
import type { HeadReader } from "./head-reader.ts";
import type { Http2Context } from "./http2-context.ts";
import { InputWatch } from "./input-watch.ts";
import type { Liveness } from "./liveness.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { RateLimit } from "./rate-limit.ts";
import type { StreamTable } from "./stream-table.ts";

/** The connection, as what takes its client's frames sees it. */
export interface DispatcherOwner {
  readonly context: Http2Context;
  readonly output: FrameOutput;
  readonly sender: AnswerSender;
  readonly peer: PeerSettings;
  /** Something has been put into the output that is to be flushed soon. */
  outputChanged(): void;
  /** The client has answered the ping with which it was asked to send no further requests. */
  drainPingAcked(): void;
  fail(code: Http2ErrorCode, reason: string): void;
}

/** Judges each frame of a connection, and takes it to where it belongs; answers SETTINGS and PING itself. */
export class FrameDispatcher implements FrameConsumer {
  /** Set by the connection. */
  isInputOver = false;
  readonly reader: FrameReader = new FrameReader(this);
  readonly gate: FrameGate;
  readonly watch: InputWatch = new InputWatch();
  readonly #owner: DispatcherOwner;
  readonly #table: StreamTable;
  readonly #heads: HeadReader;
  readonly #data: DataReceiver;
  readonly #liveness: Liveness;
  readonly #settingsFrames: RateLimit;

  constructor(owner: DispatcherOwner, table: StreamTable, liveness: Liveness) {
    const { limits, nowMs } = owner.context;
    this.#owner = owner;
    this.#table = table;
    this.#heads = table.heads;
    this.#data = table.data;
    this.#liveness = liveness;
    this.gate = new FrameGate(limits);
    this.#settingsFrames = new RateLimit(
      limits.settingsBurstMax,
      limits.settingsPerSecondMax,
      nowMs,
    );
  }

  fail(code: Http2ErrorCode, reason: string): void {
    this.#owner.fail(code, reason);
  }

  frameBegins(head: FrameHead): PayloadMode {
    const { openStreamId } = this.#heads;
    const refusal = this.gate.check(head, openStreamId);
    if (refusal !== null) {
      this.fail(refusal.code, refusal.reason);
      return PayloadMode.Skipped;
    }
    if (openStreamId === 0) {
      this.watch.unitBegins();
    }
    switch (head.type) {
      case FrameType.Data:
        return this.#data.begins(head);
      case FrameType.Headers:
      case FrameType.Continuation:
      case FrameType.Settings:
      case FrameType.Priority:
      case FrameType.RstStream:
      case FrameType.Ping:
      case FrameType.WindowUpdate:
        return PayloadMode.Whole;
      default:
        return PayloadMode.Skipped;
    }
  }

  frameComes(head: FrameHead, bytes: Buffer, start: number, end: number): void {
    switch (head.type) {
      case FrameType.Headers:
        this.#heads.headersCome(head, bytes, start, end);
        break;
      case FrameType.Continuation:
        this.#heads.continuationComes(head, bytes, start, end);
        break;
      case FrameType.Priority:
        if (readUint32(bytes, start) % (STREAM_ID_MAX + 1) === head.streamId) {
          this.fail(Http2ErrorCode.ProtocolError, "a stream depends on itself");
        }
        break;
      case FrameType.RstStream:
        this.#table.resetComes(head.streamId, readUint32(bytes, start));
        break;
      case FrameType.Settings:
        this.#settingsCome((head.flags & FrameFlag.Ack) !== 0, bytes, start, end);
        break;
      case FrameType.Ping:
        this.#pingComes((head.flags & FrameFlag.Ack) !== 0, bytes, start);
        break;
      default:
        this.#windowUpdateComes(head.streamId, readUint32(bytes, start) % (STREAM_ID_MAX + 1));
    }
  }

  dataComes(bytes: Buffer, start: number, end: number): void {
    this.#data.comes(bytes, start, end, this.reader.directSize === 0);
  }

  dataEnds(): void {
    this.#data.ends();
  }

  #settingsCome(isAck: boolean, bytes: Buffer, start: number, end: number): void {
    if (isAck) {
      return;
    }
    if (!this.#settingsFrames.take(this.#owner.context.exactNowMs())) {
      this.fail(Http2ErrorCode.EnhanceYourCalm, "too many SETTINGS frames");
      return;
    }
    const { initialWindowSize } = this.#owner.peer;
    const code = this.#owner.peer.take(bytes, start, end);
    if (code !== Http2ErrorCode.NoError) {
      this.fail(code, "a setting has an invalid value");
      return;
    }
    putSettingsAck(this.#owner.output);
    this.#owner.outputChanged();
    const difference = this.#owner.peer.initialWindowSize - initialWindowSize;
    if (difference !== 0) {
      this.#table.initialWindowChanged(difference);
    }
  }

  #pingComes(isAck: boolean, bytes: Buffer, start: number): void {
    if (isAck) {
      if (isDrainPing(bytes, start)) {
        this.#owner.drainPingAcked();
      }
      return;
    }
    if (this.#liveness.pingCame(this.#owner.context.exactNowMs(), this.#table.count > 0)) {
      putPingAck(this.#owner.output, bytes, start);
      this.#owner.outputChanged();
    } else {
      this.fail(Http2ErrorCode.EnhanceYourCalm, "too_many_pings");
    }
  }

  #windowUpdateComes(streamId: number, increment: number): void {
    if (streamId !== 0) {
      this.#table.windowUpdateComes(streamId, increment);
    } else if (increment === 0) {
      this.fail(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE by nothing");
    } else if (!this.#owner.sender.enlargeWindow(increment)) {
      this.fail(Http2ErrorCode.FlowControlError, "window too large");
    }
  }
}
