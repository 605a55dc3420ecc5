/** Tests the server on real sockets, with node:http2 as its client. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type Settings,
} from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { after, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { BodyPool } from "../../socket/body-pool.ts";
import { TestAuthority } from "../../socket/testing/test-authority.ts";
import { encodeHeaderBlock } from "./header-block.ts";
import { createHttp2Server, type Http2Server, type Http2ServerOptions } from "./http2-server.ts";
import type { Http2Receiver, Http2Stream } from "./http2-stream.ts";
import { message } from "./testing/frames.ts";

const HEAD = encodeHeaderBlock([[":status", "200"]]);
const TRAILERS = encodeHeaderBlock([["grpc-status", "0"]]);

const servers: Http2Server[] = [];
const sessions: ClientHttp2Session[] = [];
const authority = new TestAuthority("Test authority");
after(() => {
  for (const session of sessions) {
    session.destroy();
  }
  for (const server of servers) {
    server.destroy();
  }
});

/** Sends each message back when it comes; with `/hang` never ends, with others when the client has. */
const echo: Http2Receiver = {
  framing: "messages",
  messageSizeMax: 2 ** 30,
  alignedMessageOffset: () => 0,
  onMessage(stream, each) {
    const held = each.hold(0);
    stream.setReceiving(
      stream.write([held.bytes], each.flags, { onWritten: () => held.release() }),
    );
  },
  onBytes() {},
  onMessageFault(stream) {
    stream.end(TRAILERS);
  },
  onRequestEnd(stream) {
    if (!stream.head.path.startsWith("/hang")) {
      stream.end(TRAILERS);
    }
  },
  onCancelled(stream) {
    cancelled.push(stream.head.path);
  },
  onDrain(stream) {
    stream.setReceiving(true);
  },
};
const cancelled: string[] = [];

function start(stream: Http2Stream): Http2Receiver {
  stream.start(HEAD);
  return echo;
}

async function serve(
  options: Http2ServerOptions = {},
): Promise<{ server: Http2Server; port: number }> {
  const server = createHttp2Server(start, { pool: new BodyPool(), ...options });
  servers.push(server);
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  return { server, port };
}

/** Megabytes; a client of Node refuses answers while more than 10 are on their way to the server. */
const MEMORY = { maxSessionMemory: 100 };

function open(port: number, isSecure = false, settings: Settings = {}): ClientHttp2Session {
  const session = isSecure
    ? connect(`https://127.0.0.1:${port}`, { ...MEMORY, settings, ca: authority.certificate })
    : connect(`http://127.0.0.1:${port}`, { ...MEMORY, settings });
  session.on("error", () => {});
  sessions.push(session);
  return session;
}

/** Sends the bytes as a request, and returns what comes back. */
async function call(session: ClientHttp2Session, bytes: Buffer): Promise<Buffer> {
  const stream = session.request({ ":method": "POST", ":path": "/echo" });
  const pieces: Buffer[] = [];
  let status: unknown = null;
  stream.on("trailers", (trailers: IncomingHttpHeaders) => {
    status = trailers["grpc-status"];
  });
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  stream.end(bytes);
  await once(stream, "close");
  assert.equal(status, "0");
  return Buffer.concat(pieces);
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    assert.ok(turn < 1_000_000, "what is waited for comes");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const TLS = {
  ...authority.issue("server"),
  rootCertificates: null,
  isMutual: false,
};

for (const [name, options] of [
  ["read directly", {}],
  ["read as a stream", { readMode: "stream" }],
  ["over TLS", { tls: TLS }],
] as const) {
  test(`messages of all sizes go in and come out, ${name}`, async () => {
    const { server, port } = await serve(options);
    const session = open(port, "tls" in options);
    for (const sizes of [[0], [1, 2, 3], [8192, 8193], [100_000], [5_000_000, 7], [20_000_000]]) {
      const bytes = Buffer.concat(
        sizes.map((size, index) => message(Buffer.alloc(size, index + 97))),
      );
      assert.ok((await call(session, bytes)).equals(bytes), sizes.join());
    }
    await until(() => server.counts.streams === 0);
  });

  test(`many streams at once, ${name}`, async () => {
    const { server, port } = await serve(options);
    const session = open(port, "tls" in options);
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const bytes = message(Buffer.alloc(index * 500, index));
      assert.ok((await call(session, bytes)).equals(bytes));
    });
    await Promise.all(calls);
    assert.equal(server.counts.connections, 1);
  });
}

test("a client may have a table of fields of any size, and any windows and frames", async () => {
  const { port } = await serve();
  for (const settings of [
    { headerTableSize: 0 },
    { headerTableSize: 100 },
    { headerTableSize: 65_536, initialWindowSize: 1000 },
    { initialWindowSize: 10_000_000, maxFrameSize: 1_000_000 },
  ]) {
    const session = open(port, false, settings);
    for (const size of [10, 100_000, 10, 3_000_000]) {
      const bytes = message(Buffer.alloc(size, "x"));
      assert.ok((await call(session, bytes)).equals(bytes), JSON.stringify(settings));
    }
    session.settings({ headerTableSize: 50 });
    assert.ok((await call(session, message("x"))).equals(message("x")));
    assert.ok((await call(session, message("x"))).equals(message("x")));
  }
});

test("closing lets running streams finish, takes no further ones, and ends", async () => {
  const { server, port } = await serve();
  const session = open(port);
  const stream = session.request({ ":method": "POST", ":path": "/echo" });
  await once(stream, "response");
  const closing = server.close();
  await once(session, "goaway");
  stream.end(message("last"));
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  await once(stream, "end");
  assert.deepEqual(Buffer.concat(pieces), message("last"));
  await closing;
  assert.deepEqual(server.counts, { connections: 0, streams: 0 });
  await server.close();
});

test("closing ends connections that are idle, or have not said anything", async () => {
  const { server, port } = await serve();
  const session = open(port);
  await call(session, message("x"));
  const silent = connectSocket(port, "127.0.0.1");
  await until(() => server.counts.connections === 2);
  silent.on("error", () => {});
  silent.resume();
  await Promise.all([once(session, "close"), once(silent, "close"), server.close()]);
});

test("destroying cancels what runs", async () => {
  const { server, port } = await serve();
  const stream = open(port).request({ ":method": "POST", ":path": "/hang" });
  stream.on("error", () => {});
  await once(stream, "response");
  const closing = server.close();
  server.destroy();
  await closing;
  assert.ok(cancelled.includes("/hang"));
  assert.deepEqual(server.counts, { connections: 0, streams: 0 });
});

test("a client that cancels is heard", async () => {
  const { server, port } = await serve();
  const session = open(port);
  const stream = session.request({ ":method": "POST", ":path": "/hang-cancel" });
  await once(stream, "response");
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => cancelled.includes("/hang-cancel"));
  await call(session, message("x"));
  assert.equal(server.counts.connections, 1);
});

test("who does not speak HTTP/2 is refused, and harms nobody", async () => {
  const { server, port } = await serve();
  const session = open(port);
  const socket = connectSocket(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "end");
  socket.destroy();
  assert.ok((await call(session, message("x"))).equals(message("x")));
  await until(() => server.counts.connections === 1);
});

test("over TLS, who does not ask for HTTP/2 by ALPN is not served", async () => {
  const { port } = await serve({ tls: TLS });
  for (const protocols of [undefined, ["http/1.1"]]) {
    const socket: Socket = connectTls({
      port,
      host: "127.0.0.1",
      ca: authority.certificate,
      ...(protocols === undefined ? {} : { ALPNProtocols: protocols }),
    });
    socket.on("error", () => {});
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
  }
  assert.ok((await call(open(port, true), message("x"))).equals(message("x")));
});

test("no more connections are taken than are allowed", async () => {
  const { server, port } = await serve({ limits: { connectionCountMax: 2 } });
  const sockets = [0, 1].map(() => connectSocket(port, "127.0.0.1"));
  await until(() => server.counts.connections === 2);
  const third = connectSocket(port, "127.0.0.1");
  third.on("error", () => {});
  third.resume();
  await once(third, "close");
  for (const socket of sockets) {
    socket.destroy();
  }
  await until(() => server.counts.connections === 0);
  assert.ok((await call(open(port), message("x"))).equals(message("x")));
});

test("an address in use is an error of the system", async () => {
  const { port } = await serve();
  const other = createHttp2Server(start);
  await assert.rejects(other.listen({ address: "127.0.0.1", port, reusePort: false }), {
    code: "EADDRINUSE",
  });
});

test("a key that does not fit is an error when the server is made", () => {
  const tls = { ...TLS, key: authority.issue("another").key };
  assert.throws(() => createHttp2Server(start, { tls }));
});
