import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import type { ListenOptions, SocketTlsOptions, TlsProtocol } from "./listen-options.ts";
import { RawSockets } from "./raw-sockets.ts";
import { type ByteConsumer, type ReadMode, readSocket } from "./socket-reader.ts";
import { type CoarseTime, type Sweepable, Sweeper } from "./sweeper.ts";

/** A connection, as the server keeps it. */
export interface ServedConnection extends ByteConsumer, Sweepable {
  /** Where it is in the server's list; the server's to set. */
  index: number;
  /** Breaks it off. */
  destroy(): void;
}

/** What a server of connections is made with. */
export interface SocketServerOptions<C extends ServedConnection> {
  readonly tls: SocketTlsOptions | null;
  readonly tlsProtocol: TlsProtocol;
  readonly readMode: ReadMode;
  /** Connections above are closed at once. */
  readonly connectionCountMax: number;
  readonly handshakeTimeoutMs: number;
  readonly clock: Clock;
  readonly sweepIntervalMs: number;
  /** Makes the connection of a socket, which calls `onClosed` with itself once, after the socket is closed. */
  readonly connect: (socket: Socket, isSecure: boolean, onClosed: (connection: C) => void) => C;
  /** Told when `connectionCount` may have changed. */
  readonly onConnectionCount: (count: number) => void;
}

const BACKLOG = 1024;
/** After which silence the system asks a client's system whether it is still there. */
const KEEP_ALIVE_PROBE_DELAY_MS = 120_000;

const SOCKET_SETTINGS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_PROBE_DELAY_MS,
} as const;

/** Accepts connections on one port, over TCP or TLS, and keeps them; what is said on them is not its concern. */
export class SocketServer<C extends ServedConnection> {
  readonly #options: SocketServerOptions<C>;
  readonly #server: Server;
  readonly #connections: C[] = [];
  /** TLS: the sockets below; null without. */
  readonly #rawSockets: RawSockets | null;
  readonly #sweeper: Sweeper;
  #isClosing = false;
  #whenEmpty: (() => void)[] = [];

  /** @throws if the certificate or key cannot be used */
  constructor(options: SocketServerOptions<C>) {
    const { clock, sweepIntervalMs, tls } = options;
    this.#options = options;
    this.#sweeper = new Sweeper(clock, sweepIntervalMs, () => this.#connections);
    if (tls === null) {
      this.#rawSockets = null;
      this.#server = this.#createPlainServer();
    } else {
      const rawSockets = new RawSockets();
      this.#rawSockets = rawSockets;
      this.#server = this.#createTlsServer(tls, rawSockets);
    }
  }

  /** The connections, over TLS those whose handshake is complete. */
  get connections(): readonly C[] {
    return this.#connections;
  }

  /** Connections accepted and not yet closed. */
  get connectionCount(): number {
    return this.#rawSockets?.count ?? this.#connections.length;
  }

  /** The time that the connections are swept by; stands still while there is none. */
  get time(): CoarseTime {
    return this.#sweeper;
  }

  /** Starts to listen; resolves with the address in use. Rejects with Node's own system error. */
  async listen(options: ListenOptions): Promise<AddressInfo> {
    const { address, port, reusePort } = options;
    this.#server.listen({ host: address, port, reusePort, backlog: BACKLOG });
    // Rejects if "error" comes first.
    await once(this.#server, "listening");
    // A connection that cannot be accepted (too many open files) concerns no other.
    this.#server.on("error", () => {});
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") {
      throw new Error("the server has no address");
    }
    return bound;
  }

  /**
   * Stops accepting (who connects from now on is refused by the system), has `endConnection` end each connection in its
   * own time, and resolves when the last one is closed. Idempotent.
   */
  close(endConnection: (connection: C) => void): Promise<void> {
    this.#server.close();
    this.#isClosing = true;
    for (const connection of this.#connections) {
      endConnection(connection);
    }
    this.#rawSockets?.destroyHandshakes();
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#resolveIfEmpty();
    });
  }

  /** Stops accepting, and breaks every connection off. Also completes a pending `close`. */
  destroy(): void {
    this.#server.close();
    this.#isClosing = true;
    for (const connection of this.#connections) {
      connection.destroy();
    }
    this.#rawSockets?.destroy();
  }

  #createPlainServer(): Server {
    const { readMode } = this.#options;
    const settings = { ...SOCKET_SETTINGS, pauseOnConnect: true };
    return createServer(settings, (accepted) => {
      if (this.#isFull) {
        accepted.destroy();
      } else {
        readSocket(accepted, readMode, (socket) => this.#connect(socket, false));
      }
    });
  }

  #createTlsServer(tls: SocketTlsOptions, rawSockets: RawSockets): Server {
    const { handshakeTimeoutMs, tlsProtocol } = this.#options;
    const { alpnName, isAlpnRequired, versionMin } = tlsProtocol;
    const server = createTlsServer(
      {
        ...SOCKET_SETTINGS,
        cert: Buffer.from(tls.certificate),
        key: Buffer.from(tls.key),
        ...(tls.rootCertificates === null ? {} : { ca: Buffer.from(tls.rootCertificates) }),
        requestCert: tls.isMutual,
        rejectUnauthorized: tls.isMutual,
        ...(versionMin === null ? {} : { minVersion: versionMin }),
        ALPNProtocols: [alpnName],
        handshakeTimeout: handshakeTimeoutMs,
      },
      (socket: TLSSocket) => {
        rawSockets.shookHands(socket);
        if (isAlpnRequired && socket.alpnProtocol !== alpnName) {
          // A client that does not ask for the protocol would not understand what we say.
          socket.destroy();
        } else {
          readSocket(socket, "stream", (stream) => this.#connect(stream, true));
        }
      },
    );
    server.on("connection", (socket: Socket) => {
      this.#keepRaw(socket, rawSockets);
    });
    // A failed handshake concerns nobody else; its socket is destroyed.
    server.on("tlsClientError", () => {});
    return server;
  }

  #keepRaw(socket: Socket, rawSockets: RawSockets): void {
    socket.on("error", () => {});
    if (this.#isFull) {
      socket.destroy();
      return;
    }
    rawSockets.add(socket, () => this.#countChanged());
    this.#countChanged();
  }

  get #isFull(): boolean {
    return this.connectionCount >= this.#options.connectionCountMax;
  }

  #connect(socket: Socket, isSecure: boolean): C {
    this.#sweeper.start();
    const connection = this.#options.connect(socket, isSecure, this.#onClosed);
    connection.index = this.#connections.length;
    this.#connections.push(connection);
    this.#countChanged();
    if (this.#isClosing) {
      connection.destroy();
    }
    return connection;
  }

  readonly #onClosed = (connection: C): void => {
    // The last one takes its place.
    const last = this.#connections.pop();
    if (last !== undefined && last !== connection) {
      this.#connections[connection.index] = last;
      last.index = connection.index;
    }
    this.#countChanged();
  };

  #countChanged(): void {
    this.#options.onConnectionCount(this.connectionCount);
    this.#resolveIfEmpty();
  }

  #resolveIfEmpty(): void {
    if (!this.#isClosing || this.#connections.length > 0 || this.connectionCount > 0) {
      return;
    }
    this.#sweeper.stop();
    const resolvers = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of resolvers) {
      resolve();
    }
  }
}
