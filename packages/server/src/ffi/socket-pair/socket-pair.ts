import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import koffi from "koffi";
import { assert } from "../../base/assert.ts";
import { loadNativeLibrary } from "../native-library.ts";
import { NativeBlock, type Pointer } from "../native-memory.ts";

/** `AF_UNIX`, `SOCK_STREAM`; the same on Linux and macOS. */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
/** `SOCK_CLOEXEC` of Linux. Elsewhere the descriptor of the other side could leak into a child that starts just then. */
const SOCK_CLOEXEC = process.platform === "linux" ? 0o2000000 : 0;

const RECEIVE_BYTES = 256 << 10;

/** After these, the same bytes can be sent later. */
const LATER_ERRORS: ReadonlySet<number> = new Set([
  constants.errno.EAGAIN,
  constants.errno.EWOULDBLOCK,
  constants.errno.EINTR,
]);

type SocketPairFunction = (domain: number, type: number, protocol: number, fds: bigint) => number;
type Write = (fd: number, data: Pointer, byteSize: number) => number;

/** Told what a socket receives. */
export interface SocketPairListener {
  /** `bytes` are overwritten by what comes next: keep a copy of what is needed longer. */
  onData(bytes: Buffer): void;
  /** Once, when nothing more will come, for whatever reason. */
  onEnd(): void;
}

/**
 * One end of a pair of stream sockets whose other end a child process inherits.
 *
 * It reads into one buffer and writes with a system call of its own: through a stream of Node's, a small message there and
 * back costs half as much again (27 µs against 16, both processes together). What the system does not take at once goes the usual way.
 */
export class SocketPair {
  readonly #socket: Socket;
  readonly #fd: number;
  readonly #write: Write;
  #peerFd: number;
  #isOpen = true;

  /** @throws {Error} if the system has no descriptors left */
  constructor(listener: SocketPairListener) {
    const library = loadNativeLibrary(null);
    const parameters = ["int", "int", "int", "void *"];
    const socketPair = library.function<SocketPairFunction>("socketpair", "int", parameters);
    this.#write = library.function<Write>("write", "int64_t", ["int", "void *", "size_t"]);
    const block = new NativeBlock(8);
    const result = socketPair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, block.address);
    if (result !== 0) {
      throw new Error(`cannot make a pair of sockets (errno ${koffi.errno()})`);
    }
    const [own = -1, peer = -1] = new Int32Array(block.bytes.buffer, 0, 2);
    this.#fd = own;
    this.#peerFd = peer;
    const buffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
    const onread = {
      buffer,
      callback: (byteCount: number): boolean => {
        listener.onData(buffer.subarray(0, byteCount));
        return true;
      },
    };
    this.#socket = new Socket({ fd: own, onread });
    this.#socket.on("error", () => {
      // "close" follows, and what the other end's process says of itself is more to the point.
    });
    this.#socket.on("close", () => {
      this.#isOpen = false;
      listener.onEnd();
    });
    this.#socket.resume();
  }

  /** The other end, to be inherited by a child. */
  get peerDescriptor(): number {
    assert(this.#peerFd >= 0, "the other end has not been given away");
    return this.#peerFd;
  }

  /** Bytes that wait in this process for the other end to read. */
  get waitingByteCount(): number {
    return this.#socket.writableLength;
  }

  /** Closes this process's copy of the other end, once the child has its own: only then does its end show here. */
  releasePeer(): void {
    closeSync(this.peerDescriptor);
    this.#peerFd = -1;
  }

  /** Sends bytes, which are read before this returns or copied. Nothing is sent once the other end has gone. */
  write(bytes: Uint8Array): void {
    if (!this.#isOpen || this.#socket.destroyed) {
      return;
    }
    let sentCount = 0;
    if (this.#socket.writableLength === 0) {
      sentCount = this.#write(this.#fd, bytes, bytes.byteLength);
      if (sentCount < 0 && !LATER_ERRORS.has(koffi.errno())) {
        // The other end has gone. Reading shows it, after what it has sent before: an error of the stream would lose that.
        return;
      }
      sentCount = Math.max(0, sentCount);
    }
    if (sentCount < bytes.byteLength) {
      this.#socket.write(Buffer.from(bytes.subarray(sentCount)));
    }
  }

  /** Ends the connection at once. Idempotent. */
  close(): void {
    if (this.#peerFd >= 0) {
      this.releasePeer();
    }
    this.#isOpen = false;
    this.#socket.destroy();
  }

  /** Lets the process end although this is open. */
  unref(): void {
    this.#socket.unref();
  }
}
