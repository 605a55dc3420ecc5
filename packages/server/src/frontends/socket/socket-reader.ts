import { Socket, type SocketConstructorOpts } from "node:net";

/** Takes what comes on a socket. */
export interface ByteConsumer {
  /** Memory into which the next bytes may be read directly; null if they shall be passed to `receive`. */
  space(): Uint8Array | null;
  /** The next bytes have been read into what `space` gave. */
  filled(byteCount: number): void;
  /** The first `size` of `bytes` have come; they are overwritten after the call. */
  receive(bytes: Buffer, size: number): void;
}

/** What a socket reads into while its consumer has no space of its own: enough for many small requests at once. */
const READ_BUFFER_SIZE = 64 * 1024;

/** Shared by all sockets, since a consumer has done with it before it returns. */
let readBuffer: Buffer | null = null;

/** Whether sockets can be given the memory that they read into; see `readDirectly`. */
export type ReadMode = "direct" | "stream";

/** The part of Node's stream handles that tells whether they can. */
interface StreamHandle {
  readonly reading: boolean;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
}

function isStreamHandle(value: unknown): value is StreamHandle {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "useUserBuffer") === "function" &&
    typeof Reflect.get(value, "readStart") === "function" &&
    Reflect.get(value, "reading") === false
  );
}

/**
 * Makes an accepted, paused socket read into memory of our choice, and returns the socket to use from now on.
 *
 * Node offers that (`onread`) for sockets that connect, not for accepted ones, so the accepted socket's handle moves to a
 * socket made with the option. `_handle` and the `handle` option are not documented: where they are not as expected the
 * accepted socket is read as a stream, with the same results, at a fifth more CPU for small requests and twice as much
 * for bodies of 16 MiB (docs/decisions/0004-own-http-parser.md).
 *
 * @param connect is called with the socket before anything is read from it; answers who takes its bytes
 */
export function readSocket(
  accepted: Socket,
  mode: ReadMode,
  connect: (socket: Socket) => ByteConsumer,
): void {
  const handle: unknown = Reflect.get(accepted, "_handle");
  if (mode === "direct" && isStreamHandle(handle)) {
    readDirectly(accepted, handle, connect);
  } else {
    readAsStream(accepted, connect);
  }
}

function readAsStream(socket: Socket, connect: (socket: Socket) => ByteConsumer): void {
  const consumer = connect(socket);
  socket.on("data", (bytes: Buffer) => {
    receiveWhole(consumer, bytes);
  });
  socket.resume();
}

/** Passes bytes on, into the consumer's own space first. */
function receiveWhole(consumer: ByteConsumer, bytes: Buffer): void {
  const space = consumer.space();
  if (space === null || space.byteLength < bytes.byteLength) {
    consumer.receive(bytes, bytes.byteLength);
  } else {
    space.set(bytes);
    consumer.filled(bytes.byteLength);
  }
}

function readDirectly(
  accepted: Socket,
  handle: StreamHandle,
  connect: (socket: Socket) => ByteConsumer,
): void {
  readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_SIZE);
  const shared = readBuffer;
  let consumer: ByteConsumer | null = null;
  let space: Uint8Array | null = null;
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer(): Uint8Array {
        space = consumer === null ? null : consumer.space();
        return space ?? shared;
      },
      callback(byteCount: number): boolean {
        if (consumer !== null) {
          if (space === null) {
            consumer.receive(shared, byteCount);
          } else {
            consumer.filled(byteCount);
          }
        }
        return true;
      },
    },
  };
  // As documented, `handle` takes handles of another kind; that it takes this kind too is what is checked below.
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  if (Reflect.get(socket, "_handle") !== handle) {
    readAsStream(accepted, connect);
    return;
  }
  // The accepted socket must not touch the handle again.
  Reflect.set(accepted, "_handle", null);
  consumer = connect(socket);
  socket.resume();
}
