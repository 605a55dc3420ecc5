/** Tests how a connection ends in peace: drained, of age, idle, silent; and what keeps it alive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Http2ErrorCode } from "./error-code.ts";
import { FrameFlag, FrameType, readUint32, STREAM_ID_MAX } from "./frame-format.ts";
import { ANSWER_TRAILERS, ConnectionHarness } from "./testing/connection-harness.ts";
import { data, type Frame, frame, message, request } from "./testing/frames.ts";

function goAways(frames: readonly Frame[]): [lastStreamId: number, code: number, reason: string][] {
  return frames
    .filter(({ type }) => type === FrameType.GoAway)
    .map(({ payload }) => [
      readUint32(payload, 0),
      readUint32(payload, 4),
      payload.toString("latin1", 8),
    ]);
}

/** Acknowledges the PING among the frames. */
function acknowledge(harness: ConnectionHarness, frames: readonly Frame[]): void {
  const ping = frames.find(({ type, flags }) => type === FrameType.Ping && flags === 0);
  assert.ok(ping !== undefined, "a PING was sent");
  harness.receive(frame(FrameType.Ping, FrameFlag.Ack, 0, Buffer.from(ping.payload)));
}

test("a drained connection takes what is under way, then says which request was the last, and ends with it", () => {
  const harness = new ConnectionHarness().greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.connection.drain("going");
  const asked = harness.frames();
  assert.deepEqual(goAways(asked), [[STREAM_ID_MAX, Http2ErrorCode.NoError, "going"]]);
  harness.receive(request(3, true));
  acknowledge(harness, asked);
  assert.deepEqual(goAways(harness.frames()), [[3, Http2ErrorCode.NoError, ""]]);
  // What comes now is ignored, and the client knows it.
  harness.receive(request(5), data(5, message("x"), true));
  assert.deepEqual(harness.frames(), []);
  for (const stream of harness.streams) {
    assert.equal(harness.socket.writableEnded, false);
    stream.end(ANSWER_TRAILERS);
    harness.connection.flush();
  }
  assert.equal(harness.streams.length, 2);
  assert.ok(harness.socket.writableEnded);
});

test("the table of fields follows while requests are ignored", () => {
  const harness = new ConnectionHarness().greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.connection.drain("going");
  acknowledge(harness, harness.frames());
  harness.receive(frame(FrameType.Headers, 5, 3, [0x40, 1, 0x61, 1, 0x62]));
  harness.receive(frame(FrameType.Headers, 5, 5, [0xbe]));
  assert.equal(harness.connection.isInputOver, false);
  harness.receive(frame(FrameType.Headers, 5, 7, [0xbf]));
  assert.equal(harness.goAway()?.code, Http2ErrorCode.CompressionError);
});

test("a client that does not acknowledge is told in time", () => {
  const harness = new ConnectionHarness({ lingerTimeoutMs: 5000 }).greet();
  harness.connection.drain("going");
  assert.equal(goAways(harness.frames()).length, 1);
  harness.advance(6000);
  assert.deepEqual(goAways(harness.frames()), [[0, Http2ErrorCode.NoError, ""]]);
  assert.ok(harness.socket.writableEnded);
});

test("a connection of age is drained, and its streams have the grace to finish", () => {
  const policy = { connectionAgeMsMax: 60_000, connectionAgeGraceMs: 20_000 };
  const harness = new ConnectionHarness({}, policy).greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.advance(53_000);
  assert.deepEqual(goAways(harness.frames()), []);
  harness.advance(14_000);
  const frames = harness.frames();
  assert.deepEqual(goAways(frames), [[STREAM_ID_MAX, Http2ErrorCode.NoError, "max_age"]]);
  acknowledge(harness, frames);
  harness.advance(5000);
  assert.equal(harness.events.at(-1), "1 end");
  harness.advance(20_000);
  assert.equal(harness.events.at(-1), "1 cancelled 8");
  harness.frames();
  assert.ok(harness.socket.writableEnded);
});

test("without a grace, streams of an old connection have all the time they need", () => {
  const harness = new ConnectionHarness({}, { connectionAgeMsMax: 10_000 }).greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.advance(12_000);
  acknowledge(harness, harness.frames());
  harness.advance(3_600_000);
  harness.streams[0]?.end(ANSWER_TRAILERS);
  assert.deepEqual(
    harness.frames().map(({ type }) => type),
    [FrameType.GoAway, FrameType.Headers],
  );
  assert.ok(harness.socket.writableEnded);
});

test("an idle connection is drained if there is a limit, and one with a stream is not idle", () => {
  const harness = new ConnectionHarness({ idleTimeoutMs: 10_000 }).greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.advance(30_000);
  assert.deepEqual(goAways(harness.frames()), []);
  harness.streams[0]?.end(ANSWER_TRAILERS);
  harness.advance(9000);
  assert.deepEqual(goAways(harness.frames()), []);
  harness.advance(2000);
  assert.deepEqual(goAways(harness.frames()), [[STREAM_ID_MAX, Http2ErrorCode.NoError, "idle"]]);

  const patient = new ConnectionHarness().greet();
  patient.advance(3_600_000);
  assert.deepEqual(patient.frames(), []);
});

test("a silent client is pinged, and cut off if it stays silent", () => {
  const policy = { timeMs: 30_000, timeoutMs: 10_000 };
  const silent = new ConnectionHarness({}, policy).greet();
  silent.answersAtOnce = false;
  silent.receive(request(1, true));
  silent.advance(31_000);
  assert.deepEqual(
    silent.frames().map(({ type, flags }) => [type, flags]),
    [[FrameType.Ping, 0]],
  );
  silent.advance(11_000);
  assert.ok(silent.socket.wasReset);

  const alive = new ConnectionHarness({}, policy).greet();
  alive.answersAtOnce = false;
  alive.receive(request(1, true));
  alive.advance(31_000);
  acknowledge(alive, alive.frames());
  alive.advance(11_000);
  assert.equal(alive.socket.destroyed, false);
});

test("a connection that has failed is closed even if its client goes on sending", () => {
  const harness = new ConnectionHarness({ lingerTimeoutMs: 5000 }).greet();
  harness.receive(frame(FrameType.PushPromise, 4, 1, [0, 0, 0, 2]));
  assert.equal(harness.goAway()?.code, Http2ErrorCode.ProtocolError);
  for (let count = 0; count < 10; count++) {
    harness.receive(Buffer.alloc(100_000));
    harness.advance(1000);
  }
  assert.ok(harness.socket.destroyed);
});

test("a client that ends its side is done with, whatever it had asked", () => {
  const harness = new ConnectionHarness().greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true));
  harness.socket.emit("end");
  assert.equal(harness.events.at(-1), "1 cancelled 8");
  assert.equal(harness.context.streamCount, 0);
});
