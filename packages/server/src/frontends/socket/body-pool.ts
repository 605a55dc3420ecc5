import type { BufferLease } from "../../memory/buffer-lease.ts";
import { BufferPool } from "../../memory/buffer-pool.ts";
import type { BufferPool as WireBufferPool } from "./buffer-pool.ts";

/** Memory of large request bodies that is kept for the next ones: fresh pages cost more than the copy into them. */
const IDLE_BYTES_MAX = 128 << 20;

/** Gives the wire its body memory from a bounded pool. */
export class BodyPool implements WireBufferPool {
  readonly #pool = new BufferPool({
    // Nobody asks a body's pool for addresses: who hands tensors to native code finds out itself.
    addressOf: () => 0n,
    idleBytesMax: IDLE_BYTES_MAX,
  });
  readonly #leases = new WeakMap<Uint8Array, BufferLease>();

  take(size: number): Uint8Array {
    const lease = this.#pool.acquire(size);
    this.#leases.set(lease.bytes, lease);
    return lease.bytes;
  }

  give(buffer: Uint8Array): void {
    this.#leases.get(buffer)?.release();
    this.#leases.delete(buffer);
  }
}
