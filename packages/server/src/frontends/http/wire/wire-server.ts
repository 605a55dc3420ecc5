import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { BodySlab } from "../../socket/body-memory.ts";
import { type BufferPool, unpooledBuffers } from "../../socket/buffer-pool.ts";
import type { ListenOptions, SocketTlsOptions, TlsProtocol } from "../../socket/listen-options.ts";
import { OutputArena } from "../../socket/output-arena.ts";
import type { ReadMode } from "../../socket/socket-reader.ts";
import { SocketServer } from "../../socket/socket-server.ts";
import type { CoarseTime } from "../../socket/sweeper.ts";
import { Connection } from "./connection.ts";
import { HeadCache } from "./head-cache.ts";
import { HeadScan } from "./head-scan.ts";
import type { HttpHeadHandler } from "./http-exchange.ts";
import type { WireContext } from "./wire-context.ts";
import { type WireLimits, wireLimitsDefault } from "./wire-limits.ts";

/** What a server is made with, beside its handler. */
export interface WireServerOptions {
  readonly limits?: Partial<WireLimits>;
  /** Where bodies above 8 KiB are put. Not pooled unless given. */
  readonly pool?: BufferPool;
  readonly tls?: SocketTlsOptions | null;
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

const SWEEP_INTERVAL_MS = 1000;
/** A client need not know ALPN. */
const TLS_PROTOCOL: TlsProtocol = { alpnName: "http/1.1", isAlpnRequired: false, versionMin: null };

/**
 * Makes an HTTP/1.0 and 1.1 server over TCP or TLS.
 *
 * @throws if the certificate or key cannot be used
 */
export function createWireServer(
  onHead: HttpHeadHandler,
  options: WireServerOptions = {},
): WireServer {
  return new HttpSocketServer(onHead, options);
}

/** Brings HTTP to the connections of one port. */
class HttpSocketServer implements WireServer {
  readonly #context: ServerContext;
  readonly #sockets: SocketServer<Connection>;

  constructor(onHead: HttpHeadHandler, options: WireServerOptions) {
    const limits = { ...wireLimitsDefault, ...options.limits };
    this.#sockets = new SocketServer({
      tls: options.tls ?? null,
      tlsProtocol: TLS_PROTOCOL,
      readMode: options.readMode ?? "direct",
      connectionCountMax: limits.connectionCountMax,
      handshakeTimeoutMs: limits.headTimeoutMs,
      clock: options.clock ?? systemClock,
      sweepIntervalMs: SWEEP_INTERVAL_MS,
      connect: (socket, isSecure, onClosed) =>
        new Connection(socket, this.#context, isSecure, onClosed),
      onConnectionCount: options.onConnectionCount ?? (() => {}),
    });
    this.#context = new ServerContext(onHead, options, limits, this.#sockets.time);
  }

  get counts(): WireCounts {
    return {
      connections: this.#sockets.connectionCount,
      exchanges: this.#context.exchangeCount,
    };
  }

  get isHeld(): boolean {
    return this.#context.isHeld;
  }

  set isHeld(isHeld: boolean) {
    this.#context.isHeld = isHeld;
    if (!isHeld) {
      for (const connection of this.#sockets.connections) {
        connection.resume();
      }
    }
  }

  listen(options: ListenOptions): Promise<AddressInfo> {
    return this.#sockets.listen(options);
  }

  close(): Promise<void> {
    this.#context.isClosing = true;
    return this.#sockets.close((connection) => connection.beginClosing());
  }

  destroy(): void {
    this.#context.isClosing = true;
    this.#sockets.destroy();
  }
}

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
  readonly #time: CoarseTime;

  constructor(
    onHead: HttpHeadHandler,
    options: WireServerOptions,
    limits: WireLimits,
    time: CoarseTime,
  ) {
    this.limits = limits;
    this.onHead = onHead;
    this.onHandlerError = options.onHandlerError ?? (() => {});
    this.pool = options.pool ?? unpooledBuffers;
    this.headScan = new HeadScan(limits);
    this.#time = time;
  }

  get nowMs(): number {
    return this.#time.nowMs;
  }
}
