import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpExchange, HttpResponseStream } from "./http-exchange.ts";
import { ConnectionHarness, EMPTY_ANSWER } from "./testing/connection-harness.ts";

const GET = "GET / HTTP/1.1\r\n\r\n";
const EVENTS = "Content-Type: text/event-stream; charset=utf-8\r\n";
const HEAD = `HTTP/1.1 200 OK\r\n${EVENTS}Transfer-Encoding: chunked\r\n\r\n`;

function bytes(content: string): Uint8Array {
  return Buffer.from(content, "latin1");
}

interface Streaming {
  readonly harness: ConnectionHarness;
  readonly exchange: HttpExchange;
  readonly stream: HttpResponseStream;
  readonly drainCount: () => number;
}

function start(input: string, harness: ConnectionHarness = new ConnectionHarness()): Streaming {
  harness.answersAtOnce = false;
  harness.receive(input);
  const exchange = harness.exchanges.at(-1);
  assert.ok(exchange !== undefined);
  let drains = 0;
  const stream = exchange.startStream(200, EVENTS, () => drains++);
  return { harness, exchange, stream, drainCount: () => drains };
}

test("each piece is a chunk, at once; the end is the last chunk", () => {
  const { harness, stream } = start(GET);
  assert.equal(harness.output, HEAD);
  assert.equal(stream.write(bytes("data: 1\n\n")), true);
  assert.equal(harness.output, `${HEAD}9\r\ndata: 1\n\n\r\n`);
  assert.equal(stream.write(bytes("")), true);
  stream.write(bytes("a".repeat(300)));
  stream.end();
  assert.equal(harness.output, `${HEAD}9\r\ndata: 1\n\n\r\n12c\r\n${"a".repeat(300)}\r\n0\r\n\r\n`);
  assert.equal(harness.context.exchangeCount, 0);
  harness.receive(GET);
  harness.exchanges[1]?.respond(200, "", []);
  assert.match(harness.output, /0\r\n\r\nHTTP\/1\.1 200 OK\r\nContent-Length: 0\r\n/);
});

test("pieces may change as soon as the call returns", () => {
  for (const size of [10, 200_000]) {
    const { harness, stream } = start(GET);
    harness.socket.isStuck = true;
    stream.write(bytes("first"));
    const piece = Buffer.alloc(size, "a");
    stream.write(piece);
    piece.fill("b");
    stream.end();
    while (!harness.output.endsWith("0\r\n\r\n")) {
      harness.socket.takeWaiting();
    }
    assert.ok(harness.output.includes(`\r\n${"a".repeat(size)}\r\n`));
  }
});

test("HTTP/1.0 gets the pieces as they are, up to the end of the connection", () => {
  const { harness, stream } = start("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  stream.write(bytes("abc"));
  stream.end();
  assert.equal(harness.output, `HTTP/1.0 200 OK\r\n${EVENTS}\r\nabc`);
  assert.equal(harness.socket.writableEnded, true);
});

test("HEAD gets the head only", () => {
  const { harness, stream } = start("HEAD / HTTP/1.1\r\n\r\n");
  stream.write(bytes("abc"));
  stream.end();
  assert.equal(harness.output, HEAD);
  assert.equal(harness.connection.isOpen, true);
});

test("a stream waits for its turn, and then catches up", () => {
  const harness = new ConnectionHarness();
  const { exchange, stream } = start(GET.repeat(2), harness);
  assert.equal(exchange, harness.exchanges[1]);
  stream.write(bytes("abc"));
  assert.equal(harness.output, "");
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(harness.output, `${EMPTY_ANSWER}${HEAD}3\r\nabc\r\n`);
  stream.write(bytes("de"));
  stream.end();
  assert.match(harness.output, /\r\n2\r\nde\r\n0\r\n\r\n$/);
});

test("a stream that ends before its turn leaves whole, and so does what follows", () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(3));
  harness.exchanges[2]?.respond(200, "", []);
  const stream = harness.exchanges[1]?.startStream(200, EVENTS, () => {});
  stream?.write(bytes("abc"));
  stream?.end();
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(harness.output, `${EMPTY_ANSWER}${HEAD}3\r\nabc\r\n0\r\n\r\n${EMPTY_ANSWER}`);
});

test("a writer is asked to wait for a client that does not read, and told when it may go on", async () => {
  const { harness, stream, drainCount } = start(GET);
  harness.socket.isStuck = true;
  let written = 0;
  while (stream.write(bytes("a".repeat(10_000)))) {
    written += 10_000;
    assert.ok(written <= 100_000, "the writer is stopped");
  }
  assert.equal(drainCount(), 0);
  harness.socket.isStuck = false;
  harness.socket.takeWaiting();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(drainCount(), 1);
  assert.equal(stream.write(bytes("more")), true);
});

test("a writer before its turn is asked to wait, too", () => {
  const harness = new ConnectionHarness();
  const { stream, drainCount } = start(GET.repeat(2), harness);
  let count = 0;
  while (stream.write(bytes("a".repeat(10_000)))) {
    count++;
    assert.ok(count <= 10);
  }
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(drainCount(), 1);
});

test("aborting breaks the connection off, so that the answer is seen to be incomplete", () => {
  const { harness, exchange, stream } = start(GET);
  const written: boolean[] = [];
  exchange.listener = {
    onClientGone: () => {},
    onWritten: (_, isDelivered) => written.push(isDelivered),
  };
  stream.write(bytes("abc"));
  stream.abort();
  stream.end();
  assert.deepEqual(written, [false]);
  assert.equal(harness.socket.destroyed, true);
  assert.ok(!harness.output.includes("0\r\n\r\n"));
});
