import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeSocket } from "../../socket/testing/fake-socket.ts";
import { Http2ErrorCode } from "./error-code.ts";
import { CLIENT_PREFACE, FrameFlag, FrameType, SettingId } from "./frame-format.ts";
import { encodeHeaderBlock, type HeaderField } from "./header-block.ts";
import { Http2Connection } from "./http2-connection.ts";
import { ServerContext } from "./server-context.ts";
import { ANSWER_HEAD, ANSWER_TRAILERS, ConnectionHarness } from "./testing/connection-harness.ts";
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

const END_HEADERS = FrameFlag.EndHeaders;
const END_BOTH = FrameFlag.EndHeaders | FrameFlag.EndStream;

/** `type:stream:flags` for each frame. */
function shapes(frames: readonly Frame[]): string[] {
  return frames.map(({ type, streamId, flags }) => `${type}:${streamId}:${flags}`);
}

test("a unary call is answered with head, message and trailers in one write", () => {
  const harness = new ConnectionHarness().greet();
  const writes = harness.socket.writeCount;
  harness.receive(request(1), data(1, message("hello"), true));
  const frames = harness.frames();
  assert.deepEqual(shapes(frames), ["1:1:4", "0:1:0", "1:1:5"]);
  assert.deepEqual(frames[1]?.payload, message("hello"));
  assert.deepEqual(harness.events, ["1 POST /service/method", "1 message 0 5 last", "1 end"]);
  assert.equal(harness.socket.writeCount, writes + 1);
  assert.equal(harness.context.streamCount, 0);
});

test("what is asked in one read is answered in one write", () => {
  const harness = new ConnectionHarness().greet();
  const writes = harness.socket.writeCount;
  const calls = Array.from({ length: 16 }, (_, index) => [
    request(2 * index + 1),
    data(2 * index + 1, message(`call ${index}`), true),
  ]);
  harness.receive(...calls.flat());
  assert.equal(harness.frames().length, 48);
  assert.equal(harness.socket.writeCount, writes + 1);
});

test("the server's preface says its limits and acknowledges the client's settings", () => {
  const harness = new ConnectionHarness({ concurrentStreamsMax: 7 });
  harness.receive(CLIENT_PREFACE, settings());
  const [greeting, update, ack] = harness.frames();
  assert.equal(greeting?.type, FrameType.Settings);
  assert.ok(greeting?.payload.includes(Buffer.of(0, SettingId.MaxConcurrentStreams, 0, 0, 0, 7)));
  assert.equal(update?.type, FrameType.WindowUpdate);
  assert.deepEqual(shapes(ack === undefined ? [] : [ack]), ["4:0:1"]);
});

test("the same block again shares one head, and another table does not", () => {
  const harness = new ConnectionHarness().greet();
  const first = encodeHeaderBlock(REQUEST_FIELDS);
  for (const streamId of [1, 3]) {
    harness.receive(frame(FrameType.Headers, END_BOTH, streamId, first));
  }
  assert.equal(harness.streams[0]?.head, harness.streams[1]?.head);
  // A field that goes into the table changes what later indices mean.
  const indexing = Buffer.concat([first, Buffer.from([0x40, 1, 0x61, 1, 0x62])]);
  harness.receive(frame(FrameType.Headers, END_BOTH, 5, indexing));
  const indexed = Buffer.concat([first, Buffer.of(0x80 | 62)]);
  harness.receive(frame(FrameType.Headers, END_BOTH, 7, indexed));
  harness.receive(frame(FrameType.Headers, END_BOTH, 9, indexed));
  harness.receive(
    frame(FrameType.Headers, END_BOTH, 11, [...first, 0x40, 1, 0x63, 1, 0x64]),
    frame(FrameType.Headers, END_BOTH, 13, indexed),
  );
  const [, , , fourth, fifth, , last] = harness.streams;
  assert.equal(fourth?.head.header("a"), "b");
  assert.equal(fourth?.head, fifth?.head);
  assert.equal(last?.head.header("c"), "d");
  assert.equal(last?.head.header("a"), undefined);
});

test("a head may come with priority and padding, and in pieces", () => {
  const block = encodeHeaderBlock([...REQUEST_FIELDS, ["x", "y"]]);
  const harness = new ConnectionHarness().greet();
  const flags = FrameFlag.Padded | FrameFlag.Priority;
  const padded = [3, ...uint32(0), 16, ...block.subarray(0, 5), 0, 0, 0];
  harness.receive(
    frame(FrameType.Headers, flags, 1, padded),
    frame(FrameType.Continuation, 0, 1, block.subarray(5, 9)),
    frame(FrameType.Continuation, 0, 1),
    frame(FrameType.Continuation, END_HEADERS, 1, block.subarray(9)),
    data(1, message("x"), true),
  );
  assert.equal(harness.streams[0]?.head.header("x"), "y");
  assert.equal(harness.frames().length, 3);
});

test("trailers of a request are handed on", () => {
  const harness = new ConnectionHarness().greet();
  const trailers = encodeHeaderBlock([["x-end", "1"]]);
  harness.receive(
    request(1),
    data(1, message("x")),
    frame(FrameType.Headers, END_BOTH, 1, trailers),
  );
  assert.equal(harness.events.at(-1), "1 end with trailers");
  assert.equal(harness.frames().length, 3);
});

const withFields = (...fields: HeaderField[]): Buffer =>
  frame(FrameType.Headers, END_BOTH, 1, encodeHeaderBlock(fields));
const [method, scheme, path] = [
  REQUEST_FIELDS[0] as HeaderField,
  REQUEST_FIELDS[1] as HeaderField,
  REQUEST_FIELDS[2] as HeaderField,
];
/** A field that `encodeHeaderBlock` would not encode. */
const raw = (name: string, value: string): number[] => [
  0,
  name.length,
  ...Buffer.from(name, "latin1"),
  value.length,
  ...Buffer.from(value, "latin1"),
];
const usual = encodeHeaderBlock(REQUEST_FIELDS);
const withRaw = (name: string, value: string): Buffer =>
  frame(FrameType.Headers, END_BOTH, 1, [...usual, ...raw(name, value)]);

test("malformed requests are reset, and the connection goes on", () => {
  const cases: [string, Buffer][] = [
    ["no method", withFields(scheme, path)],
    ["no scheme", withFields(method, path)],
    ["no path", withFields(method, scheme)],
    ["empty path", withFields(method, scheme, [":path", ""])],
    ["relative path", withFields(method, scheme, [":path", "x"])],
    ["two methods", withFields(method, method, scheme, path)],
    ["two paths", withFields(method, scheme, path, path)],
    ["pseudo after regular", withFields(method, scheme, ["x", "y"], path)],
    ["unknown pseudo", withFields(method, scheme, path, [":x", "y"])],
    ["status", withFields(method, scheme, path, [":status", "200"])],
    ["connection", withFields(method, scheme, path, ["connection", "close"])],
    ["transfer-encoding", withFields(method, scheme, path, ["transfer-encoding", "chunked"])],
    ["te", withFields(method, scheme, path, ["te", "gzip"])],
    ["content-length, not a number", withFields(method, scheme, path, ["content-length", "x"])],
    ["content-length without data", withFields(method, scheme, path, ["content-length", "1"])],
    ["CONNECT with a path", withFields([":method", "CONNECT"], path, [":authority", "a"])],
    ["capital letters", withRaw("X", "y")],
    ["line end in a value", withRaw("x", "a\r\nb")],
    ["NUL in a value", withRaw("x", "a\0b")],
    ["space around a value", withRaw("x", " a")],
    ["space in a name", withRaw("x y", "a")],
    ["empty name", withRaw("", "a")],
  ];
  for (const [name, bytes] of cases) {
    const harness = new ConnectionHarness().greet();
    harness.receive(bytes);
    const frames = harness.frames();
    assert.deepEqual(shapes(frames), [`${FrameType.RstStream}:1:0`], name);
    assert.deepEqual(frames[0]?.payload, uint32(Http2ErrorCode.ProtocolError), name);
    assert.deepEqual(harness.events, [], name);
    harness.receive(request(3, true));
    assert.equal(harness.frames().length, 3, name);
    assert.equal(harness.context.streamCount, 0);
  }
});

test("streams that break the protocol are reset, and the layer above hears of it", () => {
  const { ProtocolError, StreamClosed, FlowControlError } = Http2ErrorCode;
  const length = (value: string): Buffer => request(1, false, [["content-length", value]]);
  const cases: [string, Buffer[], number][] = [
    ["more data than announced", [length("3"), data(1, message(""))], ProtocolError],
    ["less data than announced", [length("9"), data(1, message(""), true)], ProtocolError],
    ["a window that grows by nothing", [request(1), windowUpdate(1, 0)], ProtocolError],
    ["window too large", [request(1), windowUpdate(1, 0x7fffffff)], FlowControlError],
    [
      "trailers that do not end",
      [request(1), frame(FrameType.Headers, END_HEADERS, 1)],
      ProtocolError,
    ],
    [
      "pseudo-header fields in trailers",
      [request(1), frame(FrameType.Headers, END_BOTH, 1, usual)],
      ProtocolError,
    ],
    ["data after the end", [request(1, true), data(1, message(""))], StreamClosed],
    ["head after the end", [request(1, true), frame(FrameType.Headers, END_BOTH, 1)], StreamClosed],
    ["more than the window", [request(1), data(1, Buffer.alloc(101))], FlowControlError],
  ];
  for (const [name, bytes, code] of cases) {
    const harness = new ConnectionHarness({ streamWindowSize: 100 }).greet();
    harness.answersAtOnce = false;
    harness.receive(...bytes);
    const last = harness.frames().at(-1);
    assert.equal(last?.type, FrameType.RstStream, name);
    assert.deepEqual(last?.payload, uint32(code), name);
    assert.equal(harness.events.at(-1), `1 cancelled ${code}`, name);
    assert.ok(harness.connection.isInputOver === false, name);
    assert.equal(harness.context.streamCount, 0);
  }
});

test("connections that break the protocol end with the code for it", () => {
  const { ProtocolError, FrameSizeError, FlowControlError, CompressionError, StreamClosed } =
    Http2ErrorCode;
  const { Headers, Continuation, Priority, RstStream, Ping, GoAway, PushPromise } = FrameType;
  const cases: [string, Buffer[], number][] = [
    ["DATA on 0", [frame(FrameType.Data, 0, 0)], ProtocolError],
    ["DATA on an idle stream", [data(1, Buffer.alloc(1))], ProtocolError],
    ["DATA without pad length", [request(1), frame(0, FrameFlag.Padded, 1)], FrameSizeError],
    ["DATA, padding too long", [request(1), frame(0, FrameFlag.Padded, 1, [2, 0])], ProtocolError],
    ["frame too large", [request(1), data(1, Buffer.alloc(16385))], FrameSizeError],
    ["HEADERS on 0", [frame(Headers, END_BOTH, 0, usual)], ProtocolError],
    ["HEADERS on an even stream", [frame(Headers, END_BOTH, 2, usual)], ProtocolError],
    ["HEADERS on a skipped stream", [request(5), request(3)], ProtocolError],
    ["HEADERS on a closed stream", [request(1, true), request(1, true)], StreamClosed],
    ["HEADERS, padding too long", [frame(Headers, 12, 1, [255, ...usual])], ProtocolError],
    ["HEADERS, priority cut off", [frame(Headers, 0x24, 1, [0, 0])], FrameSizeError],
    ["HEADERS on itself", [frame(Headers, 0x25, 1, [...uint32(1), 0, ...usual])], ProtocolError],
    ["PRIORITY on itself", [frame(Priority, 0, 3, [...uint32(3), 0])], ProtocolError],
    ["PRIORITY of 4 bytes", [frame(Priority, 0, 3, uint32(1))], FrameSizeError],
    ["head interrupted", [frame(Headers, 0, 1, usual), data(1, usual)], ProtocolError],
    [
      "head interrupted by an unknown frame",
      [frame(Headers, 0, 1), frame(99, 0, 0)],
      ProtocolError,
    ],
    ["head of another", [frame(Headers, 0, 1), frame(Continuation, 4, 3)], ProtocolError],
    ["CONTINUATION alone", [frame(Continuation, END_HEADERS, 1)], ProtocolError],
    ["not HPACK", [frame(Headers, END_BOTH, 1, [0x80])], CompressionError],
    ["RST_STREAM on 0", [reset(0, 8)], ProtocolError],
    ["RST_STREAM on an idle stream", [reset(1, 8)], ProtocolError],
    ["RST_STREAM of 3 bytes", [frame(RstStream, 0, 1, [0, 0, 0])], FrameSizeError],
    ["SETTINGS on a stream", [frame(FrameType.Settings, 0, 1)], ProtocolError],
    ["SETTINGS of 5 bytes", [frame(FrameType.Settings, 0, 0, [0, 0, 0, 0, 0])], FrameSizeError],
    [
      "SETTINGS ACK with payload",
      [frame(FrameType.Settings, 1, 0, Buffer.alloc(6))],
      FrameSizeError,
    ],
    ["push of 2", [settings([SettingId.EnablePush, 2])], ProtocolError],
    ["window too large", [settings([SettingId.InitialWindowSize, 2 ** 31])], FlowControlError],
    ["frame size too small", [settings([SettingId.MaxFrameSize, 16383])], ProtocolError],
    ["frame size too large", [settings([SettingId.MaxFrameSize, 2 ** 24])], ProtocolError],
    [
      "windows of streams too large",
      [
        request(1),
        windowUpdate(1, 0x7fff0000),
        settings([SettingId.InitialWindowSize, 2 ** 31 - 1]),
      ],
      FlowControlError,
    ],
    ["PUSH_PROMISE", [frame(PushPromise, END_HEADERS, 1, uint32(2))], ProtocolError],
    ["PING on a stream", [frame(Ping, 0, 1, Buffer.alloc(8))], ProtocolError],
    ["PING of 7 bytes", [frame(Ping, 0, 0, Buffer.alloc(7))], FrameSizeError],
    ["GOAWAY on a stream", [frame(GoAway, 0, 1, Buffer.alloc(8))], ProtocolError],
    ["GOAWAY of 7 bytes", [frame(GoAway, 0, 0, Buffer.alloc(7))], FrameSizeError],
    ["WINDOW_UPDATE by 0", [windowUpdate(0, 0)], ProtocolError],
    ["WINDOW_UPDATE on an idle stream", [windowUpdate(1, 1)], ProtocolError],
    ["WINDOW_UPDATE of 3 bytes", [frame(8, 0, 0, [0, 0, 1])], FrameSizeError],
    ["connection's window too large", [windowUpdate(0, 0x7fffffff)], FlowControlError],
  ];
  for (const [name, bytes, code] of cases) {
    const harness = new ConnectionHarness({ frameSizeMax: 16384 }).greet();
    harness.answersAtOnce = name.includes("closed");
    harness.receive(...bytes);
    assert.equal(harness.goAway()?.code, code, name);
    assert.ok(harness.connection.isInputOver, name);
    assert.equal(harness.socket.writableEnded, true, name);
    assert.equal(harness.context.streamCount, 0, name);
    // Nothing that follows is looked at.
    const eventCount = harness.events.length;
    harness.receive(request(101, true));
    assert.equal(harness.events.length, eventCount, name);
  }
});

test("what does not begin with the preface and SETTINGS is refused", () => {
  for (const bytes of [
    Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Buffer.concat([CLIENT_PREFACE, request(1)]),
    Buffer.concat([CLIENT_PREFACE, frame(FrameType.Settings, FrameFlag.Ack, 0)]),
  ]) {
    const harness = new ConnectionHarness();
    harness.receive(bytes);
    assert.equal(harness.goAway()?.code, Http2ErrorCode.ProtocolError);
    assert.deepEqual(harness.events, []);
  }
});

test("frames and settings that nobody knows, and priorities, are ignored", () => {
  const harness = new ConnectionHarness().greet();
  harness.receive(
    frame(99, 255, 7, Buffer.alloc(100)),
    frame(FrameType.Priority, 0, 9, [...uint32(1), 0]),
    frame(FrameType.GoAway, 0, 0, Buffer.alloc(20)),
    settings([0x99, 5], [SettingId.MaxHeaderListSize, 1]),
    request(1, true),
  );
  assert.deepEqual(shapes(harness.frames()), ["4:0:1", "1:1:4", "0:1:0", "1:1:5"]);
});

test("a PING is answered with what it carried", () => {
  const harness = new ConnectionHarness().greet();
  const payload = Buffer.from("12345678");
  harness.receive(frame(FrameType.Ping, 0, 0, payload));
  const [answer] = harness.frames();
  assert.deepEqual(answer, { type: FrameType.Ping, flags: 1, streamId: 0, payload });
});

test("an answer before the end of the request tells the client to stop, and what it still sends is nothing", () => {
  const harness = new ConnectionHarness().greet();
  harness.onStream = (stream) => stream.end(ANSWER_TRAILERS);
  harness.receive(request(1));
  const frames = harness.frames();
  assert.deepEqual(shapes(frames), ["1:1:5", "3:1:0"]);
  assert.deepEqual(frames[1]?.payload, uint32(Http2ErrorCode.NoError));
  harness.receive(data(1, message("late")), windowUpdate(1, 5), reset(1, 8));
  harness.receive(frame(FrameType.Headers, END_BOTH, 1, encodeHeaderBlock([["x", "y"]])));
  assert.deepEqual(harness.frames(), []);
  assert.deepEqual(harness.events, ["1 POST /service/method"]);
});

test("an answer with the last message of a request ends the stream without a reset", () => {
  const harness = new ConnectionHarness().greet();
  harness.onMessage = (stream) => stream.respond(ANSWER_HEAD, [], ANSWER_TRAILERS, 0, null);
  harness.receive(request(1), data(1, message("x"), true), request(3));
  harness.receive(paddedData(3, message("x"), 10, true));
  assert.deepEqual(
    shapes(harness.frames()).filter((shape) => shape.startsWith("3:")),
    [],
  );
  assert.ok(!harness.events.includes("1 end"));
});

test("DATA on a stream that is closed is refused for that stream only", () => {
  const harness = new ConnectionHarness().greet();
  harness.receive(request(1, true), data(1, message("x")));
  const last = harness.frames().at(-1);
  assert.deepEqual(last?.payload, uint32(Http2ErrorCode.StreamClosed));
  harness.receive(request(3, true));
  assert.equal(harness.frames().length, 3);
});

test("streams above the limit are refused, and taken again when others are over", () => {
  const harness = new ConnectionHarness({ concurrentStreamsMax: 2 }).greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true), request(3, true), request(5, true));
  const frames = harness.frames();
  assert.deepEqual(shapes(frames), ["3:5:0"]);
  assert.deepEqual(frames[0]?.payload, uint32(Http2ErrorCode.RefusedStream));
  harness.streams[0]?.end(ANSWER_TRAILERS);
  harness.receive(request(7, true));
  assert.equal(harness.events.at(-1), "7 end");
});

test("heads that are too large are refused, and the table follows", () => {
  const harness = new ConnectionHarness({ headerListSizeMax: 200 }).greet();
  const large = [0x40, 1, 0x61, 100, ...Buffer.alloc(100, "b")];
  harness.receive(frame(FrameType.Headers, END_BOTH, 1, [...usual, ...large]));
  const frames = harness.frames();
  assert.deepEqual(shapes(frames), ["1:1:5"]);
  assert.deepEqual(frames[0]?.payload, Buffer.from(encodeHeaderBlock([[":status", "431"]])));
  assert.deepEqual(harness.events, []);
  harness.receive(frame(FrameType.Headers, END_BOTH, 3, [...usual, 0x80 | 62]));
  assert.equal(harness.frames().length, 1);
});

test("CONNECT is refused", () => {
  const harness = new ConnectionHarness().greet();
  harness.receive(withFields([":method", "CONNECT"], [":authority", "a:1"]));
  const [answer] = harness.frames();
  assert.deepEqual(answer?.payload, Buffer.from(encodeHeaderBlock([[":status", "405"]])));
});

test("what the layer above throws ends that stream, and is reported", () => {
  const bug = new Error("a bug");
  const harness = new ConnectionHarness().greet();
  harness.onStream = () => {
    throw bug;
  };
  harness.receive(request(1, true));
  assert.deepEqual(shapes(harness.frames()), ["1:1:5"]);
  harness.onStream = (stream) => stream.start(ANSWER_HEAD);
  harness.onMessage = () => {
    throw bug;
  };
  harness.receive(request(3), data(3, message("x")));
  const frames = harness.frames();
  assert.deepEqual(shapes(frames), ["1:3:4", "3:3:0"]);
  assert.deepEqual(frames[1]?.payload, uint32(Http2ErrorCode.InternalError));
  assert.deepEqual(harness.errors, [bug, bug]);
  harness.streams[1]?.end(ANSWER_TRAILERS);
  assert.deepEqual(harness.frames(), []);
  assert.equal(harness.context.streamCount, 0);
});

test("a client that makes our table smaller is told once that it is empty", () => {
  const harness = new ConnectionHarness().greet(settings([SettingId.HeaderTableSize, 100]));
  const blocks = (streamId: number): (Uint8Array | undefined)[] => {
    harness.receive(request(streamId, true));
    return harness
      .frames()
      .filter(({ type }) => type === FrameType.Headers)
      .map(({ payload }) => payload);
  };
  const usualBlocks = [Buffer.from(ANSWER_HEAD), Buffer.from(ANSWER_TRAILERS)];
  assert.deepEqual(blocks(1), [Buffer.of(0x20, ...ANSWER_HEAD), usualBlocks[1]]);
  assert.deepEqual(blocks(3), usualBlocks);
  harness.receive(settings([SettingId.HeaderTableSize, 4096], [SettingId.HeaderTableSize, 0]));
  assert.deepEqual(blocks(5), usualBlocks);
});

test("a handler that neither takes nor answers a request has a bug", () => {
  const errors: unknown[] = [];
  const harness = new ConnectionHarness().greet();
  const context = new ServerContext(
    () => null,
    { onHandlerError: (error) => errors.push(error) },
    harness.clock,
    { nowMs: 0 },
  );
  const socket = new FakeSocket();
  const connection = new Http2Connection(socket.asSocket, context, false, 1, () => {});
  const bytes = Buffer.concat([CLIENT_PREFACE, settings(), request(1)]);
  connection.receive(bytes, bytes.byteLength);
  assert.equal(errors.length, 1);
  assert.equal(context.streamCount, 0);
});

test("a client that goes cancels its streams, and answers given later go nowhere", () => {
  const harness = new ConnectionHarness().greet();
  harness.answersAtOnce = false;
  harness.receive(request(1, true), request(3));
  harness.socket.destroy();
  harness.socket.emit("close");
  assert.deepEqual(harness.events.slice(-2), ["1 cancelled 8", "3 cancelled 8"]);
  const delivered: boolean[] = [];
  for (const stream of harness.streams) {
    assert.equal(stream.isOpen, false);
    const receipt = { onWritten: (isDelivered: boolean) => delivered.push(isDelivered) };
    stream.respond(ANSWER_HEAD, [], ANSWER_TRAILERS, 0, receipt);
  }
  assert.deepEqual(delivered, [false, false]);
  assert.ok(harness.isClosed);
  assert.equal(harness.context.streamCount, 0);
});
