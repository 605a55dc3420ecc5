import type { Socket } from "node:net";
import { Duplex } from "node:stream";

type WriteCallback = (error?: Error | null) => void;

/** A socket without a network: what is written is kept, and taken at once unless the client is stuck. */
export class FakeSocket extends Duplex {
  readonly remoteAddress = "192.0.2.1";
  isStuck = false;
  wasReset = false;
  /** How many writes the kernel would have seen. */
  writeCount = 0;
  readonly #written: Buffer[] = [];
  #waiting: WriteCallback[] = [];

  constructor() {
    super({ allowHalfOpen: true });
    // Like a real one that is destroyed, it says so to whoever listens.
    this.resume();
  }

  /** The same object under the type that the wire layer asks for. */
  get asSocket(): Socket {
    // The wire layer uses only what a Duplex has and what is defined below.
    return this as unknown as Socket;
  }

  /** Everything written so far, a character per byte. */
  get output(): string {
    return Buffer.concat(this.#written).toString("latin1");
  }

  get outputSize(): number {
    return this.#written.reduce((size, bytes) => size + bytes.byteLength, 0);
  }

  /** Lets the client take what waits, until it is stuck again. */
  takeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) {
      callback();
    }
  }

  destroySoon(): void {
    this.end();
    if (this.writableFinished) {
      this.destroy();
    } else {
      this.once("finish", () => this.destroy());
    }
  }

  resetAndDestroy(): void {
    this.wasReset = true;
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#take([chunk], callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: WriteCallback): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  #take(chunks: readonly Buffer[], callback: WriteCallback): void {
    this.writeCount++;
    for (const chunk of chunks) {
      // The memory is used again as soon as the write is complete.
      this.#written.push(Buffer.from(chunk));
    }
    if (this.isStuck) {
      this.#waiting.push(callback);
    } else {
      callback();
    }
  }
}
