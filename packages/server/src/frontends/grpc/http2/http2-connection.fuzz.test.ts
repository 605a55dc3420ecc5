/** Tests that no bytes whatever make the connection throw, leak, or say what is not well-formed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import { CLIENT_PREFACE, FrameFlag, FrameType, SettingId } from "./frame-format.ts";
import { encodeHeaderBlock, type HeaderField } from "./header-block.ts";
import { HpackDecoder } from "./hpack/hpack-decoder.ts";
import { ANSWER_HEAD, ConnectionHarness } from "./testing/connection-harness.ts";
import {
  data,
  type Frame,
  frame,
  message,
  paddedData,
  REQUEST_FIELDS,
  request,
  reset,
  settings,
  uint32,
  windowUpdate,
} from "./testing/frames.ts";

/** Knows what is out. */
class CountingPool implements BufferPool {
  readonly out = new Set<Uint8Array>();

  take(size: number): Uint8Array {
    const buffer = new Uint8Array(size);
    this.out.add(buffer);
    return buffer;
  }

  give(buffer: Uint8Array): void {
    assert.ok(this.out.delete(buffer), "a buffer is given back once");
  }
}

/** What a client may rightly be told, in the order in which it is told. */
function checkFrames(frames: readonly Frame[]): void {
  const decoder = new HpackDecoder({ headerListSizeMax: 1e6, headerCountMax: 1e6 });
  const begun = new Set<number>();
  const ended = new Set<number>();
  let isOver = false;
  for (const { type, flags, streamId, payload } of frames) {
    assert.ok(!isOver, "GOAWAY is the last frame");
    switch (type) {
      case FrameType.Headers:
        assert.ok(!ended.has(streamId), "no head after the end");
        assert.ok(flags === 4 || flags === 5);
        assert.notEqual(decoder.decode(payload, 0, payload.byteLength), null);
        begun.add(streamId);
        break;
      case FrameType.Data:
        assert.ok(begun.has(streamId) && !ended.has(streamId), "data between head and end");
        break;
      case FrameType.RstStream:
        assert.equal(payload.byteLength, 4);
        ended.add(streamId);
        break;
      case FrameType.Settings:
        assert.ok(flags === 1 ? payload.byteLength === 0 : payload.byteLength % 6 === 0);
        break;
      case FrameType.Ping:
        assert.equal(payload.byteLength, 8);
        break;
      case FrameType.GoAway:
        isOver = true;
        break;
      default:
        assert.equal(type, FrameType.WindowUpdate);
    }
    if ((type === FrameType.Headers || type === FrameType.Data) && (flags & 1) !== 0) {
      ended.add(streamId);
    }
  }
}

const RUNS_AT_ONCE = 100;
let runCount = 0;

/** Reads the pieces; then breaks the connection off, and looks at what is left. */
async function check(pieces: readonly Buffer[], kind: number): Promise<void> {
  if (++runCount % RUNS_AT_ONCE === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const pool = new CountingPool();
  const harness = new ConnectionHarness({}, {}, pool);
  harness.framing = kind % 3 === 0 ? "none" : "messages";
  harness.answersAtOnce = kind % 2 === 0;
  harness.messageSizeMax = 200_000;
  if (kind % 5 === 0) {
    harness.onMessage = (stream, each) => {
      if (!stream.isOpen) {
        return;
      }
      const held = each.hold(0);
      stream.start(ANSWER_HEAD);
      stream.write([held.bytes], 0, { onWritten: () => held.release() });
      stream.reset(0);
    };
  }
  for (const piece of pieces) {
    harness.receive(piece);
  }
  checkFrames(harness.frames());
  assert.deepEqual(harness.errors, []);
  harness.socket.destroy();
  harness.socket.emit("close");
  assert.ok(harness.isClosed);
  assert.equal(harness.context.streamCount, 0);
  assert.equal(harness.connection.sender.waitingSize, 0);
  assert.equal(pool.out.size, 0, "all memory is given back");
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => Math.floor(place * bytes.byteLength)).sort((a, b) => a - b);
  return [...ends, bytes.byteLength].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : ends[index - 1], end),
  );
}

const streamId = fc.oneof(fc.constantFrom(0, 1, 1, 3, 5, 7), fc.nat(20));
const number = fc.oneof(fc.nat(100), fc.constantFrom(0, 0x7fffffff, 0xffffffff, 65535), fc.nat());
const bytes = fc.uint8Array({ maxLength: 40 });
const extra = fc.constantFrom<HeaderField[]>(
  [],
  [["content-length", "10"]],
  [["te", "trailers"]],
  [["te", "x"]],
);
const block = fc.oneof(
  bytes,
  fc.constantFrom(
    encodeHeaderBlock(REQUEST_FIELDS),
    encodeHeaderBlock([["x", "y"]]),
    Uint8Array.from([...encodeHeaderBlock(REQUEST_FIELDS), 0x40, 1, 0x61, 1, 0x62]),
    Uint8Array.of(0xbe),
  ),
);
const flags = fc.oneof(fc.constantFrom(0, 1, 4, 5, 5, 5), fc.nat(255));
const frames = fc.oneof(
  fc.tuple(streamId, fc.boolean(), extra).map(([id, ends, more]) => request(id, ends, more)),
  fc
    .tuple(streamId, flags, block)
    .map(([id, bits, each]) => frame(FrameType.Headers, bits, id, each)),
  fc
    .tuple(streamId, flags, block)
    .map(([id, bits, each]) => frame(FrameType.Continuation, bits, id, each)),
  fc.tuple(streamId, bytes, fc.boolean()).map(([id, each, ends]) => data(id, message(each), ends)),
  fc.tuple(streamId, bytes, fc.boolean()).map(([id, each, ends]) => data(id, each, ends)),
  fc
    .tuple(streamId, fc.integer({ min: 8000, max: 70_000 }), fc.integer({ min: 1, max: 9 }))
    .map(([id, size, part]) =>
      data(id, message(Buffer.alloc(size)).subarray(0, (size * part) / 8)),
    ),
  fc
    .tuple(streamId, bytes, fc.nat(255), fc.boolean())
    .map(([id, each, padding, ends]) => paddedData(id, each, padding, ends)),
  fc.tuple(streamId, number).map(([id, value]) => windowUpdate(id, value)),
  fc.tuple(streamId, number).map(([id, value]) => reset(id, value)),
  fc.tuple(fc.nat(8), number).map(([id, value]) => settings([id, value])),
  fc.constant(settings([SettingId.InitialWindowSize, 3])),
  fc.tuple(flags).map(([bits]) => frame(FrameType.Ping, bits, 0, Buffer.alloc(8))),
  streamId.map((id) => frame(FrameType.Priority, 0, id, [...uint32(3), 1])),
  fc
    .tuple(fc.nat(12), flags, streamId, bytes)
    .map(([type, bits, id, each]) => frame(type, bits, id, each)),
);
const session = fc.array(frames, { maxLength: 25 });
const kind = fc.nat(30);

test("any frames, in any pieces", async () => {
  const property = fc.asyncProperty(session, cuts, kind, async (list, places, each) => {
    await check(cut(Buffer.concat([CLIENT_PREFACE, settings(), ...list]), places), each);
  });
  await fc.assert(property, fuzzOptions());
});

/** A session in which nothing is wrong. */
const goodSession: Buffer = Buffer.concat([
  CLIENT_PREFACE,
  settings([SettingId.InitialWindowSize, 100_000]),
  request(1),
  data(1, message("first"), true),
  request(3, false, [["content-length", "5"]]),
  windowUpdate(0, 1000),
  data(3, message("")),
  data(3, Buffer.alloc(0), true),
  frame(FrameType.Headers, 0, 5, encodeHeaderBlock(REQUEST_FIELDS).subarray(0, 5)),
  frame(
    FrameType.Continuation,
    FrameFlag.EndHeaders,
    5,
    encodeHeaderBlock(REQUEST_FIELDS).subarray(5),
  ),
  paddedData(5, message(Buffer.alloc(20_000, "x")).subarray(0, 9000), 7),
  frame(FrameType.Ping, 0, 0, Buffer.alloc(8)),
  data(5, message(Buffer.alloc(20_000, "x")).subarray(9000)),
  frame(FrameType.Headers, 5, 5, encodeHeaderBlock([["x", "y"]])),
  request(7),
  reset(7, 8),
]);

test("a good session with some bytes changed, left out or repeated", async () => {
  const damage = fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    how: fc.constantFrom("change", "remove", "insert", "repeat"),
    byte: fc.oneof(fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x80, 0xff), fc.nat(255)),
  });
  const damages = fc.array(damage, { maxLength: 4 });
  const property = fc.asyncProperty(damages, cuts, kind, async (list, places, each) => {
    let input = goodSession;
    for (const { place, how, byte } of list) {
      const position = CLIENT_PREFACE.byteLength + Math.floor(place * (input.byteLength - 24));
      const before = input.subarray(0, position);
      const after = input.subarray(how === "insert" || how === "repeat" ? position : position + 1);
      const middle = how === "repeat" ? input.subarray(position, position + 40) : Buffer.of(byte);
      input = Buffer.concat(how === "remove" ? [before, after] : [before, middle, after]);
    }
    await check(cut(input, places), each);
  });
  await fc.assert(property, fuzzOptions());
});

test("the good session is answered alike however it is cut", async () => {
  const answer = (pieces: readonly Buffer[]): string[] => {
    const harness = new ConnectionHarness();
    for (const piece of pieces) {
      harness.receive(piece);
    }
    return harness.events;
  };
  const whole = answer([goodSession]);
  assert.equal(whole.filter((event) => / end/.test(event)).length, 3);
  const property = fc.asyncProperty(cuts, kind, async (places, each) => {
    await check(cut(goodSession, places), each);
    assert.deepEqual(answer(cut(goodSession, places)), whole);
  });
  await fc.assert(property, fuzzOptions());
});
