/** Tests that each known attack by HTTP/2 ends with the connection, and costs a bounded amount of memory until then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameFlag, FrameType, SettingId } from "./frame-format.ts";
import { encodeHeaderBlock } from "./header-block.ts";
import { http2LimitsDefault } from "./http2-limits.ts";
import { ANSWER_HEAD, ANSWER_TRAILERS, ConnectionHarness } from "./testing/connection-harness.ts";
import {
  data,
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

const END_HEADERS = FrameFlag.EndHeaders;
const usual = encodeHeaderBlock(REQUEST_FIELDS);

/** Sends frames until the connection ends; returns how many it took, and the reason that was given. */
function flood(
  harness: ConnectionHarness,
  countMax: number,
  next: (index: number) => Buffer,
): { count: number; code: number | undefined } {
  let count = 0;
  while (count < countMax && !harness.connection.isInputOver) {
    harness.receive(next(count++));
  }
  if (harness.connection.isInputOver) {
    assert.equal(harness.context.streamCount, 0);
  }
  return { count, code: harness.goAway()?.code };
}

const CALM = Http2ErrorCode.EnhanceYourCalm;

test("rapid reset: streams that are opened and reset at once (CVE-2023-44487)", () => {
  const harness = new ConnectionHarness().greet();
  harness.answersAtOnce = false;
  const { count, code } = flood(harness, 5000, (index) =>
    Buffer.concat([request(2 * index + 1), reset(2 * index + 1, 8)]),
  );
  assert.equal(code, CALM);
  assert.equal(count, http2LimitsDefault.resetBurstMax + 1);
});

test("resets that a client can explain are taken, at the rate that is allowed", () => {
  const harness = new ConnectionHarness({ resetBurstMax: 10, resetsPerSecondMax: 5 }).greet();
  harness.answersAtOnce = false;
  for (let index = 0; index < 200; index++) {
    harness.receive(request(2 * index + 1), reset(2 * index + 1, 8));
    harness.clock.advance(200);
  }
  assert.equal(harness.connection.isInputOver, false);
  assert.equal(harness.context.streamCount, 0);
});

test("made you reset: streams that we must reset (CVE-2025-8671)", () => {
  const floods: ((id: number) => Buffer)[] = [
    (id) => Buffer.concat([request(id), windowUpdate(id, 0)]),
    (id) => Buffer.concat([request(id), windowUpdate(id, 0x7fffffff)]),
    (id) => Buffer.concat([request(id, true), data(id, message(""))]),
    (id) => frame(FrameType.Headers, END_HEADERS, id, encodeHeaderBlock([["x", "y"]])),
    (id) => Buffer.concat([request(id, false, [["content-length", "1"]]), data(id, message(""))]),
  ];
  for (const [place, next] of floods.entries()) {
    const harness = new ConnectionHarness().greet();
    harness.answersAtOnce = false;
    const { count, code } = flood(harness, 5000, (index) => next(2 * index + 1));
    assert.equal(code, CALM, String(place));
    assert.equal(count, http2LimitsDefault.resetBurstMax + 1, String(place));
  }
});

test("CONTINUATION without end (CVE-2024-27316 and its siblings)", () => {
  for (const fragment of [Buffer.alloc(0), Buffer.alloc(10, 0x82), Buffer.alloc(16384, 0x82)]) {
    const harness = new ConnectionHarness().greet();
    harness.receive(frame(FrameType.Headers, 0, 1, usual));
    const { count, code } = flood(harness, 1000, () =>
      frame(FrameType.Continuation, 0, 1, fragment),
    );
    assert.equal(code, CALM);
    assert.ok(count <= http2LimitsDefault.continuationCountMax + 1);
    assert.deepEqual(harness.events, []);
  }
});

test("a head of one frame above all bounds is refused before its payload comes", () => {
  const harness = new ConnectionHarness().greet();
  harness.receive(frame(FrameType.Headers, END_HEADERS, 1, Buffer.alloc(100_000)).subarray(0, 9));
  assert.equal(harness.goAway()?.code, CALM);
});

test("HPACK bomb: a large field of the table, named again and again (CVE-2016-6581)", () => {
  const harness = new ConnectionHarness().greet();
  const value = Buffer.alloc(3900, "x");
  const large = Buffer.concat([Buffer.of(0x40, 1, 0x61, 0x7f, 0xbd, 0x1d), value]);
  harness.receive(frame(FrameType.Headers, 5, 1, Buffer.concat([usual, large])));
  harness.receive(
    frame(FrameType.Headers, 5, 3, Buffer.concat([usual, Buffer.alloc(60_000, 0xbe)])),
  );
  const refused = harness.frames().at(-1);
  assert.deepEqual(refused?.payload, Buffer.from(encodeHeaderBlock([[":status", "431"]])));
  assert.equal(harness.streams.length, 1);
  assert.equal(harness.connection.isInputOver, false);
});

test("a table that is made small and large again and again", () => {
  const harness = new ConnectionHarness().greet();
  const block = Buffer.concat([Buffer.of(0x20, 0x3f, 0xe1, 0x1f), usual]);
  for (let index = 0; index < 100; index++) {
    harness.receive(frame(FrameType.Headers, 5, 2 * index + 1, block));
  }
  assert.equal(harness.events.filter((event) => event.endsWith(" end")).length, 100);
});

test("SETTINGS flood (CVE-2019-9515), also with windows that change for many streams", () => {
  for (const next of [
    () => settings(),
    (index: number) => settings([SettingId.InitialWindowSize, index % 2]),
  ]) {
    const harness = new ConnectionHarness().greet();
    const { count, code } = flood(harness, 5000, next);
    assert.equal(code, CALM);
    assert.equal(count, http2LimitsDefault.settingsBurstMax);
  }
});

test("PING flood (CVE-2019-9512)", () => {
  const harness = new ConnectionHarness().greet();
  const { count } = flood(harness, 100, () => frame(FrameType.Ping, 0, 0, Buffer.alloc(8)));
  // One is allowed, two more are strikes, the next one is too many.
  assert.equal(count, 4);
});

test("PING flood of a client that is sent data, and does not read", () => {
  const harness = new ConnectionHarness({ unsentSizeMax: 1000 }).greet();
  harness.socket.isStuck = true;
  for (let index = 0; index < 100; index++) {
    harness.receive(request(2 * index + 1, true), frame(FrameType.Ping, 0, 0, Buffer.alloc(8)));
  }
  assert.ok(harness.socket.isPaused(), "it is not read from any more");
});

test("frames in a row that carry nothing", () => {
  const floods: [string, (index: number) => Buffer][] = [
    ["empty DATA (CVE-2019-9518)", () => data(1, Buffer.alloc(0))],
    [
      "PRIORITY (CVE-2019-9513)",
      (index) => frame(FrameType.Priority, 0, 2 * index + 3, [...uint32(0), 1]),
    ],
    ["unknown frames", () => frame(99, 0, 0)],
    ["WINDOW_UPDATE", () => windowUpdate(0, 1)],
    ["WINDOW_UPDATE of a stream", () => windowUpdate(1, 1)],
    ["RST_STREAM of a closed stream", () => reset(3, 8)],
    ["SETTINGS acknowledged", () => frame(FrameType.Settings, 1, 0)],
    ["PING acknowledged", () => frame(FrameType.Ping, 1, 0, Buffer.alloc(8))],
    ["GOAWAY", () => frame(FrameType.GoAway, 0, 0, Buffer.alloc(8))],
    ["DATA on a closed stream", () => data(3, Buffer.alloc(0))],
  ];
  for (const [name, next] of floods) {
    const harness = new ConnectionHarness({ uselessFrameCountMax: 100 }).greet();
    harness.answersAtOnce = false;
    harness.receive(request(1), request(3), reset(3, 8));
    const { count, code } = flood(harness, 1000, next);
    assert.equal(code, CALM, name);
    assert.ok(count <= 101, name);
  }
});

test("refused streams do not count as use", () => {
  const limits = { uselessFrameCountMax: 100, concurrentStreamsMax: 1 };
  const harness = new ConnectionHarness(limits).greet();
  harness.answersAtOnce = false;
  const { count, code } = flood(harness, 1000, (index) => request(2 * index + 1));
  assert.equal(code, CALM);
  assert.ok(count <= 102);
});

test("padding without data is no use either", () => {
  const harness = new ConnectionHarness({ uselessFrameCountMax: 100 }).greet();
  harness.receive(request(1));
  const { code } = flood(harness, 1000, () => paddedData(1, Buffer.alloc(0), 255));
  assert.equal(code, CALM);
});

test("a window of nothing (CVE-2019-9517): what waits is bounded, and given up in time", () => {
  const limits = { waitingSizeMax: 100_000, windowTimeoutMs: 10_000 };
  const harness = new ConnectionHarness(limits).greet(settings([SettingId.InitialWindowSize, 0]));
  harness.answersAtOnce = false;
  const large = Buffer.alloc(30_000);
  const delivered: boolean[] = [];
  for (let index = 0; index < 20; index++) {
    harness.receive(request(2 * index + 1, true));
    harness.streams[index]?.respond(ANSWER_HEAD, [large], ANSWER_TRAILERS, 0, {
      onWritten: (isDelivered) => delivered.push(isDelivered),
    });
  }
  assert.equal(harness.streams.length, 4, "further streams are refused");
  assert.ok(harness.connection.sender.waitingSize < 130_000);
  harness.frames();
  harness.advance(11_000);
  const codes = harness.frames().map(({ type, payload }) => [type, payload.readUInt32BE()]);
  assert.deepEqual(codes, Array(4).fill([FrameType.RstStream, Http2ErrorCode.Cancel]));
  assert.deepEqual(delivered, Array(4).fill(false));
  assert.equal(harness.connection.sender.waitingSize, 0);
  assert.equal(harness.context.streamCount, 0);
  // The connection itself is sound.
  harness.receive(settings([SettingId.InitialWindowSize, 1000]), request(101, true));
  assert.equal(harness.streams.length, 5);
});

test("a client that takes a byte at a time (data dribble, CVE-2019-9511)", () => {
  const limits = { starvedFrameBurstMax: 50, starvedFramesPerSecondMax: 1 };
  const harness = new ConnectionHarness(limits).greet(settings([SettingId.InitialWindowSize, 0]));
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.streams[0]?.respond(ANSWER_HEAD, [Buffer.alloc(10_000)], ANSWER_TRAILERS, 0, null);
  const { count, code } = flood(harness, 1000, () => windowUpdate(1, 1));
  assert.equal(code, CALM);
  assert.equal(count, 51);
});

test("a client that does not read: what is on its way is bounded, and it is cut off in time", () => {
  const limits = { unsentSizeMax: 50_000, waitingSizeMax: 200_000, writeTimeoutMs: 10_000 };
  const harness = new ConnectionHarness(limits).greet(
    settings([SettingId.InitialWindowSize, 0x7fffffff]),
  );
  harness.receive(windowUpdate(0, 0x7fff0000));
  harness.answersAtOnce = false;
  harness.socket.isStuck = true;
  for (let index = 0; index < 40; index++) {
    harness.receive(request(2 * index + 1, true));
    harness.streams[index]?.respond(ANSWER_HEAD, [Buffer.alloc(9000)], ANSWER_TRAILERS, 0, null);
    harness.connection.flush();
  }
  const { unsentSize } = harness.connection.output;
  assert.ok(unsentSize < 70_000, `${unsentSize} on the way`);
  assert.ok(harness.connection.sender.waitingSize < 210_000);
  assert.ok(harness.socket.isPaused());
  harness.advance(11_000);
  assert.ok(harness.socket.wasReset);
});

test("windows above all bounds", () => {
  const harness = new ConnectionHarness().greet();
  const { code } = flood(harness, 10, () => windowUpdate(0, 0x40000000));
  assert.equal(code, Http2ErrorCode.FlowControlError);
});

test("messages that are announced and do not come cost no memory, and are bounded together", () => {
  const limits = { unfinishedSizeMax: 10_000_000_000, messageTimeoutMs: 10_000 };
  const taken: number[] = [];
  const pool = {
    take: (size: number) => {
      taken.push(size);
      return new Uint8Array(size);
    },
    give() {},
  };
  const harness = new ConnectionHarness(limits, {}, pool).greet();
  harness.messageSizeMax = 2 ** 31 - 1;
  harness.answersAtOnce = false;
  const announced = Buffer.concat([Buffer.of(0), uint32(2 ** 31 - 1), Buffer.alloc(10)]);
  for (let index = 0; index < 10; index++) {
    harness.receive(request(2 * index + 1), data(2 * index + 1, announced));
  }
  assert.equal(harness.events.filter((event) => event.includes("memory")).length, 6);
  assert.equal(taken.length, 4);
  assert.ok(taken.every((size) => size <= 65_600));
  harness.advance(11_000);
  assert.equal(harness.events.filter((event) => event.endsWith("cancelled 8")).length, 4);
  assert.equal(harness.context.streamCount, 0);
});

test("a message above the limit is reported before it comes", () => {
  const harness = new ConnectionHarness().greet();
  harness.messageSizeMax = 10;
  harness.receive(request(1), data(1, message(Buffer.alloc(11)).subarray(0, 5)));
  assert.equal(harness.events.at(-1), "1 tooLarge 11");
});

test("a request that ends within a message is reported", () => {
  for (const size of [3, 7]) {
    const harness = new ConnectionHarness().greet();
    harness.receive(request(1), data(1, message("hello").subarray(0, size), true));
    assert.equal(harness.events.at(-1), `1 truncated ${Math.max(0, size - 5)}`);
  }
});

test("slow clients: no SETTINGS, no end of a head", () => {
  const silent = new ConnectionHarness({ handshakeTimeoutMs: 10_000, lingerTimeoutMs: 5000 });
  silent.advance(11_000);
  assert.equal(silent.goAway()?.code, Http2ErrorCode.SettingsTimeout);
  silent.advance(6000);
  assert.ok(silent.socket.destroyed);

  const slow = new ConnectionHarness({ headTimeoutMs: 10_000 }).greet();
  slow.receive(frame(FrameType.Headers, 0, 1, usual));
  for (let index = 0; index < 5; index++) {
    slow.advance(3000);
    slow.receive(frame(FrameType.Continuation, 0, 1, Buffer.of(0x82)));
  }
  assert.ok(slow.connection.isInputOver);
});

test("a busy client whose reads always end within a frame is not slow", () => {
  const harness = new ConnectionHarness({ headTimeoutMs: 10_000 }).greet();
  let rest = request(1);
  for (let index = 1; index < 30; index++) {
    const next = Buffer.concat([
      rest,
      data(2 * index - 1, message("x"), true),
      request(2 * index + 1),
    ]);
    const size = next.byteLength - 20;
    harness.receive(next.subarray(0, size));
    rest = next.subarray(size);
    harness.advance(1000);
  }
  assert.equal(harness.connection.isInputOver, false);
});

test("windows that are used to their ends are no attack, however many small frames that makes", () => {
  const limits = { starvedFrameBurstMax: 2, starvedFramesPerSecondMax: 0 };
  const harness = new ConnectionHarness(limits).greet(settings([SettingId.InitialWindowSize, 0]));
  harness.answersAtOnce = false;
  harness.receive(request(1, true), windowUpdate(0, 10_000_000));
  harness.streams[0]?.respond(ANSWER_HEAD, [Buffer.alloc(1_000_000)], ANSWER_TRAILERS, 0, null);
  for (let count = 0; count < 100; count++) {
    harness.receive(windowUpdate(1, 5000));
    harness.receive(windowUpdate(1, 100));
  }
  assert.equal(harness.connection.isInputOver, false);
});
