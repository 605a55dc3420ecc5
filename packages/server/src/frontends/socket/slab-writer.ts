import type { Socket } from "node:net";
import { type DescriptorWrite, descriptorWrite } from "../../ffi/descriptor-write.ts";
import type { OutputSlab } from "./output-arena.ts";

/**
 * Writes pieces of slabs to a socket that has nothing left to write: in one system call, without the stream around it, which
 * costs a small answer as much again (docs/decisions/0015-direct-writes.md). What the system does not take at once goes through
 * the stream, as do errors, which the stream meets again and tells of.
 */
export class SlabWriter {
  readonly #socket: Socket;
  readonly #write: DescriptorWrite | null;
  /** The socket's, while it is not destroyed; -1 if it has none of its own. */
  readonly #descriptor: number;

  /** @param isPlain whether the socket's bytes leave as they are; not with TLS */
  constructor(socket: Socket, isPlain: boolean) {
    this.#socket = socket;
    this.#descriptor = isPlain ? descriptorOf(socket) : -1;
    this.#write = this.#descriptor < 0 ? null : descriptorWrite();
  }

  /** Writes `size` bytes of `slab` from `start` on; the socket's `writableLength`, 0 until now, says how many still wait. */
  write(slab: OutputSlab, start: number, size: number): void {
    let taken = 0;
    // A socket is destroyed before its descriptor is closed, and may be another's.
    if (this.#write !== null && !this.#socket.destroyed) {
      taken = Math.max(0, this.#write(this.#descriptor, slab.address + start, size));
    }
    if (taken < size) {
      this.#socket.write(slab.bytes.subarray(start + taken, start + size));
    }
  }
}

/** `_handle` and its `fd` are not documented: where they are not as expected, everything goes through the stream. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) {
    return -1;
  }
  const descriptor: unknown = Reflect.get(handle, "fd");
  return typeof descriptor === "number" ? descriptor : -1;
}
