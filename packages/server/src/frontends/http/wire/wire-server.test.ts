import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, describe, test } from "node:test";
import { ManualClock } from "../../../base/testing/manual-clock.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { HttpExchange, HttpExchangeListener, HttpRequestReceiver } from "./http-exchange.ts";
import { RawClient } from "./testing/raw-client.ts";
import { createWireServer, type WireServer, type WireServerOptions } from "./wire-server.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LINES = "Content-Type: application/octet-stream\r\n";

/** Answers each request with its own body; `/hold` is kept until it is answered by hand. */
class EchoReceiver implements HttpRequestReceiver {
  bodySizeMax = 64 * 1024 * 1024;
  readonly held: HttpExchange[] = [];
  requestCount = 0;
  #onHeld: () => void = () => {};

  alignedBodyOffset(): number {
    return 0;
  }

  onRequest(exchange: HttpExchange): void {
    this.requestCount++;
    if (exchange.path === "/hold") {
      this.held.push(exchange);
      this.#onHeld();
    } else {
      exchange.respond(200, LINES, [exchange.body]);
    }
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    exchange.respond(413, LINES, [Buffer.from("too large")]);
  }

  /** Resolves when so many requests are held. */
  async holds(count: number): Promise<void> {
    while (this.held.length < count) {
      await new Promise<void>((resolve) => {
        this.#onHeld = resolve;
      });
    }
  }
}

interface Served {
  readonly server: WireServer;
  readonly receiver: EchoReceiver;
  readonly port: number;
  readonly errors: unknown[];
}

const servers: WireServer[] = [];
after(() => {
  for (const server of servers) {
    server.destroy();
  }
});

async function serve(options: WireServerOptions = {}): Promise<Served> {
  const receiver = new EchoReceiver();
  const errors: unknown[] = [];
  const server = createWireServer(() => receiver, {
    onHandlerError: (error) => errors.push(error),
    ...options,
  });
  servers.push(server);
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  return { server, receiver, port, errors };
}

function post(path: string, body: Uint8Array): Uint8Array {
  const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.byteLength}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

/** Tells when a listener's exchange is over. */
class Fate implements HttpExchangeListener {
  readonly events: string[] = [];
  readonly gone: Promise<void>;
  readonly written: Promise<boolean>;
  #onGone: () => void = () => {};
  #onWritten: (isDelivered: boolean) => void = () => {};

  constructor() {
    this.gone = new Promise((resolve) => {
      this.#onGone = resolve;
    });
    this.written = new Promise((resolve) => {
      this.#onWritten = resolve;
    });
  }

  onClientGone(): void {
    this.events.push("gone");
    this.#onGone();
  }

  onWritten(_exchange: HttpExchange, isDelivered: boolean): void {
    this.events.push(isDelivered ? "delivered" : "lost");
    this.#onWritten(isDelivered);
  }
}

for (const readMode of ["direct", "stream"] as const) {
  describe(`read mode ${readMode}`, () => {
    for (const size of [0, 1, 100, 8192, 8193, 65_536, 200_000, 5_000_000]) {
      test(`a body of ${size} bytes goes in and comes out`, async () => {
        const { port } = await serve({ readMode });
        const client = await RawClient.connect(port);
        const body = Buffer.alloc(size);
        for (let index = 0; index < size; index++) {
          body[index] = (index * 31 + (index >> 8)) & 0xff;
        }
        for (let count = 0; count < 3; count++) {
          const answer = await client.ask(post("/", body));
          assert.equal(answer.status, 200);
          assert.ok(answer.body.equals(body));
        }
        client.close();
      });
    }

    test("a large body is followed by another request in the same packets", async () => {
      const { port } = await serve({ readMode });
      const client = await RawClient.connect(port);
      const body = Buffer.alloc(300_000, "b");
      client.send(Buffer.concat([post("/", body), Buffer.from(GET), post("/", body)]));
      assert.ok((await client.answer()).body.equals(body));
      assert.equal((await client.answer()).body.byteLength, 0);
      assert.ok((await client.answer()).body.equals(body));
      client.close();
    });

    test("a hundred pipelined requests are answered in order, however late the answers are given", async () => {
      const { port, receiver } = await serve({ readMode, limits: { pipelineDepthMax: 100 } });
      const client = await RawClient.connect(port);
      const hold = "GET /hold HTTP/1.1\r\n\r\n";
      client.send(hold.repeat(100));
      await receiver.holds(100);
      for (const [index, exchange] of [...receiver.held.entries()].reverse()) {
        exchange.respond(200, LINES, [Buffer.from(String(index))]);
      }
      for (let index = 0; index < 100; index++) {
        assert.equal((await client.answer()).body.toString(), String(index));
      }
      client.close();
    });

    test("a client that goes while its request runs is noticed", async () => {
      const { port, receiver, server } = await serve({ readMode });
      const client = await RawClient.connect(port);
      client.send("GET /hold HTTP/1.1\r\n\r\n");
      await receiver.holds(1);
      const fate = new Fate();
      const [exchange] = receiver.held;
      assert.ok(exchange !== undefined);
      exchange.listener = fate;
      client.reset();
      await fate.gone;
      assert.equal(exchange.isOpen, false);
      exchange.respond(200, LINES, [Buffer.alloc(100_000)]);
      assert.deepEqual(fate.events, ["gone", "lost"]);
      assert.deepEqual(server.counts, { connections: 0, exchanges: 0 });
    });

    test("a client that has closed its side is still answered, then closed", async () => {
      const { port, receiver } = await serve({ readMode });
      const client = await RawClient.connect(port);
      client.send("GET /hold HTTP/1.1\r\n\r\n");
      client.socket.end();
      await receiver.holds(1);
      const fate = new Fate();
      const [exchange] = receiver.held;
      assert.ok(exchange !== undefined);
      exchange.listener = fate;
      await fate.gone;
      exchange.respond(200, LINES, [Buffer.from("late")]);
      assert.equal((await client.answer()).body.toString(), "late");
      assert.deepEqual(await client.end(), { rest: "", wasReset: false });
    });

    test("a client that breaks off in the middle of its body costs nothing", async () => {
      const given: Uint8Array[] = [];
      let takenCount = 0;
      const pool: BufferPool = {
        take: (size) => {
          takenCount++;
          return new Uint8Array(size);
        },
        give: (buffer) => given.push(buffer),
      };
      const { port, server } = await serve({ readMode, pool });
      const client = await RawClient.connect(port);
      client.send(post("/", Buffer.alloc(1_000_000)).subarray(0, 500_000));
      client.socket.end();
      const answer = await client.answer();
      assert.equal(answer.status, 400);
      await client.end();
      client.close();
      while (server.counts.connections > 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(given.length, takenCount);
      const other = await RawClient.connect(port);
      assert.equal((await other.ask(GET)).status, 200);
      assert.equal(server.counts.exchanges, 0);
      other.close();
    });

    test("a client that resets in the middle of its answer harms no other", async () => {
      const { port, receiver, server } = await serve({ readMode });
      const client = await RawClient.connect(port);
      client.send("GET /hold HTTP/1.1\r\n\r\n");
      await receiver.holds(1);
      const fate = new Fate();
      const [exchange] = receiver.held;
      assert.ok(exchange !== undefined);
      exchange.listener = fate;
      client.socket.pause();
      exchange.respond(200, LINES, [Buffer.alloc(64 * 1024 * 1024)]);
      client.reset();
      assert.equal(await fate.written, false);
      const other = await RawClient.connect(port);
      assert.equal((await other.ask(GET)).status, 200);
      assert.equal(server.counts.exchanges, 0);
      other.close();
    });

    test("a client that pipelines and does not read stops being served, and is served on when it reads", async () => {
      const { port, receiver } = await serve({ readMode });
      const client = await RawClient.connect(port);
      client.socket.pause();
      const body = Buffer.alloc(256 * 1024, "c");
      const count = 200;
      const request = post("/", body);
      for (let index = 0; index < count; index++) {
        client.send(request);
      }
      // It is stopped when its answers fill the kernel's buffers and the allowed backlog: see when nothing moves.
      let before = -1;
      while (before !== receiver.requestCount || before === 0) {
        before = receiver.requestCount;
        for (let turn = 0; turn < 50; turn++) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      assert.ok(receiver.requestCount < count, `${receiver.requestCount} of ${count} requests`);
      client.socket.resume();
      for (let index = 0; index < count; index++) {
        assert.equal((await client.answer()).body.byteLength, body.byteLength);
      }
      client.close();
    });
  });
}

test("a claimed gigabyte is refused before it comes, and the refusal can be read", async () => {
  const { port } = await serve();
  const client = await RawClient.connect(port);
  client.send("POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");
  const answer = await client.answer();
  assert.equal(answer.status, 413);
  assert.match(answer.head, /\r\nConnection: close\r\n/);
  assert.equal((await client.end()).wasReset, false);
  client.close();
});

test("a client that keeps sending a refused body gets to read the refusal", async () => {
  const { port, receiver } = await serve();
  receiver.bodySizeMax = 1000;
  const client = await RawClient.connect(port);
  client.send(post("/", Buffer.alloc(20 * 1024 * 1024)));
  assert.equal((await client.answer()).status, 413);
  // The connection has survived: the rest was thrown away.
  assert.equal((await client.ask(GET)).status, 200);
  client.close();
});

test("a claimed terabyte takes no memory worth mentioning", async () => {
  let takenSize = 0;
  const pool: BufferPool = {
    take: (size) => {
      takenSize += size;
      return new Uint8Array(size);
    },
    give() {},
  };
  const { port, receiver, server } = await serve({ pool });
  receiver.bodySizeMax = Number.MAX_SAFE_INTEGER;
  const client = await RawClient.connect(port);
  client.send("POST / HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n0123456789");
  client.socket.end();
  assert.equal((await client.answer()).status, 400);
  assert.ok(takenSize <= 64 * 1024, `${takenSize} bytes`);
  await client.end();
  assert.equal(server.counts.exchanges, 0);
  client.close();
});

test("a header bomb is refused, and the refusal can be read", async () => {
  const { port } = await serve();
  for (const bomb of [
    `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(200_000)}\r\n`,
    `GET / HTTP/1.1\r\nA: ${"b".repeat(2_000_000)}\r\n\r\n`,
    `GET /${"a".repeat(2_000_000)} HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nA: b\r\n${"x".repeat(2_000_000)}`,
  ]) {
    const client = await RawClient.connect(port);
    client.send(bomb);
    const answer = await client.answer();
    assert.ok(answer.status === 431 || answer.status === 414, `${answer.status}`);
    assert.equal((await client.end()).wasReset, false);
    client.close();
  }
});

test("a slow client is told so, by one timer for all", async () => {
  const clock = new ManualClock();
  const { port } = await serve({ clock, limits: { headTimeoutMs: 5000, bodyTimeoutMs: 5000 } });
  const idle = await RawClient.connect(port);
  assert.equal((await idle.ask(GET)).status, 200);
  const slowHead = await RawClient.connect(port);
  const slowBody = await RawClient.connect(port);
  slowHead.send(`${GET}GET / HT`);
  slowBody.send(`${GET}POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc`);
  await slowHead.answer();
  await slowBody.answer();
  assert.equal(clock.timerCount, 1);
  clock.advance(10_000);
  assert.equal((await slowHead.answer()).status, 408);
  assert.equal((await slowBody.answer()).status, 408);
  assert.equal((await idle.ask(GET)).status, 200);
  assert.equal(clock.timerCount, 1);
  for (const client of [idle, slowHead, slowBody]) {
    client.close();
  }
});

test("no timer runs while there is no connection", async () => {
  const clock = new ManualClock();
  const { port, server } = await serve({ clock });
  assert.equal(clock.timerCount, 0);
  const client = await RawClient.connect(port);
  await client.ask(GET);
  assert.equal(clock.timerCount, 1);
  client.close();
  await server.close();
  assert.equal(clock.timerCount, 0);
});

test("closing lets requests that run finish, ends idle connections and refuses new ones", async () => {
  const { port, server, receiver } = await serve();
  const idle = await RawClient.connect(port);
  await idle.ask(GET);
  const busy = await RawClient.connect(port);
  busy.send("GET /hold HTTP/1.1\r\n\r\n");
  await receiver.holds(1);
  assert.deepEqual(server.counts, { connections: 2, exchanges: 1 });
  let isClosed = false;
  const closing = server.close().then(() => {
    isClosed = true;
  });
  const again = server.close();
  assert.deepEqual(await idle.end(), { rest: "", wasReset: false });
  await assert.rejects(RawClient.connect(port), { code: "ECONNREFUSED" });
  assert.equal(isClosed, false);
  assert.deepEqual(server.counts, { connections: 1, exchanges: 1 });
  receiver.held[0]?.respond(200, LINES, [Buffer.from("last")]);
  const answer = await busy.answer();
  assert.equal(answer.body.toString(), "last");
  assert.match(answer.head, /\r\nConnection: close\r\n/);
  await busy.end();
  await closing;
  await again;
  assert.deepEqual(server.counts, { connections: 0, exchanges: 0 });
});

test("destroying ends everything at once, and completes closing", async () => {
  const { port, server, receiver } = await serve();
  const busy = await RawClient.connect(port);
  busy.send("GET /hold HTTP/1.1\r\n\r\n");
  await receiver.holds(1);
  const closing = server.close();
  const fate = new Fate();
  const [exchange] = receiver.held;
  assert.ok(exchange !== undefined);
  exchange.listener = fate;
  server.destroy();
  await fate.gone;
  await closing;
  await busy.end();
  assert.equal(server.counts.connections, 0);
});

test("a port in use and an address that is not ours are Node's own errors", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  assert.ok(address !== null && typeof address === "object");
  const server = createWireServer(() => new EchoReceiver());
  await assert.rejects(
    server.listen({ address: "127.0.0.1", port: address.port, reusePort: false }),
    { code: "EADDRINUSE" },
  );
  await assert.rejects(
    createWireServer(() => new EchoReceiver()).listen({
      address: "192.0.2.1",
      port: 0,
      reusePort: false,
    }),
    { code: "EADDRNOTAVAIL" },
  );
  other.close();
});

test("servers that say so share a port", async () => {
  const first = createWireServer(() => new EchoReceiver());
  const second = createWireServer(() => new EchoReceiver());
  servers.push(first, second);
  const { port } = await first.listen({ address: "127.0.0.1", port: 0, reusePort: true });
  await second.listen({ address: "127.0.0.1", port, reusePort: true });
  const client = await RawClient.connect(port);
  assert.equal((await client.ask(GET)).status, 200);
  client.close();
});

test("connections above the limit are closed at once, and make room when others go", async () => {
  const { port, server } = await serve({ limits: { connectionCountMax: 2 } });
  const clients = [await RawClient.connect(port), await RawClient.connect(port)];
  for (const client of clients) {
    assert.equal((await client.ask(GET)).status, 200);
  }
  const refused = await RawClient.connect(port);
  await refused.end();
  clients[0]?.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  await clients[0]?.end();
  clients[0]?.close();
  while (server.counts.connections > 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const admitted = await RawClient.connect(port);
  assert.equal((await admitted.ask(GET)).status, 200);
  admitted.close();
  clients[1]?.close();
});

test("2,000 connections stay open and are served", async () => {
  const { port, server } = await serve();
  const clients: RawClient[] = [];
  for (let count = 0; count < 20; count++) {
    const batch = Array.from({ length: 100 }, () => RawClient.connect(port));
    clients.push(...(await Promise.all(batch)));
  }
  const first = await Promise.all(clients.map((client) => client.ask(GET)));
  assert.ok(first.every(({ status }) => status === 200));
  assert.equal(server.counts.connections, 2000);
  const second = await Promise.all(clients.map((client) => client.ask(GET)));
  assert.ok(second.every(({ status }) => status === 200));
  for (const client of clients) {
    client.close();
  }
  await server.close();
  assert.equal(server.counts.connections, 0);
});

test("the address of the client is known", async () => {
  const { port, receiver } = await serve();
  const client = await RawClient.connect(port);
  client.send("GET /hold HTTP/1.1\r\n\r\n");
  await receiver.holds(1);
  assert.equal(receiver.held[0]?.remoteAddress, "127.0.0.1");
  client.close();
});
