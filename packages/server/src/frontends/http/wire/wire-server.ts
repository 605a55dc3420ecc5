import type { AddressInfo } from "node:net";

/** Where to listen. */
export interface ListenOptions {
  readonly address: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Whether other sockets with the same option may listen on the same port (SO_REUSEPORT). */
  readonly reusePort: boolean;
}

/** What can be counted at this moment. */
export interface WireCounts {
  /** Connections accepted and not yet closed. */
  readonly connections: number;
  /** Requests whose head has been read and whose answer has not fully left. */
  readonly exchanges: number;
}

/** An HTTP/1.x server on one port, made by `createWireServer(onHead, options)`. */
export interface WireServer {
  /**
   * Starts to listen; resolves with the address in use.
   *
   * Rejects with Node's own system error (`code` EADDRINUSE, EACCES, EADDRNOTAVAIL …), whose text the caller replaces.
   */
  listen(options: ListenOptions): Promise<AddressInfo>;
  readonly counts: WireCounts;
  /**
   * Stops accepting, closes the connections that are idle, lets each running exchange finish with `Connection: close`,
   * and resolves when the last connection is closed. Idempotent.
   */
  close(): Promise<void>;
  /** Ends every connection at once; exchanges that still run see their client gone. Also completes a pending `close`. */
  destroy(): void;
}
