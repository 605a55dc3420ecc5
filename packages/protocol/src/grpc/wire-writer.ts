import { writeUtf8CodePoint } from "../rest/utf8.ts";

const VARINT_BITS = 7;
const VARINT_LIMIT = 0x80;
const WORD = 2 ** 32;
/** Up to so many bytes, writing one after the other beats the call that copies them. */
const LOOP_SIZE_MAX = 16;
const NEGATIVE_VARINT_SIZE = 10;

/** Bytes of an unsigned number below 2^53 as a varint. @internal */
export function varintSize(value: number): number {
  let size = 1;
  for (let limit = VARINT_LIMIT; value >= limit; limit *= VARINT_LIMIT) {
    size++;
  }
  return size;
}

/** Writes an unsigned number below 2^53 and returns the position after it. @internal */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  let rest = value;
  let end = position;
  while (rest >= VARINT_LIMIT) {
    target[end++] = (rest & (VARINT_LIMIT - 1)) | VARINT_LIMIT;
    rest = rest < WORD ? rest >>> VARINT_BITS : Math.floor(rest / VARINT_LIMIT);
  }
  target[end++] = rest;
  return end;
}

/** Bytes of an int64 as a varint: 10 for every negative one. @internal */
export function int64Size(value: number | bigint): number {
  if (value < 0) {
    return NEGATIVE_VARINT_SIZE;
  }
  return typeof value === "number" ? varintSize(value) : bigVarintSize(value);
}

function bigVarintSize(value: bigint): number {
  let size = 1;
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) {
    size++;
  }
  return size;
}

/** Writes an int64 or uint64 and returns the position after it. @internal */
export function writeInt64(target: Uint8Array, position: number, value: number | bigint): number {
  if (typeof value === "number" && value >= 0) {
    return writeVarint(target, position, value);
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  let end = position;
  while (rest >= 0x80n) {
    target[end++] = Number(rest & 0x7fn) | VARINT_LIMIT;
    rest >>= 7n;
  }
  target[end++] = Number(rest);
  return end;
}

/** Bytes of a text. @internal */
export function textSize(text: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) >= VARINT_LIMIT) {
      return index + unusualTextSize(text, index);
    }
  }
  return text.length;
}

const scratch = new Uint8Array(4);

function unusualTextSize(text: string, start: number): number {
  let size = 0;
  for (let index = start; index < text.length; ) {
    // In range by the loop's bound.
    const codePoint = text.codePointAt(index) as number;
    size += writeUtf8CodePoint(scratch, 0, codePoint);
    index += codePoint < 0x10000 ? 1 : 2;
  }
  return size;
}

/** Writes the bytes of a text and returns the position after them. @internal */
export function writeText(target: Uint8Array, position: number, text: string): number {
  let end = position;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < VARINT_LIMIT) {
      target[end++] = unit;
    } else {
      // In range by the loop's bound.
      const codePoint = text.codePointAt(index) as number;
      end = writeUtf8CodePoint(target, end, codePoint);
      index += codePoint < 0x10000 ? 0 : 1;
    }
  }
  return end;
}

/** Bytes of a field whose value has `size` bytes in front of which their number stands. @internal */
export function sizedFieldSize(size: number): number {
  return 1 + varintSize(size) + size;
}

/** Writes the tag and the size of a field. @internal */
export function writeSizedHead(
  target: Uint8Array,
  position: number,
  tag: number,
  size: number,
): number {
  target[position] = tag;
  return writeVarint(target, position + 1, size);
}

/** Bytes of a text's field, none for an empty one. @internal */
export function textFieldSize(text: string): number {
  return text === "" ? 0 : sizedFieldSize(textSize(text));
}

/** Writes a text's field, nothing for an empty one. @internal */
export function writeTextField(
  target: Uint8Array,
  position: number,
  tag: number,
  text: string,
): number {
  if (text === "") {
    return position;
  }
  return writeText(target, writeSizedHead(target, position, tag, textSize(text)), text);
}

/** Copies bytes and returns the position after them. @internal */
export function writeBytes(target: Uint8Array, position: number, bytes: Uint8Array): number {
  const size = bytes.byteLength;
  if (size > LOOP_SIZE_MAX) {
    target.set(bytes, position);
  } else {
    for (let index = 0; index < size; index++) {
      // In range by the loop's bound.
      target[position + index] = bytes[index] as number;
    }
  }
  return position + size;
}

/** Bytes of a shape's dimensions in one piece. @internal */
export function shapeSize(shape: readonly number[]): number {
  let size = 0;
  for (let index = 0; index < shape.length; index++) {
    // In range by the loop's bound.
    const dimension = shape[index] as number;
    size += dimension >= 0 && dimension < VARINT_LIMIT ? 1 : int64Size(dimension);
  }
  return size;
}

/** Writes a shape's field, nothing for no dimensions. `size` is its `shapeSize`. @internal */
export function writeShapeField(
  target: Uint8Array,
  position: number,
  tag: number,
  shape: readonly number[],
  size: number,
): number {
  if (size === 0) {
    return position;
  }
  let end = writeSizedHead(target, position, tag, size);
  for (let index = 0; index < shape.length; index++) {
    // In range by the loop's bound.
    end = writeInt64(target, end, shape[index] as number);
  }
  return end;
}
