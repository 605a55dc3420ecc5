import { ManualClock } from "../../../../base/testing/manual-clock.ts";
import { type BufferPool, unpooledBuffers } from "../../../socket/buffer-pool.ts";
import { FakeSocket } from "../../../socket/testing/fake-socket.ts";
import { CLIENT_PREFACE, FrameType, readUint32 } from "../frame-format.ts";
import { encodeHeaderBlock } from "../header-block.ts";
import { Http2Connection } from "../http2-connection.ts";
import type { Http2Limits } from "../http2-limits.ts";
import type { Http2Message, Http2Receiver, Http2Stream, MessageFault } from "../http2-stream.ts";
import type { KeepalivePolicy } from "../keepalive-policy.ts";
import { ServerContext } from "../server-context.ts";
import { type Frame, readFrames, settings } from "./frames.ts";

export const ANSWER_HEAD: Uint8Array = encodeHeaderBlock([[":status", "200"]]);
export const ANSWER_TRAILERS: Uint8Array = encodeHeaderBlock([["grpc-status", "0"]]);

/** The coarse time, as the sweeper of a server would give it. */
class SweptTime {
  nowMs = 0;
}

/** One connection on a fake socket, with a layer above that records what comes and, unless told not to, answers it. */
export class ConnectionHarness {
  readonly socket: FakeSocket = new FakeSocket();
  readonly clock: ManualClock = new ManualClock();
  readonly context: ServerContext;
  readonly connection: Http2Connection;
  readonly errors: unknown[] = [];
  readonly streams: Http2Stream[] = [];
  /** What the layer above was told, a line each. */
  readonly events: string[] = [];
  isClosed = false;
  /** Whether the end of a request is answered with the last message that came. */
  answersAtOnce = true;
  /** Called for each message before anything else is done with it. */
  onMessage: (stream: Http2Stream, message: Http2Message) => void = () => {};
  /** Called for each request before anything else is done with it. */
  onStream: (stream: Http2Stream) => void = () => {};
  onDrain: (stream: Http2Stream) => void = () => {};
  framing: "messages" | "none" = "messages";
  messageSizeMax: number = 1 << 30;
  readonly #time = new SweptTime();
  readonly #last = new Map<number, Buffer>();
  #readSize = 0;

  constructor(
    limits: Partial<Http2Limits> = {},
    keepalive: Partial<KeepalivePolicy> = {},
    pool: BufferPool = unpooledBuffers,
  ) {
    const handler = (stream: Http2Stream): Http2Receiver => {
      this.streams.push(stream);
      this.events.push(`${stream.id} ${stream.head.method} ${stream.head.path}`);
      this.onStream(stream);
      return this.#receiver();
    };
    const onHandlerError = (error: unknown): void => {
      this.errors.push(error);
    };
    const options = { limits, keepalive, pool, onHandlerError };
    this.context = new ServerContext(handler, options, this.clock, this.#time);
    this.connection = new Http2Connection(this.socket.asSocket, this.context, false, 1, () => {
      this.isClosed = true;
    });
  }

  /** Sends the preface and, unless others are given, empty settings; forgets what came before and in answer. */
  greet(firstSettings: Buffer = settings()): this {
    this.receive(Buffer.concat([CLIENT_PREFACE, firstSettings]));
    this.frames();
    return this;
  }

  /** Lets bytes come as one read, as far as the connection has no space of its own for them. */
  receive(...pieces: readonly Uint8Array[]): void {
    let bytes = Buffer.concat(pieces);
    while (bytes.byteLength > 0) {
      const space = this.connection.space();
      const size = Math.min(bytes.byteLength, space?.byteLength ?? 64 * 1024);
      // As with a shared read buffer, the memory holds something else right after.
      const piece = Buffer.from(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
      if (space === null) {
        this.connection.receive(piece, size);
        piece.fill(0x21);
      } else {
        space.set(piece);
        this.connection.filled(size);
      }
    }
  }

  /** Frames that have been sent since the last call. */
  frames(): Frame[] {
    this.connection.flush();
    const bytes = Buffer.from(this.socket.output, "latin1").subarray(this.#readSize);
    const { frames, size } = readFrames(bytes);
    this.#readSize += size;
    return frames;
  }

  /** The code of the GOAWAY that ended the connection, and the reason that it gave; null if there was none. */
  goAway(): { code: number; reason: string; lastStreamId: number } | null {
    const last = this.frames().findLast(({ type }) => type === FrameType.GoAway);
    if (last === undefined) {
      return null;
    }
    return {
      code: readUint32(last.payload, 4),
      reason: last.payload.toString("latin1", 8),
      lastStreamId: readUint32(last.payload, 0),
    };
  }

  /** Lets time pass, and the sweeper look once a second. */
  advance(durationMs: number): void {
    const endMs = this.clock.nowNs() / 1e6 + durationMs;
    for (;;) {
      const leftMs = endMs - this.clock.nowNs() / 1e6;
      if (leftMs <= 0 || this.isClosed) {
        return;
      }
      this.clock.advance(Math.min(1000, leftMs));
      this.#time.nowMs = this.clock.nowNs() / 1e6;
      this.connection.sweep(this.#time.nowMs, 0);
    }
  }

  #receiver(): Http2Receiver {
    const framing = (): "messages" | "none" => this.framing;
    const messageSizeMax = (): number => this.messageSizeMax;
    return {
      get framing() {
        return framing();
      },
      get messageSizeMax() {
        return messageSizeMax();
      },
      alignedMessageOffset: () => 0,
      onMessage: (stream, message) => {
        const content = Buffer.from(message.bytes.subarray(message.start, message.end));
        const last = message.isLast ? " last" : "";
        this.events.push(`${stream.id} message ${message.flags} ${content.byteLength}${last}`);
        this.#last.set(stream.id, content);
        this.onMessage(stream, message);
      },
      onBytes: (stream, bytes, start, end) => {
        this.#last.set(
          stream.id,
          Buffer.concat([this.#last.get(stream.id) ?? Buffer.alloc(0), bytes.subarray(start, end)]),
        );
      },
      onMessageFault: (stream: Http2Stream, fault: MessageFault, size: number) => {
        this.events.push(`${stream.id} ${fault} ${size}`);
        stream.end(ANSWER_TRAILERS);
      },
      onRequestEnd: (stream, trailers) => {
        this.events.push(`${stream.id} end${trailers === null ? "" : " with trailers"}`);
        if (this.answersAtOnce && stream.isOpen) {
          const content = this.#last.get(stream.id) ?? Buffer.alloc(0);
          stream.respond(ANSWER_HEAD, [content], ANSWER_TRAILERS, 0, null);
        }
      },
      onCancelled: (stream, code) => {
        this.events.push(`${stream.id} cancelled ${code}`);
      },
      onDrain: (stream) => {
        this.onDrain(stream);
      },
    };
  }
}
