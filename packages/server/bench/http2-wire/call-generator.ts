/**
 * A closed-loop generator of unary calls over HTTP/2: on each connection so many streams are kept open, and a new one
 * takes the place of each that has been answered. Fields are indexed from the second call on, as gRPC clients do it.
 *
 *   node --conditions=@nereid/source call-generator.ts --port 8001 --connections 16 --streams 1 --size 150 --seconds 2
 *
 * The message is `--size` bytes, or those of `--message-file`. Prints one line of JSON: `{"count","errors"}`. An error is a
 * stream that was reset, a connection that was ended, or a call that ended without a message.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import {
  CLIENT_PREFACE,
  FRAME_HEAD_SIZE,
  FRAME_SIZE_DEFAULT,
  FrameFlag,
  FrameType,
  readUint32,
  WINDOW_SIZE_DEFAULT,
  WINDOW_SIZE_MAX,
  writeFrameHead,
  writeUint32,
} from "../../src/frontends/grpc/http2/frame-format.ts";

/** What a gRPC client of the usual kind sends; all but the first three are not in the static table with their value. */
const FIELDS: readonly (readonly [name: string, value: string])[] = [
  [":path", "/inference.GRPCInferenceService/ModelInfer"],
  [":authority", "127.0.0.1:8001"],
  ["te", "trailers"],
  ["content-type", "application/grpc"],
  ["user-agent", "grpc-python/1.70.0 grpc-c/45.0.0 (linux; chttp2)"],
  ["grpc-accept-encoding", "identity, deflate, gzip"],
];
const INDEXED_POST = 0x83;
const INDEXED_HTTP = 0x86;
const INDEXED = 0x80;
const LITERAL_WITH_INDEXING = 0x40;
const DYNAMIC_INDEX_MIN = 62;
const PREFIX_SIZE = 5;

const FIRST_BLOCK = Buffer.concat([
  Buffer.of(INDEXED_POST, INDEXED_HTTP),
  ...FIELDS.map(([name, value]) =>
    Buffer.concat([
      Buffer.of(LITERAL_WITH_INDEXING, name.length),
      Buffer.from(name),
      Buffer.of(value.length),
      Buffer.from(value),
    ]),
  ),
]);
const LATER_BLOCK = Buffer.of(
  INDEXED_POST,
  INDEXED_HTTP,
  ...FIELDS.map((_, index) => INDEXED | (DYNAMIC_INDEX_MIN + FIELDS.length - 1 - index)),
);

interface Tally {
  count: number;
  errors: number;
  /** Frames of data; small answers have one each. */
  answers: number;
}

function frame(type: number, flags: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD_SIZE + payload.byteLength);
  writeFrameHead(bytes, 0, payload.byteLength, type, flags, 0);
  bytes.set(payload, FRAME_HEAD_SIZE);
  return bytes;
}

function greeting(): Buffer {
  const setting = Buffer.alloc(6);
  setting.writeUInt16BE(4, 0);
  setting.writeUInt32BE(WINDOW_SIZE_MAX, 2);
  const increment = Buffer.alloc(4);
  increment.writeUInt32BE(WINDOW_SIZE_MAX - WINDOW_SIZE_DEFAULT);
  return Buffer.concat([
    CLIENT_PREFACE,
    frame(FrameType.Settings, 0, setting),
    frame(FrameType.WindowUpdate, 0, increment),
  ]);
}

/** The frames of one call; the stream's number goes where `idOffsets` say. */
class CallTemplate {
  readonly bytes: Buffer;
  readonly #idOffsets: number[] = [];

  constructor(block: Buffer, body: Uint8Array) {
    const message = Buffer.alloc(PREFIX_SIZE + body.byteLength);
    message.writeUInt32BE(body.byteLength, 1);
    message.set(body, PREFIX_SIZE);
    const frames = [frame(FrameType.Headers, FrameFlag.EndHeaders, block)];
    for (let start = 0; start < message.byteLength; start += FRAME_SIZE_DEFAULT) {
      const piece = message.subarray(start, start + FRAME_SIZE_DEFAULT);
      const isLast = start + FRAME_SIZE_DEFAULT >= message.byteLength;
      frames.push(frame(FrameType.Data, isLast ? FrameFlag.EndStream : 0, piece));
    }
    let offset = 0;
    for (const each of frames) {
      this.#idOffsets.push(offset + 5);
      offset += each.byteLength;
    }
    this.bytes = Buffer.concat(frames);
  }

  write(out: Buffer, position: number, streamId: number): number {
    out.set(this.bytes, position);
    for (const offset of this.#idOffsets) {
      writeUint32(out, position + offset, streamId);
    }
    return position + this.bytes.byteLength;
  }
}

/** One connection, which is kept busy until the run ends. */
class CallConnection {
  readonly done: Promise<void>;
  readonly #socket: Socket;
  readonly #tally: Tally;
  readonly #later: CallTemplate;
  readonly #endMs: number;
  #streamId = 1;
  #openCount = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(port: number, streamCount: number, body: Uint8Array, endMs: number, tally: Tally) {
    this.#tally = tally;
    this.#endMs = endMs;
    this.#later = new CallTemplate(LATER_BLOCK, body);
    const first = new CallTemplate(FIRST_BLOCK, body);
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      const call = Buffer.alloc(first.bytes.byteLength);
      first.write(call, 0, this.#takeId());
      this.#socket.write(Buffer.concat([greeting(), call]));
      this.#send(streamCount - 1);
    });
    this.done = new Promise((resolve) => {
      this.#socket.on("close", () => resolve());
    });
    this.#socket.on("error", () => {
      tally.errors++;
    });
    this.#socket.on("data", (bytes: Buffer) => this.#receive(bytes));
  }

  #takeId(): number {
    const id = this.#streamId;
    this.#streamId += 2;
    this.#openCount++;
    return id;
  }

  #send(count: number): void {
    const size = this.#later.bytes.byteLength;
    const out = Buffer.allocUnsafe(count * size);
    for (let index = 0; index < count; index++) {
      this.#later.write(out, index * size, this.#takeId());
    }
    this.#socket.write(out);
  }

  #receive(bytes: Buffer): void {
    const input = this.#rest.byteLength === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let position = 0;
    let endedCount = 0;
    while (input.byteLength - position >= FRAME_HEAD_SIZE) {
      const size = FRAME_HEAD_SIZE + (readUint32(input, position) >>> 8);
      if (position + size > input.byteLength) {
        break;
      }
      endedCount += this.#takeFrame(input[position + 3] ?? 0, input[position + 4] ?? 0);
      position += size;
    }
    this.#rest = input.subarray(position);
    this.#openCount -= endedCount;
    this.#tally.count += endedCount;
    if (performance.now() < this.#endMs) {
      if (endedCount > 0) {
        this.#send(endedCount);
      }
    } else if (this.#openCount === 0) {
      this.#socket.destroy();
    }
  }

  /** Returns how many streams the frame ends. */
  #takeFrame(type: number, flags: number): number {
    if (type === FrameType.Settings && (flags & FrameFlag.Ack) === 0) {
      this.#socket.write(frame(FrameType.Settings, FrameFlag.Ack, Buffer.alloc(0)));
    } else if (type === FrameType.RstStream || type === FrameType.GoAway) {
      this.#tally.errors++;
    }
    if (type === FrameType.Data) {
      this.#tally.answers++;
    }
    const mayEnd = type === FrameType.Headers || type === FrameType.Data;
    return mayEnd && (flags & FrameFlag.EndStream) !== 0 ? 1 : 0;
  }
}

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    connections: { type: "string", default: "16" },
    streams: { type: "string", default: "1" },
    size: { type: "string", default: "150" },
    "message-file": { type: "string" },
    seconds: { type: "string", default: "2" },
  },
});
const messageFile = values["message-file"];
const body =
  messageFile === undefined ? Buffer.alloc(Number(values.size), 0x61) : readFileSync(messageFile);
const tally: Tally = { count: 0, errors: 0, answers: 0 };
const endMs = performance.now() + Number(values.seconds) * 1000;
const connections = Array.from(
  { length: Number(values.connections) },
  () => new CallConnection(Number(values.port), Number(values.streams), body, endMs, tally),
);
await Promise.all(connections.map(({ done }) => done));
const errors = tally.errors + Math.max(0, tally.count - tally.answers);
process.stdout.write(`${JSON.stringify({ count: tally.count, errors })}\n`);
