/** Tests how a connection orders, gathers and ends its answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../../../base/assert.ts";
import type { HttpExchange, HttpExchangeListener } from "./http-exchange.ts";
import { ConnectionHarness, EMPTY_ANSWER } from "./testing/connection-harness.ts";

const GET = "GET / HTTP/1.1\r\n\r\n";

function text(content: string): Uint8Array[] {
  return [Buffer.from(content, "latin1")];
}

/** What `listener` methods were called, in order. */
class RecordingListener implements HttpExchangeListener {
  readonly events: string[] = [];

  onClientGone(exchange: HttpExchange): void {
    this.events.push(`gone, ${exchange.isOpen ? "open" : "closed"}`);
  }

  onWritten(_exchange: HttpExchange, isDelivered: boolean): void {
    this.events.push(isDelivered ? "delivered" : "lost");
  }
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) {
    return [[...items]];
  }
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

for (const order of permutations([0, 1, 2, 3])) {
  test(`answers given in the order ${order.join(" ")} leave in the order of the requests`, () => {
    const harness = new ConnectionHarness();
    harness.answersAtOnce = false;
    harness.receive(GET.repeat(4));
    const listeners = harness.exchanges.map((exchange) => {
      const listener = new RecordingListener();
      exchange.listener = listener;
      return listener;
    });
    for (const index of order) {
      // The second one's answer is too large to be copied.
      const size = index === 1 ? 70_000 : 3;
      harness.exchanges[index]?.respond(200, "A: b\r\n", text(String(index).repeat(size)));
    }
    const bodies = harness.output.split("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: ").slice(1);
    assert.deepEqual(bodies, [
      "3\r\n\r\n000",
      `70000\r\n\r\n${"1".repeat(70_000)}`,
      "3\r\n\r\n222",
      "3\r\n\r\n333",
    ]);
    assert.deepEqual(
      listeners.map(({ events }) => events),
      [["delivered"], ["delivered"], ["delivered"], ["delivered"]],
    );
    assert.equal(harness.context.exchangeCount, 0);
    assert.equal(harness.connection.isOpen, true);
  });
}

test("answers to requests that came in one read leave in one write", () => {
  const harness = new ConnectionHarness();
  harness.receive(GET.repeat(10));
  assert.equal(harness.output, EMPTY_ANSWER.repeat(10));
  // The first is on its way before it is known that another one follows.
  assert.ok(harness.socket.writeCount <= 2, `${harness.socket.writeCount} writes`);
});

test("small parts may change as soon as the call returns, in or out of turn", () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(2));
  for (const index of [1, 0]) {
    const part = Buffer.from("right", "latin1");
    harness.exchanges[index]?.respond(200, "", [part]);
    part.fill("x");
  }
  assert.equal(harness.output.match(/right/g)?.length, 2);
});

test("large parts are not copied, and are said to be free when the client has taken them", () => {
  const harness = new ConnectionHarness();
  harness.socket.isStuck = true;
  harness.answersAtOnce = false;
  harness.receive(GET);
  const listener = new RecordingListener();
  const [exchange] = harness.exchanges;
  assert.ok(exchange !== undefined);
  exchange.listener = listener;
  const parts = [Buffer.alloc(40_000, "a"), Buffer.alloc(0), Buffer.alloc(3_000_000, "b")];
  exchange.respond(200, "", parts);
  while (listener.events.length === 0) {
    assert.ok(harness.socket.outputSize < 3_100_000);
    harness.socket.takeWaiting();
  }
  assert.deepEqual(listener.events, ["delivered"]);
  assert.ok(harness.output.endsWith(`\r\n\r\n${"a".repeat(40_000)}${"b".repeat(3_000_000)}`));
  assert.ok(harness.socket.writeCount >= 3, "in steps that show the client's progress");
});

test("the head of an answer is the real server's", () => {
  const respond = (input: string, status: number, lines: string, body: string): string => {
    const harness = new ConnectionHarness();
    harness.answersAtOnce = false;
    harness.receive(input);
    harness.exchanges[0]?.respond(status, lines, body === "" ? [] : text(body));
    return harness.output;
  };
  const JSON_LINES = "Content-Type: application/json\r\n";
  assert.equal(
    respond(GET, 200, JSON_LINES, "{}"),
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  );
  assert.equal(
    respond(GET, 405, "", "x"),
    "HTTP/1.1 405 Not Allowed\r\nContent-Length: 1\r\nContent-Type: text/plain\r\n\r\nx",
  );
  assert.equal(
    respond("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 200, JSON_LINES, "{}"),
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
  );
  assert.equal(
    respond("GET / HTTP/1.0\r\n\r\n", 200, JSON_LINES, "{}"),
    "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  );
  assert.equal(
    respond("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, JSON_LINES, "{}"),
    "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
  );
  assert.equal(
    respond("HEAD / HTTP/1.1\r\n\r\n", 200, JSON_LINES, "{}"),
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n",
  );
  assert.equal(
    respond(GET, 204, JSON_LINES, ""),
    "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n",
  );
  assert.match(respond(GET, 299, JSON_LINES, ""), /^HTTP\/1\.1 299 Unknown\r\n/);
});

test("an answer that is no answer, or a second one, is a bug", () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(2));
  const [first, second] = harness.exchanges;
  assert.throws(() => first?.respond(100, "", []), AssertionError);
  second?.respond(200, "", []);
  assert.throws(() => second?.respond(200, "", []), AssertionError);
  assert.throws(() => second?.startStream(200, "", () => {}), AssertionError);
});

test("requests beyond the depth wait, unread, until one before them is answered", () => {
  const harness = new ConnectionHarness({ pipelineDepthMax: 3 });
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(5));
  assert.equal(harness.exchanges.length, 3);
  assert.equal(harness.socket.isPaused(), true);
  harness.exchanges[1]?.respond(200, "", []);
  assert.equal(harness.exchanges.length, 3, "the second's answer has not left yet");
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(harness.exchanges.length, 5);
  assert.equal(harness.socket.isPaused(), false);
});

test("reading goes on while a request runs, even if no other may begin", () => {
  const harness = new ConnectionHarness({ pipelineDepthMax: 1 });
  harness.answersAtOnce = false;
  harness.receive(GET);
  assert.equal(harness.socket.isPaused(), false);
});

test("requests with large bodies do not pile up", () => {
  const harness = new ConnectionHarness({ pipelinedBodySizeMax: 100 });
  harness.answersAtOnce = false;
  const input = `POST / HTTP/1.1\r\nContent-Length: 60\r\n\r\n${"a".repeat(60)}`;
  harness.receive(input.repeat(5));
  assert.equal(harness.exchanges.length, 2);
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(harness.exchanges.length, 3);
});

test("a client that does not take its answers is not read", () => {
  const harness = new ConnectionHarness({ unsentSizeMax: 1000 });
  harness.socket.isStuck = true;
  harness.answersAtOnce = false;
  harness.receive(GET);
  harness.exchanges[0]?.respond(200, "", text("a".repeat(2000)));
  harness.receive(GET.repeat(3));
  assert.equal(harness.exchanges.length, 1);
  assert.equal(harness.socket.isPaused(), true);
  harness.socket.takeWaiting();
  harness.socket.takeWaiting();
  assert.equal(harness.exchanges.length, 4);
  assert.equal(harness.socket.isPaused(), false);
});

test("answers that leave at once do not hold up the requests behind them", () => {
  for (const size of [1000, 50_000, 100_000]) {
    const harness = new ConnectionHarness({ unsentSizeMax: 100_000 });
    const requests: string[] = [];
    harness.onHead = (exchange) => {
      requests.push(exchange.target);
      exchange.respond(200, "", [Buffer.alloc(size, "a")]);
      return true;
    };
    harness.answersAtOnce = false;
    harness.receive(GET.repeat(500));
    assert.equal(requests.length, 500);
    assert.equal(harness.socket.isPaused(), false);
    assert.ok(harness.socket.outputSize > 500 * size);
    assert.equal(harness.connection.isOpen, true);
  }
});

test("a write that fails at once loses the answer", async () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET);
  harness.socket._write = (_chunk, _encoding, callback) => callback(new Error("EPIPE"));
  const listener = new RecordingListener();
  const [exchange] = harness.exchanges;
  assert.ok(exchange !== undefined);
  exchange.listener = listener;
  exchange.respond(200, "", []);
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.deepEqual(listener.events, ["lost"]);
});

test("memory of small answers is used again, except by a client that has not taken them", () => {
  const slow = new ConnectionHarness();
  slow.socket.isStuck = true;
  slow.receive(GET);
  const quick = new ConnectionHarness();
  for (let count = 0; count < 10_000; count++) {
    quick.receive(GET);
  }
  slow.socket.takeWaiting();
  slow.socket.takeWaiting();
  assert.equal(slow.output, EMPTY_ANSWER);
  assert.equal(quick.output, EMPTY_ANSWER.repeat(10_000));
  const slab = quick.context.arena.slabFor(1);
  assert.equal(slab.position, 0);
});

test("a client that closes its side is reported gone, and still answered", async () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(2));
  const listener = new RecordingListener();
  for (const exchange of harness.exchanges) {
    exchange.listener = listener;
  }
  harness.socket.push(null);
  await new Promise((resolve) => harness.socket.once("end", resolve));
  assert.deepEqual(listener.events, ["gone, open", "gone, open"]);
  harness.exchanges[1]?.respond(200, "", []);
  harness.exchanges[0]?.respond(200, "", []);
  assert.deepEqual(harness.statuses, [200, 200]);
  assert.equal(harness.socket.writableEnded, true);
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.deepEqual(listener.events.slice(2), ["delivered", "delivered"]);
});

test("a client that closes its side while idle is closed; in the middle of a request it is told", async () => {
  for (const [input, statuses] of [
    ["", []],
    [GET, [200]],
    ["GET / HT", [400]],
    ["POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na", [400]],
    ["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", [400]],
  ] as const) {
    const harness = new ConnectionHarness();
    if (input !== "") {
      harness.receive(input);
    }
    harness.socket.push(null);
    await new Promise((resolve) => harness.socket.once("close", resolve));
    assert.deepEqual(harness.statuses, statuses);
    assert.deepEqual(harness.requests, input === GET ? ["GET / 1.1"] : []);
    assert.equal(harness.isClosed, true);
    assert.equal(harness.context.exchangeCount, 0);
  }
});

test("a connection that breaks is reported to each exchange once, and answers after that are lost", async () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(4));
  const listeners = harness.exchanges.map((exchange) => {
    const listener = new RecordingListener();
    exchange.listener = listener;
    return listener;
  });
  // One has been answered, but waits for its turn; one streams.
  harness.exchanges[2]?.respond(200, "", []);
  const stream = harness.exchanges[3]?.startStream(200, "", () => {});
  harness.socket.destroy(new Error("ECONNRESET"));
  await new Promise((resolve) => harness.socket.once("close", resolve));
  harness.exchanges[0]?.respond(200, "", []);
  harness.exchanges[1]?.respond(200, "", text("a".repeat(100_000)));
  assert.equal(stream?.write(Buffer.from("a")), true);
  stream?.end();
  stream?.end();
  assert.deepEqual(
    listeners.map(({ events }) => events),
    [
      ["gone, closed", "lost"],
      ["gone, closed", "lost"],
      ["gone, closed", "lost"],
      ["gone, closed", "lost"],
    ],
  );
  assert.equal(harness.output, "");
  assert.equal(harness.context.exchangeCount, 0);
});

test("a connection that breaks while its answer is on its way loses it", async () => {
  const harness = new ConnectionHarness();
  harness.socket.isStuck = true;
  harness.answersAtOnce = false;
  harness.receive(GET);
  const listener = new RecordingListener();
  const [exchange] = harness.exchanges;
  assert.ok(exchange !== undefined);
  exchange.listener = listener;
  exchange.respond(200, "", text("a".repeat(5_000_000)));
  harness.socket.destroy();
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.deepEqual(listener.events, ["lost"]);
});

test("what a listener throws is reported and harms nothing", async () => {
  const failure = new Error("a bug above");
  const listener: HttpExchangeListener = {
    onClientGone: () => {
      throw failure;
    },
    onWritten: () => {
      throw failure;
    },
  };
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(2));
  for (const exchange of harness.exchanges) {
    exchange.listener = listener;
  }
  harness.exchanges[0]?.respond(200, "", []);
  harness.socket.destroy();
  await new Promise((resolve) => harness.socket.once("close", resolve));
  assert.deepEqual(harness.errors, [failure, failure]);
  assert.equal(harness.isClosed, true);
});

test("a fault waits for the answers before it", () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(`${GET}GET HTTP/1.1\r\n\r\n`);
  assert.equal(harness.output, "");
  harness.exchanges[0]?.respond(200, "", []);
  assert.deepEqual(harness.statuses, [200, 400]);
  assert.equal(harness.connection.isOpen, false);
});

test("a closing server ends idle connections, and busy ones with their last answer", () => {
  const idle = new ConnectionHarness();
  idle.receive(GET);
  const busy = new ConnectionHarness();
  busy.answersAtOnce = false;
  busy.receive(GET.repeat(2));
  const partial = new ConnectionHarness();
  partial.receive("GET / HT");
  for (const harness of [idle, busy, partial]) {
    harness.context.isClosing = true;
    harness.connection.beginClosing();
  }
  assert.equal(idle.socket.writableEnded, true);
  assert.equal(busy.connection.isOpen, true);
  assert.equal(partial.connection.isOpen, true);

  partial.receive("TP/1.1\r\n\r\n");
  assert.match(partial.output, /\r\nConnection: close\r\n/);
  assert.equal(partial.connection.isOpen, false);

  busy.exchanges[1]?.respond(200, "", []);
  busy.exchanges[0]?.respond(200, "", []);
  assert.equal(busy.output.match(/Connection: close/g)?.length, 1);
  assert.match(busy.output, /^HTTP\/1\.1 200 OK\r\nContent-Length: 0\r\nContent-Type/);
  assert.equal(busy.connection.isOpen, false);
});

test("a closing server ends connections whose answer was given before it began to close", () => {
  const harness = new ConnectionHarness();
  harness.answersAtOnce = false;
  harness.receive(GET.repeat(2));
  harness.exchanges[1]?.respond(200, "", []);
  harness.context.isClosing = true;
  harness.connection.beginClosing();
  harness.exchanges[0]?.respond(200, "", []);
  assert.equal(harness.connection.isOpen, false);
  assert.deepEqual(harness.statuses, [200, 200]);
});
