import { datatypeByteSize } from "@nereid/protocol";
import { Tensor } from "../../model/tensor.ts";
import type { ArenaReader } from "./arena-reader.ts";
import { alignUp, DESCRIPTOR_BYTES, datatypeOfNumber, Storage } from "./wire.ts";
import { WireError } from "./wire-error.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * Reads a frame that the stub has written, front to back. Its tensors view the frame or the stub's arena; the caller owns
 * them. Everything is checked: the stub runs other people's code.
 */
export class FrameCursor {
  readonly frame: Buffer;
  readonly #arena: ArenaReader;
  #at: number;

  constructor(frame: Buffer, at: number, arena: ArenaReader) {
    this.frame = frame;
    this.#at = at;
    this.#arena = arena;
  }

  /** Where the next `byteSize` bytes begin. @throws {WireError} if there are not so many */
  take(byteSize: number): number {
    const at = this.#at;
    if (byteSize > this.frame.byteLength - at) {
      throw new WireError("a frame that ends early");
    }
    this.#at = at + byteSize;
    return at;
  }

  /** @throws {WireError} if there is no text of that size */
  text(byteSize: number): string {
    if (byteSize === 0) {
      return "";
    }
    const at = this.take(byteSize);
    return this.frame.toString("utf8", at, at + byteSize);
  }

  /** Goes on at a multiple of 8. @throws {WireError} if the frame ends before */
  align(): void {
    this.take(alignUp(this.#at, 8) - this.#at);
  }

  /**
   * The next tensors. On an error those read so far are given back.
   *
   * @throws {WireError} if a descriptor cannot be
   */
  tensors(count: number): Tensor[] {
    const tensors: Tensor[] = [];
    try {
      for (let index = 0; index < count; index++) {
        tensors.push(this.#tensor());
      }
    } catch (error) {
      for (const { memory } of tensors) {
        memory?.release();
      }
      throw error;
    }
    return tensors;
  }

  #tensor(): Tensor {
    const { frame } = this;
    const at = this.take(DESCRIPTOR_BYTES);
    const nameByteSize = frame.readUInt16LE(at);
    const datatype = datatypeOfNumber(frame.readUInt8(at + 2));
    const rank = frame.readUInt8(at + 3);
    const storage = frame.readUInt32LE(at + 4);
    const byteSize = readUint64(frame, at + 8);
    const position = readUint64(frame, at + 16);
    if (datatype === undefined) {
      throw new WireError("a tensor of no datatype");
    }
    const shape = this.#shape(rank);
    const name = this.text(nameByteSize);
    this.align();
    const elementBytes = datatypeByteSize(datatype);
    if (elementBytes > 0 && byteSize !== shape.reduce((a, b) => a * b, elementBytes)) {
      throw new WireError("a tensor whose size is not its shape's");
    }
    if (byteSize === 0) {
      return new Tensor(name, datatype, shape, NO_BYTES, null);
    }
    if (storage === Storage.Arena) {
      const view = this.#arena.view(position, byteSize);
      return new Tensor(name, datatype, shape, view.bytes, view);
    }
    if (storage !== Storage.Inline || position + byteSize > frame.byteLength) {
      throw new WireError("a tensor that is nowhere");
    }
    return new Tensor(name, datatype, shape, frame.subarray(position, position + byteSize), null);
  }

  #shape(rank: number): number[] {
    const shape: number[] = [];
    let at = this.take(8 * rank);
    for (let index = 0; index < rank; index++) {
      shape.push(readUint64(this.frame, at));
      at += 8;
    }
    return shape;
  }
}

/** @throws {WireError} for a number that doubles do not hold */
function readUint64(frame: Buffer, at: number): number {
  const high = frame.readUInt32LE(at + 4);
  if (high > 0x1f_ffff) {
    throw new WireError("a number of more than 53 bits");
  }
  return high * 0x1_0000_0000 + frame.readUInt32LE(at);
}
