import { TENSOR_ALIGNMENT } from "./content-writer.ts";
import { CACHED_TEXT_SIZE_MAX, type TextCache } from "./text-cache.ts";

/** Memory that contents lie in, seen two ways. */
export interface ContentMemory {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/**
 * Reads what `ContentWriter` wrote. The content begins on a multiple of the tensors' alignment; byte strings are views of it.
 *
 * @throws {RangeError} from any method for content that ends too soon
 */
export class ContentReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #texts: TextCache;
  readonly #end: number;
  #position: number;

  /** @param range where the content lies in the memory; it begins on a multiple of the tensors' alignment */
  constructor(
    memory: ContentMemory,
    range: { readonly start: number; readonly end: number },
    texts: TextCache,
  ) {
    this.#bytes = memory.bytes;
    this.#view = memory.view;
    this.#texts = texts;
    this.#position = range.start;
    this.#end = range.end;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#end;
  }

  u8(): number {
    const start = this.#take(1);
    return this.#view.getUint8(start);
  }

  u32(): number {
    const start = this.#take(4);
    return this.#view.getUint32(start, true);
  }

  f64(): number {
    const start = this.#take(8);
    return this.#view.getFloat64(start, true);
  }

  i64(): bigint {
    const start = this.#take(8);
    return this.#view.getBigInt64(start, true);
  }

  text(): string {
    const size = this.u32();
    const start = this.#take(size);
    if (size === 0) {
      return "";
    }
    return size <= CACHED_TEXT_SIZE_MAX
      ? this.#texts.find(this.#bytes, start, size)
      : this.#bytes.toString("utf8", start, start + size);
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
    if (start + size > this.#end) {
      throw new RangeError("the content ends within a value");
    }
    this.#position = start + size;
    return start;
  }
}
