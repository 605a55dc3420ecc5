/** Bytes that are made when they are written, so that a tensor of gigabytes needs memory for one chunk only. */
export interface StreamedBytes {
  readonly byteLength: number;
  /** Called once per write; its chunks add up to `byteLength`, and each is consumed before the next is asked for. */
  chunks(): Iterable<Uint8Array>;
}

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

/**
 * Writes one protobuf message as a list of parts. Nested messages are writers of their own, so that lengths are known
 * without copying, and streamed bytes stay unmade until `parts` is written out.
 *
 * Invariant: `byteLength` is the sum of the parts' lengths.
 */
export class ProtoWriter {
  readonly parts: (Uint8Array | StreamedBytes)[] = [];
  byteLength = 0;
  #small: number[] = [];

  /** An int64, uint64, enum or bool field; negative values take the ten bytes that protobuf gives them. */
  varint(field: number, value: number | bigint): void {
    this.#varint((field << 3) | WIRE_VARINT);
    this.#varint(value);
  }

  /** A `float` field, little-endian. */
  float(field: number, value: number): void {
    this.#varint((field << 3) | WIRE_FIXED32);
    this.#pushSmall(new Uint8Array(new Float32Array([value]).buffer));
  }

  string(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value));
  }

  /** A `bytes` field. The bytes are kept by reference: they must not change before the message is written. */
  bytes(field: number, value: Uint8Array | StreamedBytes): void {
    this.#varint((field << 3) | WIRE_LENGTH_DELIMITED);
    this.#varint(value.byteLength);
    this.#flush();
    this.parts.push(value);
    this.byteLength += value.byteLength;
  }

  /** A nested message. `child` must be complete: what is added to it later is not seen. */
  message(field: number, child: ProtoWriter): void {
    this.#varint((field << 3) | WIRE_LENGTH_DELIMITED);
    this.#varint(child.byteLength);
    this.#flush();
    for (const part of child.finish()) {
      this.parts.push(part);
    }
    this.byteLength += child.byteLength;
  }

  /** The message's parts, in order. */
  finish(): readonly (Uint8Array | StreamedBytes)[] {
    this.#flush();
    return this.parts;
  }

  #varint(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      this.#small.push(rest === 0n ? low : low | 0x80);
      this.byteLength += 1;
    } while (rest !== 0n);
  }

  #pushSmall(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#small.push(byte);
    }
    this.byteLength += bytes.byteLength;
  }

  #flush(): void {
    if (this.#small.length > 0) {
      this.parts.push(Uint8Array.from(this.#small));
      this.#small = [];
    }
  }
}

/** The parts as plain chunks, streamed bytes included. */
export function* chunksOfParts(
  parts: readonly (Uint8Array | StreamedBytes)[],
): Generator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      yield part;
      continue;
    }
    let written = 0;
    for (const chunk of part.chunks()) {
      written += chunk.byteLength;
      yield chunk;
    }
    if (written !== part.byteLength) {
      throw new Error(`streamed bytes gave ${written} bytes, ${part.byteLength} were promised`);
    }
  }
}
