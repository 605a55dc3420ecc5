import {
  type BufferPlace,
  INLINE_SIZE_MAX,
  type TensorFinder,
  TensorPlace,
  type TensorPlacer,
} from "../wire/tensor-place.ts";
import type { ThreadLink } from "../wire/thread-link.ts";

/** The worker's side of tensors that lie in shared buffers. */
export class WorkerBuffers implements TensorFinder, TensorPlacer {
  readonly #link: () => ThreadLink;
  /** Which buffer of the server's a memory is, so that an input that is an output needs no copy. */
  readonly #serverBuffers = new WeakMap<ArrayBufferLike, number>();

  constructor(link: () => ThreadLink) {
    this.#link = link;
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
    return { place: TensorPlace.WorkerBuffer, index: this.#link().copyToShared(bytes), offset: 0 };
  }
}
