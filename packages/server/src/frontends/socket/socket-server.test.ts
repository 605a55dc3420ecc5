import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { after, test } from "node:test";
import { connect as connectSecurely, type TLSSocket } from "node:tls";
import { systemClock } from "../../base/clock.ts";
import type { SocketTlsOptions } from "./listen-options.ts";
import { type ServedConnection, SocketServer, type SocketServerOptions } from "./socket-server.ts";
import { TestAuthority } from "./testing/test-authority.ts";

/** Sends back what comes. */
class Echo implements ServedConnection {
  index = -1;
  readonly isSecure: boolean;
  readonly #socket: Socket;

  constructor(socket: Socket, isSecure: boolean, onClosed: (connection: Echo) => void) {
    this.#socket = socket;
    this.isSecure = isSecure;
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("close", () => onClosed(this));
  }

  space(): Uint8Array | null {
    return null;
  }

  filled(): void {}

  receive(bytes: Buffer, size: number): void {
    this.#socket.write(Buffer.from(bytes.subarray(0, size)));
  }

  sweep(): void {}

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const authority = new TestAuthority("sockets");
const TLS: SocketTlsOptions = {
  ...authority.issue("server"),
  rootCertificates: null,
  isMutual: false,
};

class Harness {
  readonly counts: number[] = [];
  readonly #changes = new EventEmitter();
  readonly server: SocketServer<Echo>;
  port = 0;

  constructor(options: Partial<SocketServerOptions<Echo>>) {
    this.server = new SocketServer({
      tls: null,
      tlsProtocol: { alpnName: "echo", isAlpnRequired: true, versionMin: null },
      readMode: "direct",
      connectionCountMax: 10,
      handshakeTimeoutMs: 60_000,
      clock: systemClock,
      sweepIntervalMs: 60_000,
      connect: (socket, isSecure, onClosed) => new Echo(socket, isSecure, onClosed),
      onConnectionCount: (count) => {
        this.counts.push(count);
        this.#changes.emit("count");
      },
      ...options,
    });
  }

  async countIs(count: number): Promise<void> {
    while (this.server.connectionCount !== count) {
      await once(this.#changes, "count");
    }
  }

  /** A client that has been heard. */
  async greet(): Promise<Socket> {
    const client = connectPlain(this.port, "127.0.0.1");
    client.on("error", () => {});
    client.write("hello");
    await once(client, "data");
    return client;
  }

  /** A client of TLS whose handshake is complete on its side. */
  async shakeHands(alpnName: string | null): Promise<TLSSocket> {
    const client = connectSecurely({
      port: this.port,
      host: "127.0.0.1",
      ca: authority.certificate,
      ...(alpnName === null ? {} : { ALPNProtocols: [alpnName] }),
    });
    client.on("error", () => {});
    await once(client, "secureConnect");
    return client;
  }
}

async function start(options: Partial<SocketServerOptions<Echo>> = {}): Promise<Harness> {
  const harness = new Harness(options);
  const bound = await harness.server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  harness.port = bound.port;
  after(() => harness.server.destroy());
  return harness;
}

test("a connection knows its place in the list, in whatever order others are closed", async () => {
  const harness = await start();
  const { server } = harness;
  for (let count = 0; count < 6; count++) {
    await harness.greet();
  }
  assert.equal(server.connectionCount, 6);
  for (const index of [2, 0, 3]) {
    const victim = server.connections[index];
    assert.ok(victim !== undefined);
    const left = server.connections.length - 1;
    victim.destroy();
    await harness.countIs(left);
    assert.ok(!server.connections.includes(victim));
    assert.deepEqual(
      server.connections.map((connection) => connection.index),
      [...server.connections.keys()],
    );
  }
  assert.deepEqual(harness.counts, [1, 2, 3, 4, 5, 6, 5, 4, 3]);
});

for (const tls of [null, TLS]) {
  const name = tls === null ? "TCP" : "TLS";

  test(`over ${name} a connection above the limit is closed at once, and others are not`, async () => {
    const harness = await start({ tls, connectionCountMax: 1 });
    const first = tls === null ? await harness.greet() : await harness.shakeHands("echo");
    const second = connectPlain(harness.port, "127.0.0.1");
    second.on("error", () => {});
    await once(second, "close");
    first.write("still");
    assert.equal(String(await once(first, "data")), "still");
    assert.equal(harness.server.connectionCount, 1);
  });

  test(`over ${name} closing ends what is there, refuses what comes, and is told of the end`, async () => {
    const harness = await start({ tls });
    const client = tls === null ? await harness.greet() : await harness.shakeHands("echo");
    client.write("hello");
    await once(client, "data");
    client.resume();
    const closing = harness.server.close((connection) => connection.end());
    await once(client, "end");
    client.end();
    await closing;
    await harness.server.close(() => assert.fail("there is nobody"));
    const late = connectPlain(harness.port, "127.0.0.1");
    await assert.rejects(once(late, "connect"), { code: "ECONNREFUSED" });
  });

  test(`over ${name} destroying completes a pending close`, async () => {
    const harness = await start({ tls });
    await (tls === null ? harness.greet() : harness.shakeHands("echo"));
    const closing = harness.server.close(() => {});
    harness.server.destroy();
    await closing;
    assert.equal(harness.server.connectionCount, 0);
  });
}

test("a handshake that is not complete counts as a connection, and does not hold up the end", async () => {
  const harness = await start({ tls: TLS });
  const silent = connectPlain(harness.port, "127.0.0.1");
  await once(silent, "connect");
  await harness.countIs(1);
  assert.equal(harness.server.connections.length, 0);
  await harness.server.close(() => assert.fail("it is no connection yet"));
  silent.destroy();
});

test("a client that does not ask for the protocol by ALPN is sent away only where it must", async () => {
  const strict = await start({ tls: TLS });
  const refused = await strict.shakeHands(null);
  await once(refused.resume(), "close");
  assert.equal(strict.server.connections.length, 0);
  const tlsProtocol = { alpnName: "echo", isAlpnRequired: false, versionMin: null };
  const lenient = await start({ tls: TLS, tlsProtocol });
  const served = await lenient.shakeHands(null);
  served.write("hello");
  await once(served, "data");
  assert.equal(lenient.server.connections[0]?.isSecure, true);
});

test("a client that offers only older versions of TLS than the protocol permits is refused", async () => {
  const tlsProtocol = { alpnName: "echo", isAlpnRequired: false, versionMin: "TLSv1.3" } as const;
  const { port } = await start({ tls: TLS, tlsProtocol });
  const client = connectSecurely({
    port,
    host: "127.0.0.1",
    ca: authority.certificate,
    maxVersion: "TLSv1.2",
  });
  await assert.rejects(once(client, "secureConnect"), { code: /PROTOCOL_VERSION/ });
});
