/**
 * Tests flow control both ways: nothing is sent beyond the client's windows, every byte arrives once and in order, every
 * receipt comes once; and what a client sends in any pieces is handed on as the messages that it was.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import {
  FrameFlag,
  FrameType,
  readUint32,
  SettingId,
  WINDOW_SIZE_DEFAULT,
} from "./frame-format.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { ANSWER_HEAD, ANSWER_TRAILERS, ConnectionHarness } from "./testing/connection-harness.ts";
import {
  data,
  type Frame,
  message,
  paddedData,
  request,
  reset,
  settings,
  windowUpdate,
} from "./testing/frames.ts";

/** One stream as a client that counts sees it. */
class CountedStream {
  window: number;
  received: Buffer = Buffer.alloc(0);
  expected: Buffer = Buffer.alloc(0);
  isEnded = false;
  isReset = false;

  constructor(window: number) {
    this.window = window;
  }
}

/** A client that gives windows, and checks every frame against them. */
class CountingClient {
  readonly harness = new ConnectionHarness({ starvedFrameBurstMax: 1e9 });
  readonly streams: CountedStream[] = [];
  readonly receiptCounts: number[] = [];
  window: number = WINDOW_SIZE_DEFAULT;
  initialWindow: number;
  readonly frameSizeMax: number;

  constructor(initialWindow: number, frameSizeMax: number) {
    this.initialWindow = initialWindow;
    this.frameSizeMax = frameSizeMax;
    this.harness.answersAtOnce = false;
    this.harness.greet(
      settings(
        [SettingId.InitialWindowSize, initialWindow],
        [SettingId.MaxFrameSize, frameSizeMax],
      ),
    );
  }

  open(): void {
    this.harness.receive(request(2 * this.streams.length + 1, true));
    this.streams.push(new CountedStream(this.initialWindow));
  }

  serverStream(index: number): Http2Stream | undefined {
    return this.harness.streams[index];
  }

  setInitialWindow(size: number): void {
    for (const stream of this.streams) {
      stream.window += size - this.initialWindow;
    }
    this.initialWindow = size;
    this.harness.receive(settings([SettingId.InitialWindowSize, size]));
  }

  enlarge(index: number, increment: number): void {
    const stream = this.streams[index];
    if (stream === undefined) {
      this.window += increment;
      this.harness.receive(windowUpdate(0, increment));
    } else if (!stream.isEnded && !stream.isReset) {
      stream.window += increment;
      this.harness.receive(windowUpdate(2 * index + 1, increment));
    }
  }

  receipt(): { onWritten: () => void } {
    const index = this.receiptCounts.push(0) - 1;
    return {
      onWritten: () => {
        this.receiptCounts[index] = (this.receiptCounts[index] ?? 0) + 1;
      },
    };
  }

  take(): void {
    for (const frame of this.harness.frames()) {
      this.#takeFrame(frame);
    }
  }

  #takeFrame({ type, flags, streamId, payload }: Frame): void {
    const stream = this.streams[(streamId - 1) / 2];
    if (type === FrameType.Data) {
      assert.ok(stream !== undefined && !stream.isEnded, "data before the end of a stream");
      assert.ok(payload.byteLength <= this.frameSizeMax, "a frame of the size that is allowed");
      this.window -= payload.byteLength;
      assert.ok(this.window >= 0, "the connection's window is kept");
      if (!stream.isReset) {
        // Otherwise it was under way.
        stream.window -= payload.byteLength;
        assert.ok(payload.byteLength === 0 || stream.window >= 0, "the stream's window is kept");
        stream.received = Buffer.concat([stream.received, payload]);
      }
    } else if (type === FrameType.Headers && (flags & FrameFlag.EndStream) !== 0) {
      assert.ok(stream !== undefined && !stream.isEnded);
      stream.isEnded = true;
      if (!stream.isReset) {
        assert.ok(stream.received.equals(stream.expected), "every byte before the end");
      }
    } else if (type === FrameType.GoAway) {
      assert.fail(`GOAWAY ${readUint32(payload, 4)}`);
    }
  }
}

const index = fc.nat(3);
const size = fc.oneof(fc.nat(20), fc.nat(3000), fc.nat(60_000));
const step = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    index,
    sizes: fc.array(size, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("respond" as const),
    index,
    sizes: fc.array(size, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("end" as const), index }),
  fc.record({ kind: fc.constant("reset" as const), index, isOurs: fc.boolean() }),
  fc.record({
    kind: fc.constant("window" as const),
    index: fc.nat(4),
    increment: fc.integer({ min: 1, max: 40_000 }),
  }),
  fc.record({ kind: fc.constant("initial" as const), size: fc.nat(70_000) }),
  fc.record({ kind: fc.constant("stick" as const), isStuck: fc.boolean() }),
);

test("answers keep to the windows, and arrive whole, whatever the client does with them", async () => {
  let fill = 0;
  const property = fc.asyncProperty(
    fc.nat(70_000),
    fc.integer({ min: 16384, max: 100_000 }),
    fc.array(step, { maxLength: 40 }),
    async (initialWindow, frameSizeMax, steps) => {
      const client = new CountingClient(initialWindow, frameSizeMax);
      const { harness } = client;
      for (let count = 0; count < 4; count++) {
        client.open();
      }
      const started = new Set<number>();
      const ended = new Set<number>();
      const parts = (index: number, sizes: readonly number[]): Buffer[] => {
        const pieces = sizes.map((each) => Buffer.alloc(each, ++fill % 251));
        const counted = client.streams[index] as CountedStream;
        counted.expected = Buffer.concat([counted.expected, message(Buffer.concat(pieces), 1)]);
        return pieces;
      };
      for (const each of steps) {
        const stream = "index" in each ? client.serverStream(each.index) : undefined;
        switch (each.kind) {
          case "write":
            if (stream !== undefined && !ended.has(each.index)) {
              if (!started.has(each.index)) {
                stream.start(ANSWER_HEAD);
                started.add(each.index);
              }
              stream.write(parts(each.index, each.sizes), 1, client.receipt());
            }
            break;
          case "respond":
            if (stream !== undefined && !ended.has(each.index) && !started.has(each.index)) {
              ended.add(each.index);
              const pieces = parts(each.index, each.sizes);
              stream.respond(ANSWER_HEAD, pieces, ANSWER_TRAILERS, 1, client.receipt());
            }
            break;
          case "end":
            if (stream !== undefined && !ended.has(each.index)) {
              ended.add(each.index);
              stream.end(ANSWER_TRAILERS);
            }
            break;
          case "reset": {
            const counted = client.streams[each.index] as CountedStream;
            client.take();
            if (!counted.isEnded) {
              ended.add(each.index);
              counted.isReset = true;
              if (each.isOurs) {
                stream?.reset(8);
              } else {
                harness.receive(reset(2 * each.index + 1, 8));
              }
            }
            break;
          }
          case "window":
            client.enlarge(each.index, each.increment);
            break;
          case "initial":
            client.setInitialWindow(each.size);
            break;
          case "stick":
            harness.socket.isStuck = each.isStuck;
            break;
        }
        if (!harness.socket.isStuck) {
          harness.socket.takeWaiting();
        }
        client.take();
      }
      // In the end the client takes everything.
      harness.socket.isStuck = false;
      for (let round = 0; round < 10; round++) {
        harness.socket.takeWaiting();
        client.enlarge(4, 1_000_000);
        for (let count = 0; count < 4; count++) {
          client.enlarge(count, 1_000_000);
        }
        await new Promise((resolve) => setImmediate(resolve));
        client.take();
      }
      for (const [place, stream] of client.streams.entries()) {
        if (!stream.isReset) {
          assert.ok(stream.received.equals(stream.expected), "every byte in the end");
          assert.equal(stream.isEnded, ended.has(place));
        }
      }
      assert.equal(harness.connection.sender.waitingSize, 0);
      assert.deepEqual(
        client.receiptCounts,
        client.receiptCounts.map(() => 1),
        "each receipt once",
      );
      assert.equal(harness.context.streamCount, 4 - ended.size);
      assert.deepEqual(harness.errors, []);
    },
  );
  await fc.assert(property, fuzzOptions());
});

const contents = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.nat(40_000).map((each) => new Uint8Array(each).fill(each % 251)),
  ),
  { maxLength: 5 },
);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => Math.floor(place * bytes.byteLength)).sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const end of [...ends, bytes.byteLength]) {
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

test("messages are handed on as they were sent, whatever frames and reads they come in", () => {
  const property = fc.property(
    contents,
    cuts,
    cuts,
    fc.integer({ min: -1, max: 255 }),
    fc.boolean(),
    fc.boolean(),
    (list, frameCuts, readCuts, padding, endsApart, holds) => {
      const harness = new ConnectionHarness().greet();
      const received: Buffer[] = [];
      const held: { bytes: Uint8Array; release(): void }[] = [];
      harness.answersAtOnce = false;
      harness.onMessage = (_stream, each) => {
        received.push(Buffer.from(each.bytes.subarray(each.start, each.end)));
        if (holds) {
          held.push(each.hold(each.end > each.start ? 1 : 0));
        }
      };
      const pieces = cut(Buffer.concat(list.map((each) => message(each))), frameCuts);
      const frames = pieces.map((piece, place) => {
        const isLast = place === pieces.length - 1 && !endsApart;
        return padding < 0 ? data(1, piece, isLast) : paddedData(1, piece, padding, isLast);
      });
      const end = endsApart ? [data(1, Buffer.alloc(0), true)] : [];
      for (const piece of cut(Buffer.concat([request(1), ...frames, ...end]), readCuts)) {
        harness.receive(piece);
      }
      assert.deepEqual(
        received,
        list.map((each) => Buffer.from(each)),
      );
      if (holds) {
        assert.deepEqual(
          held.map(({ bytes }) => Buffer.from(bytes)),
          received,
        );
      }
      assert.equal(harness.events.at(-1), "1 end");
      const lasts = harness.events.filter((event) => event.endsWith(" last"));
      assert.ok(lasts.length <= 1);
      assert.deepEqual(harness.errors, []);
    },
  );
  fc.assert(property, fuzzOptions());
});
