import assert from "node:assert/strict";
import { test } from "node:test";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameType, readUint32, SettingId } from "./frame-format.ts";
import { encodeHeaderBlock } from "./header-block.ts";
import type { HeldMessage } from "./http2-stream.ts";
import { ANSWER_HEAD, ANSWER_TRAILERS, ConnectionHarness } from "./testing/connection-harness.ts";
import { data, message, request, settings, windowUpdate } from "./testing/frames.ts";

/** A connection with one request that has not been answered. */
function withStream(...limits: ConstructorParameters<typeof ConnectionHarness>): ConnectionHarness {
  const harness = new ConnectionHarness(...limits).greet();
  harness.answersAtOnce = false;
  harness.receive(request(1));
  return harness;
}

test("a stream of messages leaves in the order in which it was written", () => {
  const harness = withStream();
  const [stream] = harness.streams;
  stream?.start(ANSWER_HEAD);
  stream?.write([Buffer.from("a"), Buffer.from("b")], 0, null);
  stream?.write([], 1, null);
  stream?.end(ANSWER_TRAILERS);
  const frames = harness.frames();
  assert.deepEqual(
    frames.map(({ type }) => type),
    [FrameType.Headers, FrameType.Data, FrameType.Data, FrameType.Headers, FrameType.RstStream],
  );
  assert.deepEqual(frames[1]?.payload, message("ab"));
  assert.deepEqual(frames[2]?.payload, message("", 1));
  assert.equal(stream?.isOpen, false);
});

test("what is written in one turn of the event loop leaves in one write", async () => {
  const harness = withStream();
  await Promise.resolve();
  const writes = harness.socket.writeCount;
  harness.streams[0]?.start(ANSWER_HEAD);
  for (let count = 0; count < 10; count++) {
    harness.streams[0]?.write([Buffer.alloc(100)], 0, null);
  }
  assert.equal(harness.socket.writeCount, writes);
  await Promise.resolve();
  assert.equal(harness.socket.writeCount, writes + 1);
});

test("an answer is given once", () => {
  const harness = withStream();
  const [stream] = harness.streams;
  assert.throws(() => stream?.write([], 0, null), /between start and end/);
  stream?.start(ANSWER_HEAD);
  assert.throws(() => stream?.start(ANSWER_HEAD), /answered once/);
  assert.throws(() => stream?.respond(ANSWER_HEAD, [], ANSWER_TRAILERS, 0, null), /once/);
  stream?.end(ANSWER_TRAILERS);
  assert.throws(() => stream?.end(ANSWER_TRAILERS), /once/);
});

test("a reset from above drops what waits, and has its code", () => {
  const harness = new ConnectionHarness().greet(settings([SettingId.InitialWindowSize, 10]));
  harness.answersAtOnce = false;
  harness.receive(request(1));
  const [stream] = harness.streams;
  const delivered: boolean[] = [];
  stream?.start(ANSWER_HEAD);
  stream?.write([Buffer.alloc(100)], 0, {
    onWritten: (isDelivered) => delivered.push(isDelivered),
  });
  harness.frames();
  stream?.reset(Http2ErrorCode.Cancel);
  stream?.reset(Http2ErrorCode.InternalError);
  harness.receive(windowUpdate(1, 1000));
  const frames = harness.frames();
  assert.deepEqual(
    frames.map(({ type, payload }) => [type, readUint32(payload, 0)]),
    [[FrameType.RstStream, Http2ErrorCode.Cancel]],
  );
  assert.deepEqual(delivered, [false]);
  assert.equal(stream?.write([], 0, null), true);
  assert.ok(!harness.events.some((event) => event.includes("cancelled")));
  assert.equal(harness.context.streamCount, 0);
});

test("who writes more than the backlog is told so, and when there is room again", async () => {
  const harness = withStream({ streamBacklogSizeMax: 1000 });
  const [stream] = harness.streams;
  let drainCount = 0;
  harness.onDrain = () => {
    drainCount++;
  };
  stream?.start(ANSWER_HEAD);
  assert.equal(stream?.write([Buffer.alloc(500)], 0, null), true);
  assert.equal(stream?.write([Buffer.alloc(600)], 0, null), false);
  assert.equal(stream?.unsentSize, 1110);
  harness.frames();
  assert.equal(stream?.unsentSize, 0);
  assert.equal(drainCount, 1);
  harness.socket.isStuck = true;
  assert.equal(stream?.write([Buffer.alloc(2000)], 0, null), false);
  harness.frames();
  assert.equal(drainCount, 1);
  harness.socket.isStuck = false;
  harness.socket.takeWaiting();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(drainCount, 2);
});

test("a stream that waits for its window drains when the client enlarges it", () => {
  const harness = new ConnectionHarness({ streamBacklogSizeMax: 100 });
  harness.greet(settings([SettingId.InitialWindowSize, 50]));
  harness.answersAtOnce = false;
  harness.receive(request(1));
  const [stream] = harness.streams;
  let drainCount = 0;
  harness.onDrain = () => {
    drainCount++;
  };
  stream?.start(ANSWER_HEAD);
  assert.equal(stream?.write([Buffer.alloc(195)], 0, null), false);
  harness.frames();
  assert.equal(stream?.unsentSize, 150);
  harness.receive(windowUpdate(1, 40));
  assert.equal(stream?.unsentSize, 110);
  assert.equal(drainCount, 0);
  harness.receive(windowUpdate(1, 40));
  assert.equal(stream?.unsentSize, 70);
  assert.equal(drainCount, 1);
});

test("heads larger than a frame go out in several", () => {
  const harness = withStream();
  const head = encodeHeaderBlock([
    [":status", "200"],
    ["grpc-message", "x".repeat(100_000)],
  ]);
  harness.streams[0]?.end(head);
  const frames = harness.frames().slice(0, -1);
  assert.deepEqual(
    frames.map(({ type, flags }) => [type, flags]),
    [
      [1, 1],
      [9, 0],
      [9, 0],
      [9, 0],
      [9, 0],
      [9, 0],
      [9, 4],
    ],
  );
  assert.deepEqual(Buffer.concat(frames.map(({ payload }) => payload)), Buffer.from(head));
});

test("the client's window is given back in halves, and only while more is wanted", () => {
  const harness = withStream({ streamWindowSize: 1000 });
  const updates = (): number[] =>
    harness
      .frames()
      .filter(({ type }) => type === FrameType.WindowUpdate)
      .map(({ payload }) => readUint32(payload, 0));
  harness.receive(data(1, message(Buffer.alloc(395))));
  assert.deepEqual(updates(), []);
  harness.receive(data(1, message(Buffer.alloc(195))));
  assert.deepEqual(updates(), [600]);
  harness.streams[0]?.setReceiving(false);
  harness.receive(data(1, message(Buffer.alloc(595))));
  assert.deepEqual(updates(), []);
  harness.streams[0]?.setReceiving(true);
  assert.deepEqual(updates(), [600]);
  // The rest of a message that has begun may always come.
  harness.streams[0]?.setReceiving(false);
  harness.receive(data(1, message(Buffer.alloc(1500)).subarray(0, 600)));
  // 905 bytes are missing, and 400 of the window are left.
  assert.deepEqual(updates(), [505]);
});

test("while no more is wanted, messages one right after the other come to an end", () => {
  const harness = withStream({ streamWindowSize: 1000 });
  harness.streams[0]?.setReceiving(false);
  const bytes = Buffer.concat(Array.from({ length: 20 }, () => message(Buffer.alloc(395))));
  let window = 1000;
  let sent = 0;
  while (window > 0 && sent < bytes.length) {
    const size = Math.min(window, 150, bytes.length - sent);
    harness.receive(data(1, bytes.subarray(sent, sent + size)));
    sent += size;
    window -= size;
    for (const { type, payload } of harness.frames()) {
      window += type === FrameType.WindowUpdate ? readUint32(payload, 0) : 0;
    }
  }
  // The window, and the rest of the third message.
  assert.equal(sent, 1200);
});

test("a message is held where it is, or copied with the offset that was asked for on a boundary", () => {
  const given: Uint8Array[] = [];
  const pool = {
    take: (size: number) => new Uint8Array(size),
    give: (buffer: Uint8Array) => {
      given.push(buffer);
    },
  };
  const harness = withStream({}, {}, pool);
  const held: HeldMessage[] = [];
  harness.onMessage = (_stream, each) => {
    held.push(each.hold(20));
    assert.throws(() => each.hold(20), /once/);
  };
  const small = Buffer.from("a small message, which is copied");
  const large = Buffer.alloc(10_000, "x");
  harness.receive(data(1, message(small)), data(1, message(large)));
  assert.deepEqual(harness.errors, []);
  assert.deepEqual(Buffer.from(held[0]?.bytes ?? []), small);
  assert.equal(((held[0]?.bytes.byteOffset ?? 0) + 20) % 64, 0);
  assert.deepEqual(Buffer.from(held[1]?.bytes ?? []), large);
  assert.equal(given.length, 0);
  for (const each of held) {
    each.release();
    each.release();
  }
  assert.equal(given.length, 1);
  harness.onMessage = () => {};
  harness.receive(data(1, message(large)));
  assert.equal(given.length, 2, "what is not held goes back at once");
});

test("fields are found by name, and visited in order", () => {
  const harness = new ConnectionHarness().greet();
  harness.receive(
    request(1, true, [
      ["a", "1"],
      ["b", "2"],
      ["a", "3"],
      ["host", "h"],
    ]),
  );
  const head = harness.streams[0]?.head;
  assert.equal(head?.header("a"), "1");
  assert.equal(head?.header("c"), undefined);
  assert.equal(head?.authority, "test");
  const visited: string[] = [];
  head?.forEachHeader((name, value) => visited.push(`${name}=${value}`));
  assert.deepEqual(visited, ["a=1", "b=2", "a=3", "host=h"]);
});
