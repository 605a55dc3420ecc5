import { assert } from "../../../base/assert.ts";
import { TritonError } from "../api/model-error.ts";
import {
  type BufferPlace,
  INLINE_SIZE_MAX,
  type TensorFinder,
  TensorPlace,
  type TensorPlacer,
} from "../wire/tensor-place.ts";
import type { ThreadLink } from "../wire/thread-link.ts";

/** Memory that a model fills itself. */
interface Allocation {
  readonly index: number;
  /** How many tensors on it the server has not given back. */
  sentCount: number;
  /** Whether the pool has it again. */
  isReturned: boolean;
}

/**
 * The worker's side of tensors that lie in shared buffers.
 *
 * A buffer of its own is filled by `place`, or by the model (`allocate`). The latter goes back to the pool when the server has
 * read all that was sent of it, or when the model has let go of it unsent.
 */
export class WorkerBuffers implements TensorFinder, TensorPlacer {
  readonly #link: () => ThreadLink;
  /** Which buffer of the server's a memory is, so that an input that is an output needs no copy. */
  readonly #serverBuffers = new WeakMap<ArrayBufferLike, number>();
  /** By the memory that the model sees, and by the buffer while the server has some of it. */
  readonly #allocations = new WeakMap<ArrayBufferLike, Allocation>();
  readonly #sent = new Map<number, Allocation>();
  /** Buffers of the record that is being written. */
  #placed: number[] = [];
  readonly #forgotten = new FinalizationRegistry<Allocation>((allocation) => {
    if (allocation.sentCount === 0) {
      this.#return(allocation);
    }
  });

  constructor(link: () => ThreadLink) {
    this.#link = link;
  }

  /** Memory of so many bytes, with whatever it held before. */
  allocate(size: number): Uint8Array {
    if (size <= INLINE_SIZE_MAX) {
      return new Uint8Array(size);
    }
    const { index, bytes } = this.#link().pool.take(size);
    // An object of its own for the same memory: when it has gone, so have all views that the model has made.
    const memory = structuredClone(bytes.buffer);
    const allocation = { index, sentCount: 0, isReturned: false };
    this.#allocations.set(memory, allocation);
    this.#forgotten.register(memory, allocation);
    return new Uint8Array(memory, 0, size);
  }

  find({ place, index, offset }: BufferPlace, size: number): Uint8Array {
    if (place !== TensorPlace.ServerBuffer) {
      throw new RangeError("the server names its own buffers");
    }
    const bytes = this.#link().view(index, offset, size);
    this.#serverBuffers.set(bytes.buffer, index);
    return bytes;
  }

  place(bytes: Uint8Array): BufferPlace | null {
    if (bytes.byteLength <= INLINE_SIZE_MAX) {
      return null;
    }
    const serverIndex = this.#serverBuffers.get(bytes.buffer);
    if (serverIndex !== undefined) {
      return { place: TensorPlace.ServerBuffer, index: serverIndex, offset: bytes.byteOffset };
    }
    const allocation = this.#allocations.get(bytes.buffer);
    const index =
      allocation === undefined ? this.#link().copyToShared(bytes) : this.#send(allocation);
    const offset = allocation === undefined ? 0 : bytes.byteOffset;
    this.#placed.push(index);
    return { place: TensorPlace.WorkerBuffer, index, offset };
  }

  /** Writes a record that may place tensors: if it cannot be written, what was placed for it is taken back. */
  write(write: () => void): void {
    this.#placed = [];
    try {
      write();
    } catch (error) {
      for (const index of this.#placed) {
        this.onRelease(index);
      }
      throw error;
    }
  }

  /** The server has read a tensor in a buffer of the worker's. */
  onRelease(index: number): void {
    const allocation = this.#sent.get(index);
    if (allocation === undefined) {
      this.#link().pool.give(index);
      return;
    }
    assert(allocation.sentCount > 0, "what comes back has been sent");
    allocation.sentCount--;
    if (allocation.sentCount === 0) {
      this.#return(allocation);
    }
  }

  #send(allocation: Allocation): number {
    if (allocation.isReturned) {
      throw new TritonError(
        "the memory of an allocated tensor has been sent before, and is in use for something else",
        "INVALID_ARG",
      );
    }
    allocation.sentCount++;
    this.#sent.set(allocation.index, allocation);
    return allocation.index;
  }

  #return(allocation: Allocation): void {
    if (!allocation.isReturned) {
      allocation.isReturned = true;
      this.#sent.delete(allocation.index);
      this.#link().pool.give(allocation.index);
    }
  }
}
