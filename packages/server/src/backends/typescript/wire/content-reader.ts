import { TENSOR_ALIGNMENT } from "./content-writer.ts";

/**
 * Reads what `ContentWriter` wrote. The content begins on a multiple of the tensors' alignment; byte strings are views of it.
 *
 * @throws {RangeError} from any method for content that ends too soon
 */
export class ContentReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #position = 0;

  constructor(content: Buffer) {
    this.#bytes = content;
    this.#view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.byteLength;
  }

  u8(): number {
    const value = this.#view.getUint8(this.#position);
    this.#position += 1;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.#position, true);
    this.#position += 4;
    return value;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.#position, true);
    this.#position += 8;
    return value;
  }

  i64(): bigint {
    const value = this.#view.getBigInt64(this.#position, true);
    this.#position += 8;
    return value;
  }

  text(): string {
    const size = this.u32();
    const start = this.#take(size);
    return size === 0 ? "" : this.#bytes.toString("utf8", start, start + size);
  }

  alignedBytes(): Uint8Array {
    const size = this.u32();
    this.#position = (this.#position + TENSOR_ALIGNMENT - 1) & -TENSOR_ALIGNMENT;
    const start = this.#take(size);
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + start, size);
  }

  #take(size: number): number {
    const start = this.#position;
    if (start + size > this.#bytes.byteLength) {
      throw new RangeError("the content ends within a value");
    }
    this.#position = start + size;
    return start;
  }
}
