import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { BodySlab } from "../../socket/body-memory.ts";
import { type BufferPool, unpooledBuffers } from "../../socket/buffer-pool.ts";
import { OutputArena } from "../../socket/output-arena.ts";
import { type ReadMode, readSocket } from "../../socket/socket-reader.ts";
import { Sweeper } from "../../socket/sweeper.ts";
import { Connection } from "./connection.ts";
import { HeadCache } from "./head-cache.ts";
import { HeadScan } from "./head-scan.ts";
import type { HttpHeadHandler } from "./http-exchange.ts";
import type { WireContext } from "./wire-context.ts";
import { type WireLimits, wireLimitsDefault } from "./wire-limits.ts";

/** Where to listen. */
export interface ListenOptions {
  readonly address: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Whether other sockets with the same option may listen on the same port (SO_REUSEPORT). */
  readonly reusePort: boolean;
}

/** The certificates of a server that speaks TLS, in PEM. */
export interface WireTlsOptions {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** The certificates that clients must chain to; null takes the system's. */
  readonly rootCertificates: Uint8Array | null;
  /** Whether clients must present a certificate. */
  readonly isMutual: boolean;
}

/** What a server is made with, beside its handler. */
export interface WireServerOptions {
  readonly limits?: Partial<WireLimits>;
  /** Where bodies above 8 KiB are put. Not pooled unless given. */
  readonly pool?: BufferPool;
  readonly tls?: WireTlsOptions | null;
  readonly clock?: Clock;
  /** Told of each change of `counts.connections`. */
  readonly onConnectionCount?: (count: number) => void;
  /** Told of what handlers and listeners throw, which is a bug above; an open exchange has been answered with 500. */
  readonly onHandlerError?: (error: unknown) => void;
  /** How sockets are read; "stream" is for tests. */
  readonly readMode?: ReadMode;
}

/** What can be counted at this moment. */
export interface WireCounts {
  /** Connections accepted and not yet closed. */
  readonly connections: number;
  /** Requests whose head has been read and whose answer has not fully left. */
  readonly exchanges: number;
}

/** An HTTP/1.x server on one port. */
export interface WireServer {
  /**
   * Starts to listen; resolves with the address in use.
   *
   * Rejects with Node's own system error (`code` EADDRINUSE, EACCES, EADDRNOTAVAIL …), whose text the caller replaces.
   */
  listen(options: ListenOptions): Promise<AddressInfo>;
  readonly counts: WireCounts;
  /**
   * Whether no connection begins another request. While held, connections are read only as far as their present request
   * goes; then they wait, and with them their clients.
   */
  isHeld: boolean;
  /**
   * Stops accepting (who connects from now on is refused by the system), closes the connections that are idle, lets each
   * running exchange finish with `Connection: close`, and resolves when the last connection is closed. Idempotent.
   */
  close(): Promise<void>;
  /** Ends every connection at once; exchanges that still run see their client gone. Also completes a pending `close`. */
  destroy(): void;
}

const BACKLOG = 1024;
const SWEEP_INTERVAL_MS = 1000;
/** After which silence the system asks a client's system whether it is still there. */
const KEEP_ALIVE_PROBE_DELAY_MS = 120_000;

/**
 * Makes an HTTP/1.0 and 1.1 server over TCP or TLS.
 *
 * @throws if the certificate or key cannot be used
 */
export function createWireServer(
  onHead: HttpHeadHandler,
  options: WireServerOptions = {},
): WireServer {
  return new SocketServer(onHead, options);
}

/** Listens, and keeps the connections. */
class SocketServer implements WireServer {
  readonly #context: ServerContext;
  readonly #readMode: ReadMode;
  readonly #isSecure: boolean;
  readonly #server: Server;
  readonly #connections: Connection[] = [];
  /** TLS: the sockets below. Those whose handshake is not complete are known here only. */
  readonly #rawSockets = new Set<Socket>();
  /** Among them, by the client's address and port, those whose handshake is not complete. */
  readonly #handshakes = new Map<string, Socket>();
  readonly #sweeper: Sweeper;
  readonly #onConnectionCount: (count: number) => void;
  #whenEmpty: (() => void)[] = [];

  constructor(onHead: HttpHeadHandler, options: WireServerOptions) {
    this.#sweeper = new Sweeper(
      options.clock ?? systemClock,
      SWEEP_INTERVAL_MS,
      () => this.#connections,
    );
    this.#context = new ServerContext(onHead, options, this.#sweeper);
    this.#readMode = options.readMode ?? "direct";
    this.#onConnectionCount = options.onConnectionCount ?? (() => {});
    const tls = options.tls ?? null;
    this.#isSecure = tls !== null;
    this.#server = tls === null ? this.#createPlainServer() : this.#createTlsServer(tls);
  }

  get counts(): WireCounts {
    return {
      connections: this.#isSecure ? this.#rawSockets.size : this.#connections.length,
      exchanges: this.#context.exchangeCount,
    };
  }

  get isHeld(): boolean {
    return this.#context.isHeld;
  }

  set isHeld(isHeld: boolean) {
    this.#context.isHeld = isHeld;
    if (!isHeld) {
      for (const connection of this.#connections) {
        connection.resume();
      }
    }
  }

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

  close(): Promise<void> {
    this.#server.close();
    this.#context.isClosing = true;
    for (const connection of this.#connections) {
      connection.beginClosing();
    }
    for (const socket of this.#handshakes.values()) {
      socket.destroy();
    }
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#resolveIfEmpty();
    });
  }

  destroy(): void {
    this.#server.close();
    this.#context.isClosing = true;
    for (const connection of this.#connections) {
      connection.destroy();
    }
    for (const socket of this.#rawSockets) {
      socket.destroy();
    }
  }

  #createPlainServer(): Server {
    const settings = { ...SOCKET_SETTINGS, pauseOnConnect: true };
    return createServer(settings, (accepted) => {
      if (this.#connections.length >= this.#context.limits.connectionCountMax) {
        accepted.destroy();
        return;
      }
      readSocket(accepted, this.#readMode, (socket) => this.#connect(socket));
    });
  }

  #createTlsServer(tls: WireTlsOptions): Server {
    const server = createTlsServer(
      {
        ...SOCKET_SETTINGS,
        cert: Buffer.from(tls.certificate),
        key: Buffer.from(tls.key),
        ...(tls.rootCertificates === null ? {} : { ca: Buffer.from(tls.rootCertificates) }),
        requestCert: tls.isMutual,
        rejectUnauthorized: tls.isMutual,
        ALPNProtocols: ["http/1.1"],
        handshakeTimeout: this.#context.limits.headTimeoutMs,
      },
      (socket) => {
        this.#handshakes.delete(clientOf(socket));
        readSocket(socket, "stream", (stream) => this.#connect(stream));
      },
    );
    server.on("connection", (socket: Socket) => {
      this.#trackRaw(socket);
    });
    // A failed handshake concerns nobody else; its socket is destroyed.
    server.on("tlsClientError", () => {});
    return server;
  }

  #trackRaw(socket: Socket): void {
    if (this.#rawSockets.size >= this.#context.limits.connectionCountMax) {
      socket.destroy();
      return;
    }
    const client = clientOf(socket);
    this.#rawSockets.add(socket);
    this.#reportCount();
    this.#handshakes.set(client, socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#rawSockets.delete(socket);
      this.#reportCount();
      if (this.#handshakes.get(client) === socket) {
        this.#handshakes.delete(client);
      }
      this.#resolveIfEmpty();
    });
  }

  #connect(socket: Socket): Connection {
    this.#sweeper.start();
    const connection = new Connection(socket, this.#context, this.#isSecure, (closed) => {
      this.#remove(closed);
    });
    connection.index = this.#connections.length;
    this.#connections.push(connection);
    this.#reportCount();
    if (this.#context.isClosing) {
      connection.destroy();
    }
    return connection;
  }

  #remove(connection: Connection): void {
    // The last one takes its place.
    const last = this.#connections.pop();
    if (last !== undefined && last !== connection) {
      this.#connections[connection.index] = last;
      last.index = connection.index;
    }
    this.#reportCount();
    this.#resolveIfEmpty();
  }

  #reportCount(): void {
    this.#onConnectionCount(this.counts.connections);
  }

  #resolveIfEmpty(): void {
    if (!this.#context.isClosing || this.#connections.length > 0 || this.#rawSockets.size > 0) {
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

/** Tells the clients of one server apart. */
function clientOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

const SOCKET_SETTINGS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_PROBE_DELAY_MS,
} as const;

class ServerContext implements WireContext {
  readonly limits: WireLimits;
  readonly onHead: HttpHeadHandler;
  readonly onHandlerError: (error: unknown) => void;
  readonly pool: BufferPool;
  readonly bodySlab = new BodySlab();
  readonly arena = new OutputArena();
  readonly heads: HeadCache = new HeadCache();
  headScan: HeadScan;
  exchangeCount = 0;
  isHeld = false;
  isClosing = false;
  readonly #sweeper: Sweeper;

  constructor(onHead: HttpHeadHandler, options: WireServerOptions, sweeper: Sweeper) {
    this.limits = { ...wireLimitsDefault, ...options.limits };
    this.onHead = onHead;
    this.onHandlerError = options.onHandlerError ?? (() => {});
    this.pool = options.pool ?? unpooledBuffers;
    this.headScan = new HeadScan(this.limits);
    this.#sweeper = sweeper;
  }

  get nowMs(): number {
    return this.#sweeper.nowMs;
  }
}
