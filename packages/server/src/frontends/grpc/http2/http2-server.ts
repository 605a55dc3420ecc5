import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../../base/clock.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { ListenOptions, SocketTlsOptions, TlsProtocol } from "../../socket/listen-options.ts";
import type { ReadMode } from "../../socket/socket-reader.ts";
import { SocketServer } from "../../socket/socket-server.ts";
import type { HeaderBlock } from "./header-block.ts";
import { Http2Connection } from "./http2-connection.ts";
import { type Http2Limits, http2LimitsDefault } from "./http2-limits.ts";
import type { Http2StreamHandler } from "./http2-stream.ts";
import { type KeepalivePolicy, keepalivePolicyDefault } from "./keepalive-policy.ts";
import { ServerContext } from "./server-context.ts";

/** What the server answers by itself: heads that end their streams, encoded. */
export interface Http2Refusals {
  /** To a head of more than `headerListSizeMax` or `headerCountMax`. `:status` 431 unless given. */
  readonly headTooLarge: HeaderBlock;
  /** If the handler or a receiver throws before anything has been sent. `:status` 500 unless given. */
  readonly handlerFailed: HeaderBlock;
}

const SWEEP_INTERVAL_MS_MAX = 1000;
const SWEEP_INTERVAL_MS_MIN = 10;
/** @see RFC 9113, sections 3.2 and 9.2 */
const TLS_PROTOCOL: TlsProtocol = { alpnName: "h2", isAlpnRequired: true, versionMin: "TLSv1.2" };

/** What a server is made with, beside its handler. */
export interface Http2ServerOptions {
  readonly limits?: Partial<Http2Limits>;
  readonly keepalive?: Partial<KeepalivePolicy>;
  readonly refusals?: Partial<Http2Refusals>;
  /** Where messages above 8 KiB are put. Not pooled unless given. */
  readonly pool?: BufferPool;
  readonly tls?: SocketTlsOptions | null;
  readonly clock?: Clock;
  /** Told of what handlers and receivers throw, which is a bug above. */
  readonly onHandlerError?: (error: unknown) => void;
  /** How sockets are read; "stream" is for tests. */
  readonly readMode?: ReadMode;
}

/** What can be counted at this moment. */
export interface Http2Counts {
  /** Connections accepted and not yet closed. */
  readonly connections: number;
  /** Streams whose answer has not fully left. */
  readonly streams: number;
}

/** An HTTP/2 server on one port: with prior knowledge over TCP, or by ALPN over TLS. */
export interface Http2Server {
  /**
   * Starts to listen; resolves with the address in use.
   *
   * Rejects with Node's own system error (`code` EADDRINUSE, EACCES, EADDRNOTAVAIL …), whose text the caller replaces.
   */
  listen(options: ListenOptions): Promise<AddressInfo>;
  readonly counts: Http2Counts;
  /**
   * Stops accepting, tells every client to send no further requests (GOAWAY, then a second one with the last stream that
   * was taken), lets each running stream finish, and resolves when the last connection is closed. Idempotent.
   */
  close(): Promise<void>;
  /** Ends every connection at once; streams that still run are cancelled. Also completes a pending `close`. */
  destroy(): void;
}

/**
 * Makes an HTTP/2 server.
 *
 * @throws if the certificate or key cannot be used
 */
export function createHttp2Server(
  handler: Http2StreamHandler,
  options: Http2ServerOptions = {},
): Http2Server {
  return new Http2SocketServer(handler, options);
}

/** Brings HTTP/2 to the connections of one port. */
class Http2SocketServer implements Http2Server {
  readonly #context: ServerContext;
  readonly #sockets: SocketServer<Http2Connection>;

  constructor(handler: Http2StreamHandler, options: Http2ServerOptions) {
    const clock = options.clock ?? systemClock;
    const limits = { ...http2LimitsDefault, ...options.limits };
    const keepalive = { ...keepalivePolicyDefault, ...options.keepalive };
    this.#sockets = new SocketServer({
      tls: options.tls ?? null,
      tlsProtocol: TLS_PROTOCOL,
      readMode: options.readMode ?? "direct",
      connectionCountMax: limits.connectionCountMax,
      handshakeTimeoutMs: limits.handshakeTimeoutMs,
      clock,
      sweepIntervalMs: sweepIntervalMs(limits, keepalive),
      connect: (socket, isSecure, onClosed) =>
        new Http2Connection(socket, this.#context, isSecure, ++serialLast, onClosed),
      onConnectionCount: () => {},
    });
    this.#context = new ServerContext(handler, options, clock, this.#sockets.time);
  }

  get counts(): Http2Counts {
    return { connections: this.#sockets.connectionCount, streams: this.#context.streamCount };
  }

  listen(options: ListenOptions): Promise<AddressInfo> {
    return this.#sockets.listen(options);
  }

  close(): Promise<void> {
    return this.#sockets.close((connection) => connection.drain("server is shutting down"));
  }

  destroy(): void {
    this.#sockets.destroy();
  }
}

/** The last connection's number, in this process. */
let serialLast = 0;

/** Often enough for the shortest duration to be kept to a tenth. */
function sweepIntervalMs(limits: Http2Limits, keepalive: KeepalivePolicy): number {
  const durationsMs = [
    keepalive.timeMs,
    keepalive.timeoutMs,
    keepalive.connectionAgeMsMax,
    keepalive.connectionAgeGraceMs,
    limits.handshakeTimeoutMs,
    limits.headTimeoutMs,
    limits.messageTimeoutMs,
    limits.writeTimeoutMs,
    limits.windowTimeoutMs,
    limits.lingerTimeoutMs,
    limits.idleTimeoutMs,
  ].filter((durationMs) => durationMs > 0);
  const wantedMs = Math.min(...durationsMs) / 10;
  return Math.max(SWEEP_INTERVAL_MS_MIN, Math.min(SWEEP_INTERVAL_MS_MAX, wantedMs));
}
