/** Tests HTTP on real threads: how they share a port, end, die and are replaced. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { systemClock } from "../../../base/clock.ts";
import { nullLogger } from "../../../base/logger.ts";
import type { HttpOptions } from "../../../config/server-options.ts";
import { TestAuthority } from "../../socket/testing/test-authority.ts";
import type { IoThreadGroup } from "../../threads/io-thread-group.ts";
import type { HttpExchange, HttpHeadHandler } from "../wire/http-exchange.ts";
import { RawClient } from "../wire/testing/raw-client.ts";
import { type HttpThreadsOptions, startHttpThreads } from "./start-http-threads.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LINES = "Content-Type: application/octet-stream\r\n";
const MORTAL = new URL("testing/mortal-http-thread.ts", import.meta.url);

const groups: IoThreadGroup[] = [];
after(async () => {
  for (const group of groups) {
    group.destroy();
    await group.close();
  }
});

const HTTP: HttpOptions = {
  isAllowed: true,
  address: "127.0.0.1",
  port: 0,
  reusePort: false,
  threadCount: 2,
  maxInputSizeBytes: 1 << 26,
  overloadRetryAfterSeconds: 0,
  isInferStreamed: false,
  headerForwardPattern: "",
  restrictedApis: [],
  tls: null,
};

interface Served {
  readonly group: IoThreadGroup;
  readonly port: number;
  readonly held: HttpExchange[];
  readonly logged: string[];
}

/** Answers each request with its body; `/hold` is kept until it is answered by hand. */
async function serve(
  http: Partial<HttpOptions> = {},
  options: Partial<HttpThreadsOptions> = {},
): Promise<Served> {
  const held: HttpExchange[] = [];
  const logged: string[] = [];
  const onHead: HttpHeadHandler = () => ({
    bodySizeMax: 1 << 26,
    alignedBodyOffset: () => 0,
    onRequest(exchange) {
      if (exchange.path === "/hold") {
        held.push(exchange);
        return;
      }
      exchange.listener = { onClientGone() {}, onWritten: () => exchange.releaseBody() };
      exchange.respond(200, LINES, [exchange.body]);
    },
    onBodyTooLarge: (exchange) => exchange.respond(413, LINES, []),
  });
  const group = await startHttpThreads({
    http: { ...HTTP, ...http },
    threadCount: 2,
    tls: null,
    onHead,
    clock: systemClock,
    log: { ...nullLogger, error: (message) => logged.push(message) },
    // Takes bodies for every path, unlike the program in use.
    program: MORTAL,
    ...options,
  });
  groups.push(group);
  return { group, port: group.port, held, logged };
}

/** Waits for what threads do in their own time; each look lets the event loop turn. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until the last thread has heard that it closes: from then on nobody listens. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const client = await RawClient.connect(port).catch((error: unknown) => {
      assert.ok(error instanceof Error && "code" in error && error.code === "ECONNREFUSED");
      return null;
    });
    if (client === null) {
      return;
    }
    client.close();
  }
}

function post(body: Uint8Array): Uint8Array {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.byteLength}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

test("many clients at once get their own answers", async () => {
  const { group, port } = await serve();
  const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.connect(port)));
  await Promise.all(
    clients.map(async (client, index) => {
      for (const size of [10, 20_000, 300_000]) {
        const body = Buffer.alloc(size, index + 1);
        for (let count = 0; count < 5; count++) {
          assert.ok((await client.ask(post(body))).body.equals(body));
        }
      }
    }),
  );
  assert.equal(group.connectionCount, clients.length);
  for (const client of clients) {
    client.close();
  }
  await until(() => group.connectionCount === 0);
});

test("closing lets requests that run finish, ends idle connections and refuses new ones", async () => {
  const { group, port, held } = await serve();
  const idle = await RawClient.connect(port);
  await idle.ask(GET);
  const busy = await RawClient.connect(port);
  busy.send("GET /hold HTTP/1.1\r\n\r\n");
  await until(() => held.length === 1);
  const closing = group.close();
  assert.deepEqual(await idle.end(), { rest: "", wasReset: false });
  await untilRefused(port);
  held[0]?.respond(200, LINES, [Buffer.from("last")]);
  const answer = await busy.answer();
  assert.equal(answer.body.toString(), "last");
  assert.match(answer.head, /\r\nConnection: close\r\n/);
  await busy.end();
  await closing;
  await group.close();
  await assert.rejects(RawClient.connect(port), { code: "ECONNREFUSED" });
  assert.deepEqual([group.threadCount, group.connectionCount], [0, 0]);
});

test("destroying ends everything at once, and completes closing", async () => {
  const { group, port, held, logged } = await serve();
  const busy = await RawClient.connect(port);
  busy.send("GET /hold HTTP/1.1\r\n\r\n");
  await until(() => held.length === 1);
  const closing = group.close();
  group.destroy();
  await closing;
  await busy.end();
  assert.equal(held[0]?.isOpen, false);
  assert.deepEqual(logged, []);
});

test("a thread that dies ends its connections, and no others, and is replaced", async () => {
  const { group, port, held, logged } = await serve();
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(port)));
  for (const client of clients) {
    client.send("GET /hold HTTP/1.1\r\n\r\n");
  }
  await until(() => held.length === clients.length);
  const killer = await RawClient.connect(port);
  killer.send("GET /die HTTP/1.1\r\n\r\n");
  await killer.end();
  await until(() => held.some(({ isOpen }) => !isOpen) || group.threadCount === 2);
  for (const exchange of held) {
    exchange.respond(200, LINES, [Buffer.from("answered")]);
  }
  const outcomes = await Promise.all(
    clients.map((client) =>
      client.answer().then(
        ({ body }) => body.toString(),
        () => "ended",
      ),
    ),
  );
  assert.ok(outcomes.every((outcome) => outcome === "answered" || outcome === "ended"));
  await until(() => group.threadCount === 2);
  assert.ok(logged.some((line) => line.includes("died as asked")));
  assert.ok(logged.some((line) => line.includes("starting another")));
  // All threads listen: none of many new connections is refused or left alone.
  const again = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(port)));
  for (const client of again) {
    assert.equal((await client.ask(GET)).status, 200);
    client.close();
  }
  for (const client of [killer, ...clients]) {
    client.close();
  }
});

test("a port that somebody else listens on is refused, with the system's own error", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  assert.ok(address !== null && typeof address === "object");
  await assert.rejects(serve({ port: address.port }), { code: "EADDRINUSE", syscall: "listen" });
  other.close();
  const { port } = await serve();
  await assert.rejects(serve({ port }), { code: "EADDRINUSE" });
  await assert.rejects(serve({ address: "192.0.2.1" }), { code: "EADDRNOTAVAIL" });
});

test("groups that say so share a port", async () => {
  const first = await serve({ reusePort: true });
  const second = await serve({ reusePort: true, port: first.port });
  assert.equal(second.port, first.port);
});

test("TLS is spoken on the threads, and a key that is none fails the start", async () => {
  const authority = new TestAuthority("Test authority");
  const tls = { ...authority.issue("server"), rootCertificates: null, isMutual: false };
  const { port } = await serve({}, { tls });
  const client = await RawClient.connectTls(port, { ca: authority.certificate });
  const body = Buffer.alloc(300_000, "t");
  assert.ok((await client.ask(post(body))).body.equals(body));
  client.close();
  const broken = { ...tls, key: Buffer.from("no key") };
  await assert.rejects(serve({}, { tls: broken }), /PEM|no start line|DECODER/i);
});

test("the program in use takes no body where there is no endpoint, and the core says what there is", async () => {
  const { port } = await serve({}, { program: new URL("http-thread-worker.ts", import.meta.url) });
  const client = await RawClient.connect(port);
  assert.equal((await client.ask(post(Buffer.alloc(100)))).status, 413);
  const infer = "POST /v2/models/m/infer HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
  assert.equal((await client.ask(infer)).body.toString(), "abc");
  client.close();
});
