import { assert } from "../../base/assert.ts";
import type { Tensor } from "../../model/tensor.ts";
import type { ArenaWriter } from "./arena-writer.ts";
import {
  alignUp,
  DESCRIPTOR_BYTES,
  datatypeNumber,
  HEAD_BYTES,
  INLINE_ALIGNMENT,
  Storage,
} from "./wire.ts";

const INITIAL_BYTES = 16 << 10;

/** A buffer that a large frame has made grow is given up with the frame. */
const KEPT_BYTES_MAX = 1 << 20;

/** What the head of a frame says besides its sizes. */
export interface FrameHeadFields {
  readonly kind: number;
  readonly flags: number;
  readonly count: number;
  readonly id: number;
  readonly textByteSize: number;
}

/** A tensor whose contents will lie behind all descriptors. */
interface InlineTensor {
  readonly bytes: Uint8Array;
  /** Where its descriptor begins. */
  readonly descriptorAt: number;
}

/**
 * Writes one frame at a time into a buffer that it keeps: `begin`, the body's parts in order, `finish`.
 *
 * Numbers above 32 bits are those that doubles hold exactly.
 */
export class FrameWriter {
  readonly #arena: ArenaWriter;
  readonly #inlineBytesMax: number;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;
  #inline: InlineTensor[] = [];
  /** Positions of what this frame has put into the arena. */
  #stored: number[] = [];

  constructor(arena: ArenaWriter, inlineBytesMax: number) {
    this.#arena = arena;
    this.#inlineBytesMax = inlineBytesMax;
  }

  /** Starts a frame. What an earlier one has left is forgotten. */
  begin(): void {
    this.#at = HEAD_BYTES;
    this.#inline = [];
    this.#stored = [];
  }

  /** Room for `byteSize` bytes at the present position, which moves behind it; what it holds is undefined. */
  reserve(byteSize: number): { readonly buffer: Buffer; readonly at: number } {
    const at = this.#at;
    this.#at += byteSize;
    this.#ensure(this.#at);
    return { buffer: this.#buffer, at };
  }

  /** Appends text in UTF-8 and returns its size in bytes. */
  text(text: string): number {
    if (text === "") {
      return 0;
    }
    this.#ensure(this.#at + text.length * 3);
    const byteSize = this.#buffer.write(text, this.#at, "utf8");
    this.#at += byteSize;
    return byteSize;
  }

  /** Appends a name of at most 65535 bytes behind its length. */
  name(name: string): void {
    const { buffer, at } = this.reserve(2);
    const byteSize = this.text(name);
    assert(byteSize <= 0xffff, "names are short");
    // The text may have moved the buffer; both positions still hold.
    (buffer === this.#buffer ? buffer : this.#buffer).writeUInt16LE(byteSize, at);
  }

  /** Zeros up to a multiple of 8. */
  align(): void {
    const end = alignUp(this.#at, 8);
    this.#ensure(end);
    this.#buffer.fill(0, this.#at, end);
    this.#at = end;
  }

  /** The buffer as it is now, to patch what was reserved. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /**
   * Appends a tensor's descriptor. Contents that are not inline are copied into the arena at once.
   *
   * @throws {TritonError} Internal if the arena has no room; what the frame has put there is taken back, and the frame is void
   */
  tensor(tensor: Tensor): void {
    const { name, shape, bytes } = tensor;
    const { at } = this.reserve(DESCRIPTOR_BYTES + 8 * shape.length);
    const isInline = bytes.byteLength <= this.#inlineBytesMax;
    const position = isInline ? 0 : this.#store(bytes);
    if (isInline && bytes.byteLength > 0) {
      this.#inline.push({ bytes, descriptorAt: at });
    }
    const nameByteSize = this.text(name);
    assert(nameByteSize <= 0xffff && shape.length <= 0xff, "names and ranks are small");
    const buffer = this.#buffer;
    buffer.writeUInt16LE(nameByteSize, at);
    buffer[at + 2] = datatypeNumber(tensor.datatype);
    buffer[at + 3] = shape.length;
    buffer.writeUInt32LE(isInline ? Storage.Inline : Storage.Arena, at + 4);
    writeUint64(buffer, at + 8, bytes.byteLength);
    writeUint64(buffer, at + 16, position);
    let dimensionAt = at + DESCRIPTOR_BYTES;
    for (const dimension of shape) {
      writeUint64(buffer, dimensionAt, dimension);
      dimensionAt += 8;
    }
    this.align();
  }

  /** Appends what travels inline, writes the head, and returns the frame: valid until the next `begin`. */
  finish(fields: FrameHeadFields): Buffer {
    for (const { bytes, descriptorAt } of this.#inline) {
      const at = alignUp(this.#at, INLINE_ALIGNMENT);
      this.#at = at + bytes.byteLength;
      this.#ensure(this.#at);
      this.#buffer.set(bytes, at);
      writeUint64(this.#buffer, descriptorAt + 16, at);
    }
    this.#inline = [];
    const buffer = this.#buffer;
    buffer.writeUInt32LE(this.#at, 0);
    buffer[4] = fields.kind;
    buffer[5] = fields.flags;
    buffer.writeUInt16LE(fields.count, 6);
    buffer.writeUInt32LE(fields.id, 8);
    buffer.writeUInt32LE(fields.textByteSize, 12);
    const frame = buffer.subarray(0, this.#at);
    if (buffer.byteLength > KEPT_BYTES_MAX) {
      this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    }
    return frame;
  }

  #store(bytes: Uint8Array): number {
    try {
      const position = this.#arena.store(bytes);
      this.#stored.push(position);
      return position;
    } catch (error) {
      for (const position of this.#stored) {
        this.#arena.takeBack(position);
      }
      throw error;
    }
  }

  #ensure(byteSize: number): void {
    if (byteSize > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafeSlow(Math.max(byteSize, this.#buffer.byteLength * 2));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
  }
}

/** Writes a whole number of at most 53 bits. */
export function writeUint64(buffer: Buffer, at: number, value: number): void {
  buffer.writeUInt32LE(value >>> 0, at);
  buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}
