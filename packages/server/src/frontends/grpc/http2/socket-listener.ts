import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { ListenOptions, WireTlsOptions } from "../../http/wire/wire-server.ts";
import { type ByteConsumer, type ReadMode, readSocket } from "../../socket/socket-reader.ts";

/** What a listener is made with. */
export interface SocketListenerOptions {
  readonly tls: WireTlsOptions | null;
  readonly readMode: ReadMode;
  readonly connectionCountMax: number;
  readonly handshakeTimeoutMs: number;
  /** A connection is there; answers who takes its bytes. */
  readonly connect: (socket: Socket, isSecure: boolean) => ByteConsumer;
  /** `socketCount` has become less. */
  readonly socketClosed: () => void;
}

const ALPN_PROTOCOL = "h2";
const BACKLOG = 1024;
/** After which silence the system asks a client's system whether it is still there. */
const KEEP_ALIVE_PROBE_DELAY_MS = 120_000;

const SOCKET_SETTINGS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_PROBE_DELAY_MS,
} as const;

/**
 * Accepts connections on one port, over TCP or over TLS with ALPN.
 *
 * Over TLS a connection has two sockets: the raw one, and the one that its consumer reads, which comes when the handshake
 * is complete.
 */
export class SocketListener {
  readonly #options: SocketListenerOptions;
  readonly #server: Server;
  /** Sockets of connections that are not closed; of TLS connections the raw ones. */
  readonly #sockets = new Set<Socket>();
  /** Raw sockets whose handshake is not complete, by the client's address and port. */
  readonly #handshakes = new Map<string, Socket>();

  /** @throws if the certificate or key cannot be used */
  constructor(options: SocketListenerOptions) {
    this.#options = options;
    this.#server =
      options.tls === null ? this.#createPlainServer() : this.#createTlsServer(options.tls);
  }

  get socketCount(): number {
    return this.#sockets.size;
  }

  /** Rejects with Node's own system error. */
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

  /** Accepts nobody any more, and ends handshakes that are not complete. */
  close(): void {
    this.#server.close();
    for (const socket of this.#handshakes.values()) {
      socket.destroy();
    }
  }

  /** Breaks every connection off. */
  destroy(): void {
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #createPlainServer(): Server {
    const { connect, readMode } = this.#options;
    const settings = { ...SOCKET_SETTINGS, pauseOnConnect: true };
    return createServer(settings, (accepted) => {
      if (this.#isFull) {
        accepted.destroy();
        return;
      }
      readSocket(accepted, readMode, (socket) => {
        this.#track(socket);
        return connect(socket, false);
      });
    });
  }

  #createTlsServer(tls: WireTlsOptions): Server {
    const { connect, handshakeTimeoutMs } = this.#options;
    const server = createTlsServer(
      {
        ...SOCKET_SETTINGS,
        cert: Buffer.from(tls.certificate),
        key: Buffer.from(tls.key),
        ...(tls.rootCertificates === null ? {} : { ca: Buffer.from(tls.rootCertificates) }),
        requestCert: tls.isMutual,
        rejectUnauthorized: tls.isMutual,
        minVersion: "TLSv1.2",
        ALPNProtocols: [ALPN_PROTOCOL],
        handshakeTimeout: handshakeTimeoutMs,
      },
      (socket: TLSSocket) => {
        this.#handshakes.delete(clientOf(socket));
        if (socket.alpnProtocol === ALPN_PROTOCOL) {
          readSocket(socket, "stream", (stream) => connect(stream, true));
        } else {
          // A client that does not ask for HTTP/2 would not understand what we say.
          socket.destroy();
        }
      },
    );
    server.on("connection", (socket: Socket) => {
      this.#beginHandshake(socket);
    });
    // A failed handshake concerns nobody else; its socket is destroyed.
    server.on("tlsClientError", () => {});
    return server;
  }

  #beginHandshake(socket: Socket): void {
    socket.on("error", () => {});
    if (this.#isFull) {
      socket.destroy();
      return;
    }
    const client = clientOf(socket);
    this.#handshakes.set(client, socket);
    socket.on("close", () => {
      if (this.#handshakes.get(client) === socket) {
        this.#handshakes.delete(client);
      }
    });
    this.#track(socket);
  }

  get #isFull(): boolean {
    return this.#sockets.size >= this.#options.connectionCountMax;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#options.socketClosed();
    });
  }
}

/** Tells the clients of one server apart. */
function clientOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
