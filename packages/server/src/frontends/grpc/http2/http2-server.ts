import type { AddressInfo } from "node:net";
import type { Clock } from "../../../base/clock.ts";
import type { BufferPool } from "../../http/wire/buffer-pool.ts";
import type { ReadMode } from "../../http/wire/socket-reader.ts";
import type { ListenOptions, WireTlsOptions } from "../../http/wire/wire-server.ts";
import type { HeaderBlock } from "./header-block.ts";
import type { Http2Limits } from "./http2-limits.ts";
import type { Http2StreamHandler } from "./http2-stream.ts";
import type { KeepalivePolicy } from "./keepalive-policy.ts";

/** What the server answers by itself: heads that end their streams, encoded. */
export interface Http2Refusals {
  /** To a head of more than `headerListSizeMax` or `headerCountMax`. `:status` 431 unless given. */
  readonly headTooLarge: HeaderBlock;
  /** If the handler or a receiver throws before anything has been sent. `:status` 500 unless given. */
  readonly handlerFailed: HeaderBlock;
}

/** What a server is made with, beside its handler. */
export interface Http2ServerOptions {
  readonly limits?: Partial<Http2Limits>;
  readonly keepalive?: Partial<KeepalivePolicy>;
  readonly refusals?: Partial<Http2Refusals>;
  /** Where messages above 8 KiB are put. Not pooled unless given. */
  readonly pool?: BufferPool;
  readonly tls?: WireTlsOptions | null;
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
  _handler: Http2StreamHandler,
  _options: Http2ServerOptions = {},
): Http2Server {
  throw new Error("not connected yet");
}
