/** Tests that a connection on a thread keeps the wire's promises: requests, answers, streams, cancellation, memory. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { TestAuthority } from "../../socket/testing/test-authority.ts";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpHeadHandler,
  HttpRequestReceiver,
  HttpResponseStream,
} from "../wire/http-exchange.ts";
import { RawClient } from "../wire/testing/raw-client.ts";
import { requestCases } from "../wire/testing/request-cases.ts";
import { createWireServer, type WireServer } from "../wire/wire-server.ts";
import {
  LocalHttpThread,
  type LocalHttpThreadOptions,
  turnsUntil,
} from "./testing/local-http-thread.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LINES = "Content-Type: application/octet-stream\r\n";

const locals: LocalHttpThread[] = [];
const servers: WireServer[] = [];
after(() => {
  for (const { thread } of locals) {
    thread.destroy();
  }
  for (const server of servers) {
    server.destroy();
  }
});

async function serve(
  onHead: HttpHeadHandler,
  options?: LocalHttpThreadOptions,
): Promise<LocalHttpThread> {
  const local = await LocalHttpThread.start(onHead, options);
  locals.push(local);
  return local;
}

/** Hands requests to a function, which answers or keeps them; counts what listeners are told. */
class Receiver implements HttpRequestReceiver, HttpExchangeListener {
  bodySizeMax = 1 << 28;
  alignedOffset = 0;
  readonly held: HttpExchange[] = [];
  readonly events: string[] = [];
  readonly #take: (exchange: HttpExchange, receiver: Receiver) => void;

  constructor(take: (exchange: HttpExchange, receiver: Receiver) => void) {
    this.#take = take;
  }

  readonly onHead = (): HttpRequestReceiver => this;

  alignedBodyOffset(): number {
    return this.alignedOffset;
  }

  onRequest(exchange: HttpExchange): void {
    exchange.listener = this;
    this.#take(exchange, this);
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    exchange.respond(413, LINES, [Buffer.from("too large")]);
  }

  onClientGone(exchange: HttpExchange): void {
    this.events.push(exchange.isOpen ? "gone, open" : "gone");
  }

  onWritten(exchange: HttpExchange, isDelivered: boolean): void {
    this.events.push(isDelivered ? "delivered" : "lost");
    exchange.releaseBody();
  }
}

function echoes(): Receiver {
  return new Receiver((exchange) => exchange.respond(200, LINES, [exchange.body]));
}

function holds(): Receiver {
  return new Receiver((exchange, receiver) => receiver.held.push(exchange));
}

function post(body: Uint8Array): Uint8Array {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.byteLength}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

function patterned(size: number): Buffer {
  const body = Buffer.alloc(size);
  for (let index = 0; index < size; index++) {
    body[index] = (index * 31 + (index >> 8)) & 0xff;
  }
  return body;
}

const authority = new TestAuthority("Test authority");
const tls = { ...authority.issue("server"), rootCertificates: null, isMutual: false };

for (const isSecure of [false, true]) {
  test(`bodies of all sizes go in and come out, and their memory comes back, ${isSecure ? "TLS" : "plain"}`, async () => {
    const receiver = echoes();
    const local = await serve(receiver.onHead, { tls: isSecure ? tls : null });
    const client = isSecure
      ? await RawClient.connectTls(local.port, { ca: authority.certificate })
      : await RawClient.connect(local.port);
    const sizes = [0, 1, 100, 8191, 8192, 8193, 65_535, 65_536, 65_537, 200_000, 5_000_000];
    for (const size of sizes) {
      const body = patterned(size);
      for (let count = 0; count < 3; count++) {
        const answer = await client.ask(post(body));
        assert.equal(answer.status, 200);
        assert.ok(answer.body.equals(body), `${size} bytes`);
      }
    }
    await local.comesToRest();
    assert.equal(receiver.events.length, sizes.length * 3);
    assert.deepEqual(new Set(receiver.events), new Set(["delivered"]));
    client.close();
  });
}

/** What a server made of an input: the requests as it saw them, and what the client got. */
async function outcomeOf(port: number, seen: string[], input: string): Promise<unknown> {
  seen.length = 0;
  const client = await RawClient.connect(port);
  client.send(input);
  client.socket.end();
  const { rest } = await client.end();
  client.close();
  return { seen: [...seen], answers: rest };
}

test("the table of requests has the same outcome as on one thread", async () => {
  const seen: string[] = [];
  const receiver = new Receiver((exchange) => {
    const lines: string[] = [];
    exchange.forEachHeader((name, value) => lines.push(`${name}: ${value}`));
    const { method, target, path, query, versionMinor, remoteAddress } = exchange;
    const body = Buffer.from(exchange.body).toString("latin1");
    seen.push(
      JSON.stringify([method, target, path, query, versionMinor, remoteAddress, lines, body]),
    );
    exchange.respond(200, "", []);
  });
  const local = await serve(receiver.onHead);
  const server = createWireServer(receiver.onHead);
  servers.push(server);
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  for (const { name, input } of requestCases) {
    const expected = await outcomeOf(port, seen, input);
    assert.deepEqual(await outcomeOf(local.port, seen, input), expected, name);
  }
  await local.comesToRest();
});

test("answers given in any order leave in the order of the requests", async () => {
  const receiver = holds();
  const local = await serve(receiver.onHead, { limits: { pipelineDepthMax: 100 } });
  const client = await RawClient.connect(local.port);
  client.send(GET.repeat(100));
  await turnsUntil(() => receiver.held.length === 100);
  for (const [index, exchange] of [...receiver.held.entries()].reverse()) {
    exchange.respond(200, LINES, [Buffer.from(String(index))]);
  }
  for (let index = 0; index < 100; index++) {
    assert.equal((await client.answer()).body.toString(), String(index));
  }
  await local.comesToRest();
  client.close();
});

test("a part may change as soon as respond returns, if the parts are small", async () => {
  const receiver = new Receiver((exchange) => {
    const part = Buffer.from("right");
    exchange.respond(200, LINES, [part, Buffer.from(" "), part]);
    part.fill("x");
  });
  const local = await serve(receiver.onHead);
  const client = await RawClient.connect(local.port);
  assert.equal((await client.ask(GET)).body.toString(), "right right");
  client.close();
});

test("a small body is placed so that the byte asked for lies on a boundary", async () => {
  const offsets: number[] = [];
  const receiver = new Receiver((exchange) => {
    offsets.push((exchange.body.byteOffset + 13) % 64);
    exchange.respond(200, LINES, [exchange.body]);
  });
  receiver.alignedOffset = 13;
  const local = await serve(receiver.onHead);
  const client = await RawClient.connect(local.port);
  for (let size = 14; size < 9000; size += 700) {
    const body = patterned(size);
    assert.ok((await client.ask(post(body))).body.equals(body));
  }
  assert.deepEqual(new Set(offsets.slice(0, 12)), new Set([0]));
  client.close();
});

describe("refusals", () => {
  test("a request that the head handler answers itself costs its body nothing", async () => {
    const onHead: HttpHeadHandler = (exchange) => {
      exchange.respond(404, LINES, []);
      return null;
    };
    const local = await serve(onHead);
    const client = await RawClient.connect(local.port);
    for (const size of [0, 10, 100_000]) {
      assert.equal((await client.ask(post(Buffer.alloc(size)))).status, 404);
    }
    await local.comesToRest();
    client.close();
  });

  test("a body above the thread's limit is not taken, and the core says so", async () => {
    const receiver = echoes();
    const local = await serve(receiver.onHead, { bodySizeMax: 1000 });
    const client = await RawClient.connect(local.port);
    const large = Buffer.alloc(200_000);
    assert.equal((await client.ask(post(large))).body.toString(), "too large");
    const chunk = `${"1".padStart(5, "0")}\r\na\r\n`.repeat(1001);
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`,
    );
    assert.equal((await client.answer()).status, 413);
    assert.equal((await client.ask(GET)).status, 200);
    await local.comesToRest();
    client.close();
  });

  test("a body above the receiver's limit is refused by it", async () => {
    const receiver = echoes();
    receiver.bodySizeMax = 1000;
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    for (const size of [1001, 100_000]) {
      assert.equal((await client.ask(post(Buffer.alloc(size)))).status, 413);
    }
    assert.equal((await client.ask(post(Buffer.alloc(1000)))).status, 200);
    await local.comesToRest();
    client.close();
  });

  test("a handler that throws is reported and answered for", async () => {
    const receiver = new Receiver(() => assert.fail("a bug"));
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    const answer = await client.ask(post(Buffer.alloc(100_000)));
    assert.equal(answer.status, 500);
    assert.equal(answer.body.toString(), '{"error":"Internal error"}');
    assert.match(String(local.errors.pop()), /a bug/);
    await local.comesToRest();
    client.close();
  });
});

describe("clients that go", () => {
  test("a running request is told, may be answered all the same, and gives its memory back", async () => {
    const receiver = holds();
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(post(Buffer.alloc(100_000)));
    await turnsUntil(() => receiver.held.length === 1);
    client.reset();
    await turnsUntil(() => receiver.events.length === 1);
    const [exchange] = receiver.held;
    assert.equal(exchange?.isOpen, false);
    assert.equal(exchange?.remoteAddress, undefined);
    exchange?.respond(200, LINES, [Buffer.alloc(100_000)]);
    await local.comesToRest();
    assert.deepEqual(receiver.events, ["gone", "lost"]);
  });

  test("who has closed its side only is still answered", async () => {
    const receiver = holds();
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(GET);
    client.socket.end();
    await turnsUntil(() => receiver.events.length === 1);
    receiver.held[0]?.respond(200, LINES, [Buffer.from("late")]);
    assert.equal((await client.answer()).body.toString(), "late");
    await local.comesToRest();
    assert.deepEqual(receiver.events, ["gone, open", "delivered"]);
    client.close();
  });

  test("a thread that ends takes its clients with it, and what they still hold is given up once", async () => {
    const receiver = holds();
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(post(Buffer.alloc(100_000)));
    await turnsUntil(() => receiver.held.length === 1);
    local.link.abandon();
    const [exchange] = receiver.held;
    assert.equal(exchange?.isOpen, false);
    exchange?.respond(200, LINES, [Buffer.alloc(100_000)]);
    assert.deepEqual(receiver.events, ["gone", "lost"]);
    assert.equal(local.link.exchangeCount, 0);
    assert.equal(local.link.answerBufferCount, 0);
    client.close();
  });
});

describe("streams", () => {
  test("pieces of all sizes arrive in order, each as a chunk", async () => {
    const sizes = [1, 100, 70_000, 0, 3, 300_000];
    const receiver = new Receiver((exchange) => {
      const stream = exchange.startStream(200, LINES, () => {});
      for (const size of sizes) {
        stream.write(patterned(size));
      }
      stream.end();
      stream.end();
    });
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    const { rest } = await client.end();
    const chunks = sizes
      .filter((size) => size > 0)
      .map((size) => `${size.toString(16)}\r\n${patterned(size).toString("latin1")}\r\n`);
    assert.equal(rest.slice(rest.indexOf("\r\n\r\n") + 4), `${chunks.join("")}0\r\n\r\n`);
    await local.comesToRest();
    assert.deepEqual(receiver.events.at(-1), "delivered");
    client.close();
  });

  test("a stream waits for a client that does not read, within a bound, and goes on when it does", async () => {
    let written = 0;
    let drainCount = 0;
    const total = 30 * 1024 * 1024;
    const piece = Buffer.alloc(50_000, "s");
    const receiver = new Receiver((exchange) => {
      const fill = (): void => {
        let mayGoOn = true;
        while (mayGoOn && written < total) {
          mayGoOn = stream.write(piece);
          written += piece.byteLength;
        }
        if (written >= total) {
          stream.end();
        }
      };
      const stream: HttpResponseStream = exchange.startStream(200, LINES, () => {
        drainCount++;
        fill();
      });
      fill();
    });
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.socket.pause();
    client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    let before = -1;
    while (before !== written || written === 0) {
      before = written;
      for (let turn = 0; turn < 100; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    assert.ok(written < total / 2, `${written} bytes`);
    client.socket.resume();
    const { rest } = await client.end();
    assert.ok(rest.length > total);
    assert.ok(drainCount > 1);
    await local.comesToRest();
    client.close();
  });

  test("an aborted stream shows the client a truncated answer", async () => {
    const receiver = new Receiver((exchange) => {
      const stream = exchange.startStream(200, LINES, () => {});
      stream.write(Buffer.from("half"));
      stream.abort();
    });
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(GET);
    assert.ok(!(await client.end()).rest.includes("0\r\n\r\n"));
    await local.comesToRest();
    assert.deepEqual(receiver.events, ["gone", "lost"]);
    client.close();
  });

  test("a stream to a client that has gone ends when its writer ends it", async () => {
    const receiver = holds();
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(GET);
    await turnsUntil(() => receiver.held.length === 1);
    const stream = receiver.held[0]?.startStream(200, LINES, () => {});
    stream?.write(Buffer.from("one"));
    client.reset();
    await turnsUntil(() => receiver.events.length === 1);
    assert.equal(stream?.write(Buffer.alloc(100_000)), true, "nobody is waited for");
    assert.deepEqual(receiver.events, ["gone"]);
    stream?.end();
    await local.comesToRest();
    assert.deepEqual(receiver.events, ["gone", "lost"]);
  });

  test("a stream outlives its thread, and ends once", async () => {
    const receiver = holds();
    const local = await serve(receiver.onHead);
    const client = await RawClient.connect(local.port);
    client.send(GET);
    await turnsUntil(() => receiver.held.length === 1);
    const stream = receiver.held[0]?.startStream(200, LINES, () => {});
    local.link.abandon();
    assert.equal(stream?.write(Buffer.from("one")), true);
    stream?.end();
    stream?.abort();
    assert.deepEqual(receiver.events, ["gone", "lost"]);
    client.close();
  });
});

test("HEAD is answered without a body, streams too", async () => {
  const receiver = new Receiver((exchange) => {
    if (exchange.path === "/stream") {
      const stream = exchange.startStream(200, LINES, () => {});
      stream.write(Buffer.from("unseen"));
      stream.end();
    } else {
      exchange.respond(200, LINES, [Buffer.from("unseen")]);
    }
  });
  const local = await serve(receiver.onHead);
  const client = await RawClient.connect(local.port);
  client.send("HEAD / HTTP/1.1\r\n\r\nHEAD /stream HTTP/1.1\r\n\r\n");
  assert.match((await client.answer(false)).head, /Content-Length: 6/);
  assert.match((await client.answer(false)).head, /chunked/);
  assert.equal(
    await client.ask("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n").catch(String),
    "Error: the connection ended (FIN) after: HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
  );
  await local.comesToRest();
  client.close();
});
