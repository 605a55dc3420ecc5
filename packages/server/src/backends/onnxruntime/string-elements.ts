import { StatusCode, TritonError } from "@nereid/protocol";
import type { StringContent } from "../../ffi/ort/ort-string-tensor.ts";

/** Bytes of the length in front of each element of a packed BYTES tensor. */
const PREFIX_BYTES = 4;

/** Positions of strings within one buffer, growing by one tensor at a time. */
export class StringPositions {
  readonly starts: number[] = [];
  readonly byteSizes: number[] = [];

  /**
   * Adds the elements of a packed BYTES tensor.
   *
   * @param offset where `bytes` lies in the buffer that the positions are for
   * @throws {TritonError} if the tensor does not hold exactly `count` elements; nothing has been added then
   * @see Triton backend src/backend_common.cc, ValidateStringBuffer
   */
  addTensor(name: string, bytes: Uint8Array, offset: number, count: number): void {
    const mark = this.starts.length;
    try {
      this.#parse(name, bytes, offset, count);
    } catch (error) {
      this.starts.length = mark;
      this.byteSizes.length = mark;
      throw error;
    }
  }

  /** Adds `count` empty strings at `position`. */
  addEmpty(count: number, position: number): void {
    for (let index = 0; index < count; index++) {
      this.starts.push(position);
      this.byteSizes.push(0);
    }
  }

  /** Forgets all elements but the first ones. */
  keepFirst(count: number): void {
    this.starts.length = Math.min(this.starts.length, count);
    this.byteSizes.length = this.starts.length;
  }

  #parse(name: string, bytes: Uint8Array, offset: number, count: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let position = 0;
    let index = 0;
    for (; bytes.byteLength - position >= PREFIX_BYTES; index++) {
      if (index === count) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `unexpected number of string elements ${index + 1} for inference input '${name}', expecting ${count}`,
        );
      }
      const byteSize = view.getUint32(position, true);
      position += PREFIX_BYTES;
      const remaining = bytes.byteLength - position;
      if (byteSize > remaining) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `incomplete string data for inference input '${name}', expecting string of length ${byteSize} but only ${remaining} bytes available`,
        );
      }
      this.starts.push(offset + position);
      this.byteSizes.push(byteSize);
      position += byteSize;
    }
    if (index !== count) {
      throw new TritonError(
        StatusCode.Internal,
        `expected ${count} strings for inference input '${name}', got ${index}`,
      );
    }
  }
}

/** Strings as a packed BYTES tensor. */
export function packStrings({ content, offsets }: StringContent): Uint8Array {
  const packed = new Uint8Array(content.byteLength + offsets.length * PREFIX_BYTES);
  const view = new DataView(packed.buffer);
  let position = 0;
  for (let index = 0; index < offsets.length; index++) {
    const start = Number(offsets[index]);
    const end = index + 1 < offsets.length ? Number(offsets[index + 1]) : content.byteLength;
    view.setUint32(position, end - start, true);
    packed.set(content.subarray(start, end), position + PREFIX_BYTES);
    position += PREFIX_BYTES + end - start;
  }
  return packed;
}

/** Bytes that `count` elements of a packed BYTES tensor take from `position` on; there are as many. */
export function packedByteSize(packed: Uint8Array, position: number, count: number): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let end = position;
  for (let index = 0; index < count; index++) {
    end += PREFIX_BYTES + view.getUint32(end, true);
  }
  return end - position;
}
