import { connect, type NetConnectOpts, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** One answer, as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

/** How a connection ended, and what had come on it that was no whole answer. */
export interface RawEnd {
  readonly rest: string;
  readonly wasReset: boolean;
}

/** A client that sends exactly what it is told to, and waits for answers one at a time. */
export class RawClient {
  readonly socket: Socket;
  #received: Buffer[] = [];
  #receivedSize = 0;
  #error: Error | null = null;
  #isEnded = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#received.push(bytes);
      this.#receivedSize += bytes.byteLength;
      this.#wake();
    });
    socket.on("error", (error) => {
      this.#error = error;
    });
    const onEnd = (): void => {
      this.#isEnded = true;
      this.#wake();
    };
    socket.on("end", onEnd);
    socket.on("close", onEnd);
  }

  /** Resolves when connected; rejects if that fails. */
  static connect(port: number): Promise<RawClient> {
    return RawClient.#when(
      connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true }),
      "connect",
    );
  }

  static connectTls(port: number, options: ConnectionOptions): Promise<RawClient> {
    const halfOpen: NetConnectOpts = { port, host: "127.0.0.1", allowHalfOpen: true };
    const socket = connectTls({ ...options, ...halfOpen });
    return RawClient.#when(socket, "secureConnect");
  }

  static #when(socket: Socket, event: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once(event, () => {
        socket.removeListener("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Sends a text, a character per byte, or bytes. */
  send(content: string | Uint8Array): void {
    this.socket.write(typeof content === "string" ? Buffer.from(content, "latin1") : content);
  }

  async #more(): Promise<void> {
    if (!this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /**
   * The next answer with a Content-Length or none; one to HEAD is to be asked for with `hasBody` false.
   *
   * @throws if the connection ends before it is whole
   */
  async answer(hasBody = true): Promise<RawAnswer> {
    for (;;) {
      const sizeBefore = this.#receivedSize;
      const bytes = Buffer.concat(this.#received);
      this.#received = [bytes];
      const headEnd = bytes.indexOf("\r\n\r\n");
      if (headEnd >= 0) {
        const head = bytes.toString("latin1", 0, headEnd + 4);
        const length = /\r\ncontent-length: ([0-9]+)\r\n/i.exec(head)?.[1];
        const size = headEnd + 4 + (hasBody ? Number(length ?? 0) : 0);
        await this.#untilReceived(size);
        const whole = Buffer.concat(this.#received);
        this.#received = [whole.subarray(size)];
        this.#receivedSize = whole.byteLength - size;
        const status = Number(head.split(" ")[1]);
        return { status, head, body: whole.subarray(headEnd + 4, size) };
      }
      await this.#untilReceived(sizeBefore + 1);
    }
  }

  async #untilReceived(size: number): Promise<void> {
    while (this.#receivedSize < size) {
      if (this.#isEnded) {
        const rest = Buffer.concat(this.#received).toString("latin1");
        throw new Error(`the connection ended (${this.#error?.message ?? "FIN"}) after: ${rest}`);
      }
      await this.#more();
    }
  }

  /** Sends a request and waits for its answer. */
  ask(content: string | Uint8Array): Promise<RawAnswer> {
    this.send(content);
    return this.answer();
  }

  /** Waits until the server has closed the connection or its side of it. */
  async end(): Promise<RawEnd> {
    while (!this.#isEnded) {
      await this.#more();
    }
    return {
      rest: Buffer.concat(this.#received).toString("latin1"),
      wasReset: this.#error !== null,
    };
  }

  /** Goes away without a word. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }
}
