/** Tests that frames are read alike however the bytes are cut, and that any bytes are read to an end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import type { Http2ErrorCode } from "./error-code.ts";
import { CLIENT_PREFACE, type FrameHead, FrameType } from "./frame-format.ts";
import { type FrameConsumer, FrameReader, PayloadMode } from "./frame-reader.ts";
import { frame, paddedData } from "./testing/frames.ts";

/** Writes down what it is told; the pieces of data put together. */
class Recorder implements FrameConsumer {
  isInputOver = false;
  readonly events: string[] = [];
  #data = "";

  frameBegins(head: FrameHead): PayloadMode {
    this.events.push(`begins ${head.type} ${head.flags} ${head.streamId} ${head.length}`);
    if (head.type === FrameType.Data) {
      return PayloadMode.Pieces;
    }
    return head.type > FrameType.Continuation || head.length > 100_000
      ? PayloadMode.Skipped
      : PayloadMode.Whole;
  }

  frameComes(head: FrameHead, bytes: Buffer, start: number, end: number): void {
    this.events.push(`comes ${head.type} ${bytes.toString("hex", start, end)}`);
  }

  dataComes(bytes: Buffer, start: number, end: number): void {
    this.#data += bytes.toString("hex", start, end);
  }

  dataEnds(): void {
    this.events.push(`data ${this.#data}`);
    this.#data = "";
  }

  fail(code: Http2ErrorCode, reason: string): void {
    this.isInputOver = true;
    this.events.push(`fails ${code} ${reason}`);
  }
}

/** Reads in the given pieces; where more data of a frame is expected than `directSizeMin`, past the reader. */
function read(input: Buffer, cuts: readonly number[], directSizeMin: number): string[] {
  const recorder = new Recorder();
  const reader = new FrameReader(recorder);
  const places = cuts.map((cut) => Math.floor(cut * input.byteLength)).sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, input.byteLength]) {
    while (start < end && !recorder.isInputOver) {
      const direct = Math.min(reader.directSize, end - start);
      if (direct > directSizeMin) {
        recorder.dataComes(input, start, start + direct);
        reader.readDirectly(direct);
        start += direct;
        continue;
      }
      // The memory is used again after the call.
      const piece = Buffer.from(input.subarray(start, end));
      reader.read(piece, piece.byteLength);
      piece.fill(0x21);
      start = end;
    }
  }
  return recorder.events;
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const streamId = fc.integer({ min: 0, max: 0x7fffffff });
const frames = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 0, max: 255 }),
          streamId,
          bytes(50),
        )
        .map(([type, flags, id, payload]) => frame(type, flags, id, payload)),
      fc
        .tuple(streamId, bytes(300), fc.integer({ min: 0, max: 255 }), fc.boolean())
        .map(([id, payload, padding, ends]) => paddedData(id, payload, padding, ends)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat([CLIENT_PREFACE, ...parts]));

test("frames are read alike however they are cut", () => {
  const property = fc.property(
    frames,
    cuts,
    fc.constantFrom(0, 10, 1e9),
    (input, places, direct) => {
      assert.deepEqual(read(input, places, direct), read(input, [], 1e9));
    },
  );
  fc.assert(property, fuzzOptions());
});

test("any bytes after the preface are read alike however they are cut", () => {
  const property = fc.property(bytes(200), cuts, (rest, places) => {
    const input = Buffer.concat([CLIENT_PREFACE, rest]);
    assert.deepEqual(read(input, places, 0), read(input, [], 1e9));
  });
  fc.assert(property, fuzzOptions());
});

test("whatever is not the preface fails at its first wrong byte", () => {
  const property = fc.property(bytes(60), cuts, (rest, places) => {
    const input = Buffer.from(rest);
    const size = Math.min(input.byteLength, CLIENT_PREFACE.byteLength);
    const isPreface = input.compare(CLIENT_PREFACE, 0, size, 0, size) === 0;
    const events = read(input, places, 1e9);
    assert.equal(events.length > 0, !isPreface);
  });
  fc.assert(property, fuzzOptions());
});
