import type { Socket } from "node:net";
import type { GrowingBody } from "../../socket/body-memory.ts";
import type { ServedConnection } from "../../socket/socket-server.ts";
import { AnswerSender, type SenderOwner } from "./answer-sender.ts";
import { putDrainPing, putGoAway, putGreeting, putKeepalivePing } from "./control-frames.ts";
import type { DataReceiver } from "./data-receiver.ts";
import { DrainState } from "./drain-state.ts";
import { Http2ErrorCode } from "./error-code.ts";
import { type DispatcherOwner, FrameDispatcher } from "./frame-dispatcher.ts";
import { STREAM_ID_MAX } from "./frame-format.ts";
import type { FrameGate } from "./frame-gate.ts";
import { FrameOutput } from "./frame-output.ts";
import type { FrameReader } from "./frame-reader.ts";
import type { Http2Context } from "./http2-context.ts";
import type { Http2ConnectionInfo } from "./http2-stream.ts";
import type { InputWatch } from "./input-watch.ts";
import { Liveness, LivenessAction } from "./liveness.ts";
import { PeerSettings } from "./peer-settings.ts";
import type { ServerStream } from "./server-stream.ts";
import { StreamTable, type TableOwner } from "./stream-table.ts";

/** Below this the rest of a frame is read together with what follows it. */
const DIRECT_READ_SIZE_MIN = 16 * 1024;
/** How often in a row output is filled and flushed before other connections have a turn. */
const FLUSH_ROUNDS_MAX = 4;

/**
 * One connection: frames of its client go to the table of streams, answers leave through the sender.
 *
 * ```
 *   socket ──bytes──► FrameReader ──frames──► FrameDispatcher ──► StreamTable ──requests──► layer above
 *   socket ◄──bytes── FrameOutput ◄──frames── AnswerSender ◄──────────────────answers──────────┘
 * ```
 * Whatever is put out while bytes are being received leaves together, after they have been taken. While more than
 * `unsentSizeMax` is on its way to the client, it is not read from: all that it could cause costs memory.
 */
export class Http2Connection
  implements ServedConnection, DispatcherOwner, TableOwner, SenderOwner, Http2ConnectionInfo
{
  index = -1;
  readonly serial: number;
  readonly isSecure: boolean;
  readonly context: Http2Context;
  readonly peer: PeerSettings = new PeerSettings();
  readonly output: FrameOutput;
  readonly sender: AnswerSender;
  readonly #socket: Socket;
  readonly #onClosed: (connection: Http2Connection) => void;
  readonly #reader: FrameReader;
  readonly #table: StreamTable;
  readonly #data: DataReceiver;
  readonly #frames: FrameDispatcher;
  readonly #gate: FrameGate;
  readonly #watch: InputWatch;
  readonly #liveness: Liveness;
  /** Whether what is put out is flushed by who is running. */
  #isBusy = false;
  /** Whether a flush has been asked for. */
  #willFlush = false;
  #isPaused = false;
  #drainState: DrainState = DrainState.None;
  /** Whether the connection is drained for its age. */
  #isOld = false;
  /** Whether nothing more is to be sent but what is in the output. */
  #isEnding = false;
  #hasEnded = false;
  /** Whether the end waits for the client to notice it. */
  #mustLinger = false;
  #isClosed = false;
  /** Coarse time at which the connection was made, became idle, was drained or began to end. */
  #sinceMs: number;
  /** Memory of an abandoned message that the socket still writes into. */
  #lent: GrowingBody | null = null;

  /**
   * @param socket whose bytes the caller brings here
   * @param isSecure whether it speaks TLS
   */
  constructor(
    socket: Socket,
    context: Http2Context,
    isSecure: boolean,
    serial: number,
    onClosed: (connection: Http2Connection) => void,
  ) {
    const { limits, nowMs } = context;
    this.#socket = socket;
    this.context = context;
    this.isSecure = isSecure;
    this.serial = serial;
    this.#onClosed = onClosed;
    this.#sinceMs = nowMs;
    this.output = new FrameOutput(socket, context.arena, context, isSecure, () => this.flush());
    this.sender = new AnswerSender(this, this.output, this.peer);
    this.#table = new StreamTable(this);
    this.#data = this.#table.data;
    this.#liveness = new Liveness(context.keepalive, nowMs, serial);
    this.#frames = new FrameDispatcher(this, this.#table, this.#liveness);
    this.#reader = this.#frames.reader;
    this.#gate = this.#frames.gate;
    this.#watch = this.#frames.watch;
    socket.on("end", () => this.#peerEnded());
    // What went wrong does not matter: "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
    putGreeting(this.output, limits);
    this.outputChanged();
  }

  get isInputOver(): boolean {
    return this.#frames.isInputOver;
  }

  get info(): Http2ConnectionInfo {
    return this;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  space(): Uint8Array | null {
    this.#reclaim();
    const size = this.#reader.directSize;
    return size < DIRECT_READ_SIZE_MIN || this.#frames.isInputOver ? null : this.#data.space(size);
  }

  filled(byteCount: number): void {
    this.#liveness.received(this.context.nowMs);
    if (this.#frames.isInputOver) {
      return;
    }
    this.#isBusy = true;
    this.#data.filled(byteCount, this.#reader.directSize === byteCount);
    this.#reader.readDirectly(byteCount);
    this.#isBusy = false;
    this.#afterInput();
  }

  receive(bytes: Buffer, size: number): void {
    this.#liveness.received(this.context.nowMs);
    if (this.#frames.isInputOver) {
      return;
    }
    this.#isBusy = true;
    this.#reader.read(bytes, size);
    this.#isBusy = false;
    this.#afterInput();
  }

  #afterInput(): void {
    const isPartial = this.#reader.isPartial || this.#table.heads.openStreamId !== 0;
    this.#watch.inputEnds(isPartial, this.context.nowMs);
    if (this.#willFlush || this.sender.canSend) {
      this.flush();
    }
  }

  keepLent(body: GrowingBody): void {
    this.#reclaim();
    this.#lent = body;
  }

  #reclaim(): void {
    this.#lent?.reclaim();
    this.#lent = null;
  }

  usefulCame(): void {
    this.#gate.usefulCame();
  }

  answerSent(): void {
    this.#gate.usefulCame();
    this.#liveness.sent();
  }

  answered(stream: ServerStream): void {
    this.#table.answered(stream);
  }

  outputChanged(): void {
    if (!this.#willFlush) {
      this.#willFlush = true;
      if (!this.#isBusy) {
        this.context.flushSoon(this);
      }
    }
  }

  /** Hands what has been put out to the socket, and puts out more as far as windows and socket go. */
  flush(): void {
    if (this.#isBusy || this.#isClosed) {
      return;
    }
    this.#isBusy = true;
    for (let round = 0; round < FLUSH_ROUNDS_MAX && !this.output.isBlocked; round++) {
      this.#willFlush = false;
      this.sender.pump();
      if (this.output.isEmpty) {
        break;
      }
      this.output.flush();
    }
    this.#isBusy = false;
    const hasMore = !this.output.isEmpty || this.sender.canSend;
    this.#willFlush = hasMore && !this.output.isBlocked;
    if (this.#willFlush) {
      this.context.flushLater(this);
    }
    this.#adjustReading();
    this.#endIfFlushed();
  }

  /** Reads from the client only while it takes what it is sent. */
  #adjustReading(): void {
    const mustPause = this.output.unsentSize > this.context.limits.unsentSizeMax;
    if (mustPause !== this.#isPaused) {
      this.#isPaused = mustPause;
      if (mustPause) {
        this.#socket.pause();
      } else {
        this.#socket.resume();
      }
    }
  }

  #endIfFlushed(): void {
    if (this.#isEnding && !this.#hasEnded && this.output.isEmpty && !this.output.isBlocked) {
      this.#hasEnded = true;
      if (this.#mustLinger) {
        this.#socket.end();
      } else {
        this.#socket.destroySoon();
      }
    }
  }

  fail(code: Http2ErrorCode, reason: string): void {
    if (!this.#isEnding && !this.#isClosed) {
      putGoAway(this.output, this.#table.lastStreamId, code, reason);
      // The client may still be sending, and closing on that would destroy the reason on its way.
      this.#mustLinger = true;
      this.#end(code);
    }
  }

  /** Asks the client to send no further requests, lets the present ones finish, and ends. */
  drain(reason: string): void {
    if (this.#drainState !== DrainState.None || this.#isEnding || this.#isClosed) {
      return;
    }
    this.#drainState = DrainState.Asked;
    this.#sinceMs = this.context.nowMs;
    putGoAway(this.output, STREAM_ID_MAX, Http2ErrorCode.NoError, reason);
    putDrainPing(this.output);
    this.outputChanged();
    if (!this.#gate.hasSettings) {
      // It has never said anything that we would have to wait for.
      this.#end(Http2ErrorCode.NoError);
    }
  }

  drainPingAcked(): void {
    if (this.#drainState === DrainState.Asked) {
      this.#tellLast();
    }
  }

  /** The client has heard that it shall stop: what has come by now was the last. */
  #tellLast(): void {
    this.#drainState = DrainState.Told;
    this.#table.close();
    putGoAway(this.output, this.#table.lastStreamId, Http2ErrorCode.NoError, "");
    this.outputChanged();
    if (this.#table.count === 0) {
      this.#end(Http2ErrorCode.NoError);
    }
  }

  streamsEnded(): void {
    if (this.#drainState === DrainState.Told) {
      this.#end(Http2ErrorCode.NoError);
    } else if (this.#drainState === DrainState.None) {
      this.#sinceMs = this.context.nowMs;
    }
  }

  /** Takes nothing more, and closes when what is in the output has left. */
  #end(code: Http2ErrorCode): void {
    if (this.#isEnding || this.#isClosed) {
      return;
    }
    this.#isEnding = true;
    this.#frames.isInputOver = true;
    this.#sinceMs = this.context.nowMs;
    this.#table.cancelAll(code);
    this.outputChanged();
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.#socket.destroy();
  }

  #peerEnded(): void {
    this.#end(Http2ErrorCode.Cancel);
    this.flush();
    this.#socket.destroySoon();
  }

  #closed(): void {
    this.#isClosed = true;
    this.#frames.isInputOver = true;
    this.#table.cancelAll(Http2ErrorCode.Cancel);
    this.#reclaim();
    this.output.close();
    this.#onClosed(this);
  }

  /** Ends waits that have lasted too long. Called once per sweep, `intervalMs` apart. */
  sweep(nowMs: number, intervalMs: number): void {
    const { writeTimeoutMs, lingerTimeoutMs } = this.context.limits;
    // Coarse times lie up to one interval too early; nobody shall be cut off for that.
    const waitedMs = nowMs - this.#sinceMs - intervalMs;
    if (this.output.isBlocked) {
      if (nowMs - this.output.blockedSinceMs - intervalMs >= writeTimeoutMs) {
        this.#reset();
      }
    } else if (this.#isEnding) {
      if (waitedMs >= lingerTimeoutMs) {
        this.destroy();
      }
    } else {
      this.#sweepInput(nowMs, intervalMs);
      this.#table.sweep(nowMs, intervalMs);
      this.#sweepLife(nowMs, intervalMs);
    }
  }

  #sweepInput(nowMs: number, intervalMs: number): void {
    const { handshakeTimeoutMs, headTimeoutMs } = this.context.limits;
    if (!this.#gate.hasSettings) {
      if (nowMs - this.#sinceMs - intervalMs >= handshakeTimeoutMs) {
        this.fail(Http2ErrorCode.SettingsTimeout, "no SETTINGS");
      }
    } else if (this.#watch.waitedMs(nowMs) - intervalMs >= headTimeoutMs) {
      this.fail(Http2ErrorCode.Cancel, "a frame does not come to its end");
    }
  }

  #sweepLife(nowMs: number, intervalMs: number): void {
    const waitedMs = nowMs - this.#sinceMs - intervalMs;
    const { idleTimeoutMs, lingerTimeoutMs } = this.context.limits;
    const { connectionAgeGraceMs } = this.context.keepalive;
    const hasStreams = this.#table.count > 0;
    if (this.#drainState === DrainState.Asked && waitedMs >= lingerTimeoutMs) {
      this.#tellLast();
    }
    if (this.#isOld && connectionAgeGraceMs > 0 && waitedMs >= connectionAgeGraceMs) {
      this.#end(Http2ErrorCode.Cancel);
    } else if (nowMs >= this.#liveness.drainAtMs && this.#drainState === DrainState.None) {
      this.#isOld = true;
      this.drain("max_age");
    } else if (!hasStreams && idleTimeoutMs > 0 && waitedMs >= idleTimeoutMs) {
      this.drain("idle");
    }
    const action = this.#liveness.check(nowMs, intervalMs, hasStreams);
    if (action === LivenessAction.Ping) {
      putKeepalivePing(this.output);
      this.outputChanged();
    } else if (action === LivenessAction.GiveUp) {
      this.#reset();
    }
  }

  /** Breaks the connection off without leaving unsent bytes to the kernel. */
  #reset(): void {
    if (this.isSecure) {
      this.destroy();
    } else {
      this.#socket.resetAndDestroy();
    }
  }
}
