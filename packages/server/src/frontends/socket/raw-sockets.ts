import type { Socket } from "node:net";

/**
 * The raw sockets of a server that speaks TLS: over each lies, once its handshake is complete, the one that is read and
 * written. Those whose handshake is not complete are known here only.
 */
export class RawSockets {
  readonly #sockets = new Set<Socket>();
  /** Among them, by the client's address and port, those whose handshake is not complete. */
  readonly #handshakes = new Map<string, Socket>();

  get count(): number {
    return this.#sockets.size;
  }

  /**
   * Keeps an accepted socket, whose handshake begins, until it is closed.
   *
   * @param onClosed called after that
   */
  add(socket: Socket, onClosed: () => void): void {
    const client = clientOf(socket);
    this.#sockets.add(socket);
    this.#handshakes.set(client, socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (this.#handshakes.get(client) === socket) {
        this.#handshakes.delete(client);
      }
      onClosed();
    });
  }

  /** The handshake is complete over which a socket lies. */
  shookHands(secureSocket: Socket): void {
    this.#handshakes.delete(clientOf(secureSocket));
  }

  /** Breaks off those whose handshake is not complete. */
  destroyHandshakes(): void {
    for (const socket of this.#handshakes.values()) {
      socket.destroy();
    }
  }

  /** Breaks all of them off. */
  destroy(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}

/** Tells the clients of one server apart. */
function clientOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
