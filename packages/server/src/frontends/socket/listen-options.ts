import type { SecureVersion } from "node:tls";

/** Where to listen. */
export interface ListenOptions {
  readonly address: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Whether other sockets with the same option may listen on the same port (SO_REUSEPORT). */
  readonly reusePort: boolean;
}

/** The certificates of a server that speaks TLS, in PEM. */
export interface SocketTlsOptions {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** The certificates that clients must chain to; null takes the system's. */
  readonly rootCertificates: Uint8Array | null;
  /** Whether clients must present a certificate. */
  readonly isMutual: boolean;
}

/** What the protocol that is spoken over TLS asks of it. */
export interface TlsProtocol {
  /** Its name in ALPN. */
  readonly alpnName: string;
  /** Whether who does not ask for it by ALPN is sent away. */
  readonly isAlpnRequired: boolean;
  /** The oldest version of TLS that it may be spoken over; null for Node's own. */
  readonly versionMin: SecureVersion | null;
}
