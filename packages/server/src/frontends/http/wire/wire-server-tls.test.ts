/** Tests the wire server over TLS. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { SocketTlsOptions } from "../../socket/listen-options.ts";
import { TestAuthority } from "../../socket/testing/test-authority.ts";
import type { HttpExchange, HttpRequestReceiver } from "./http-exchange.ts";
import { RawClient } from "./testing/raw-client.ts";
import { createWireServer, type WireServer } from "./wire-server.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

const authority = new TestAuthority("Test authority");
const strangers = new TestAuthority("Another authority");
const servers: WireServer[] = [];
after(() => {
  for (const server of servers) {
    server.destroy();
  }
});

const echo: HttpRequestReceiver = {
  bodySizeMax: 64 * 1024 * 1024,
  alignedBodyOffset: () => 0,
  onRequest: (exchange: HttpExchange) => {
    exchange.respond(200, "Content-Type: application/octet-stream\r\n", [exchange.body]);
  },
  onBodyTooLarge: (exchange: HttpExchange) => {
    exchange.respond(413, "", []);
  },
};

async function serve(
  tls: Partial<SocketTlsOptions> = {},
): Promise<{ port: number; server: WireServer }> {
  const server = createWireServer(() => echo, {
    tls: {
      ...authority.issue("server"),
      rootCertificates: null,
      isMutual: false,
      ...tls,
    },
  });
  servers.push(server);
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  return { port, server };
}

test("bodies of all sizes go in and come out", async () => {
  const { port } = await serve();
  const client = await RawClient.connectTls(port, { ca: authority.certificate });
  for (const size of [0, 1, 10_000, 100_000, 3_000_000]) {
    const body = Buffer.alloc(size, "d");
    client.send(`POST / HTTP/1.1\r\nContent-Length: ${size}\r\n\r\n`);
    const answer = await client.ask(body);
    assert.ok(answer.body.equals(body));
  }
  client.close();
});

test("pipelined requests are answered in order", async () => {
  const { port } = await serve();
  const client = await RawClient.connectTls(port, { ca: authority.certificate });
  const requests = Array.from(
    { length: 50 },
    (_, index) => `POST / HTTP/1.1\r\nContent-Length: ${String(index).length}\r\n\r\n${index}`,
  );
  client.send(requests.join(""));
  for (let index = 0; index < 50; index++) {
    assert.equal((await client.answer()).body.toString(), String(index));
  }
  client.close();
});

test("a client that closes its side is answered and closed", async () => {
  const { port } = await serve();
  const client = await RawClient.connectTls(port, { ca: authority.certificate });
  client.send(GET);
  client.socket.end();
  assert.equal((await client.answer()).status, 200);
  await client.end();
});

test("a server that asks for certificates takes those of its authority only", async () => {
  const { port, server } = await serve({
    rootCertificates: authority.certificate,
    isMutual: true,
  });
  const { certificate, key } = authority.issue("client");
  const known = await RawClient.connectTls(port, {
    ca: authority.certificate,
    cert: certificate,
    key,
  });
  assert.equal((await known.ask(GET)).status, 200);

  const stranger = strangers.issue("client");
  for (const identity of [{}, { cert: stranger.certificate, key: stranger.key }]) {
    await assert.rejects(async () => {
      const client = await RawClient.connectTls(port, { ca: authority.certificate, ...identity });
      await client.ask(GET);
    });
  }
  assert.equal((await known.ask(GET)).status, 200);
  known.close();
  await server.close();
});

test("who does not speak TLS is dropped, and harms no other", async () => {
  const { port, server } = await serve();
  const good = await RawClient.connectTls(port, { ca: authority.certificate });
  for (const bytes of [GET, "\x16\x03\x01\x00\x05hello", "\0".repeat(1000)]) {
    const client = await RawClient.connect(port);
    client.send(bytes);
    await client.end();
    client.close();
  }
  const silent = await RawClient.connect(port);
  silent.reset();
  assert.equal((await good.ask(GET)).status, 200);
  good.close();
  await server.close();
  assert.deepEqual(server.counts, { connections: 0, exchanges: 0 });
});

test("closing ends connections, also those whose handshake is not complete", async () => {
  const { port, server } = await serve();
  const good = await RawClient.connectTls(port, { ca: authority.certificate });
  await good.ask(GET);
  const silent = await RawClient.connect(port);
  while (server.counts.connections < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const closing = server.close();
  await good.end();
  await silent.end();
  good.close();
  silent.close();
  await closing;
});

test("a key that does not fit is an error when the server is made", () => {
  assert.throws(() =>
    createWireServer(() => echo, {
      tls: {
        certificate: authority.issue("server").certificate,
        key: authority.issue("another").key,
        rootCertificates: null,
        isMutual: false,
      },
    }),
  );
});
