const CAPACITY_MIN = 4096;

/** Longer texts are encoded by the runtime. */
const ASCII_LENGTH_MAX = 64;

/** What every inline tensor begins on a multiple of, so that any typed array can view it. */
export const TENSOR_ALIGNMENT = 8;

/** Writes the content of one record; what it wrote is good until the next `reset`. */
export class ContentWriter {
  #bytes: Buffer = Buffer.from(new ArrayBuffer(CAPACITY_MIN));
  #view = new DataView(this.#bytes.buffer);
  #words = new Int32Array(this.#bytes.buffer);
  #size = 0;

  /** Bytes of the content so far. */
  get size(): number {
    return this.#size;
  }

  /** The content by the 32-bit word; up to 3 bytes of the last one are none of it. */
  get words(): Int32Array {
    return this.#words;
  }

  /** The content so far. */
  get content(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  reset(): void {
    this.#size = 0;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#size, value);
    this.#size += 1;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#size, value, true);
    this.#size += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#size, value, true);
    this.#size += 8;
  }

  /** A 64-bit integer, signed or not. */
  i64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#size, BigInt.asIntN(64, value), true);
    this.#size += 8;
  }

  text(value: string): void {
    const { length } = value;
    if (length > ASCII_LENGTH_MAX || !this.#ascii(value)) {
      this.#anyText(value);
    }
  }

  /** Writes a text if it is ASCII; a call into the runtime costs several times as much for a name. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(4 + length);
    const start = this.#size + 4;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) {
        return false;
      }
      this.#bytes[start + index] = code;
    }
    this.u32(length);
    this.#size += length;
    return true;
  }

  #anyText(value: string): void {
    const size = Buffer.byteLength(value);
    this.u32(size);
    this.#reserve(size);
    this.#size += this.#bytes.write(value, this.#size);
  }

  /** Bytes at the next multiple of the alignment, behind their size. */
  alignedBytes(value: Uint8Array): void {
    this.u32(value.byteLength);
    const start = (this.#size + TENSOR_ALIGNMENT - 1) & -TENSOR_ALIGNMENT;
    this.#reserve(start - this.#size + value.byteLength);
    this.#bytes.set(value, start);
    this.#size = start + value.byteLength;
  }

  #reserve(size: number): void {
    const needed = this.#size + size;
    if (needed <= this.#bytes.byteLength) {
      return;
    }
    const larger = Buffer.from(
      new ArrayBuffer((Math.max(needed, this.#bytes.byteLength * 2) + 3) & -4),
    );
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#words = new Int32Array(larger.buffer);
  }
}
