import { byteAt } from "./byte-at.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { ALL_DIGITS, copyDigits, DIGITS_ROOM, spreadDigits } from "./digit-groups.ts";
import { doubleIn } from "./double-digits.ts";
import { DOUBLE_TEXT_ROOM, writeDoubleIn } from "./double-writer.ts";
import { writeUtf8CodePoint } from "./utf8.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;
const SPACE = 32;
const ASCII_LIMIT = 128;
const LOWER_U = 117;
const ZERO = 48;
/** An escape takes six bytes; no character of text takes more. */
const CHARACTER_SIZE_MAX = 6;
/** Text is escaped in parts, so that a long one does not take six times its size at once. */
const CHUNK_SIZE = 4096;
const TEN_TO_EIGHT = 1e8;
const UINT64_TEXT_SIZE_MAX = 20;

/** The letter of the escapes that have one, by byte. */
const ESCAPE_LETTERS = new Uint8Array(ASCII_LIMIT);
for (const [byte, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
  [QUOTE, '"'],
  [BACKSLASH, "\\"],
] as const) {
  ESCAPE_LETTERS[byte] = letter.charCodeAt(0);
}

/** Appends text that is plain ASCII, as it is. */
export function writeAscii(writer: ByteWriter, text: string): void {
  writer.ensure(text.length);
  const { bytes } = writer;
  let { position } = writer;
  for (let index = 0; index < text.length; index++) {
    bytes[position++] = text.charCodeAt(index);
  }
  writer.position = position;
}

/** Appends `text` as a JSON string. Bytes that were no UTF-8 when `text` was read come out as they were. */
export function writeJsonText(writer: ByteWriter, text: string): void {
  writer.ensure(1);
  writer.bytes[writer.position++] = QUOTE;
  let index = 0;
  while (index < text.length) {
    index = writeTextChunk(writer, text, index);
  }
  writer.ensure(1);
  writer.bytes[writer.position++] = QUOTE;
}

/** Writes a part of `text` from `start` on and returns where the rest begins. */
function writeTextChunk(writer: ByteWriter, text: string, start: number): number {
  const end = Math.min(text.length, start + CHUNK_SIZE);
  // One more, for a pair of surrogates at the end.
  writer.ensure((end - start + 1) * CHARACTER_SIZE_MAX);
  const { bytes } = writer;
  let { position } = writer;
  let index = start;
  while (index < end) {
    const unit = text.charCodeAt(index);
    if (unit < ASCII_LIMIT) {
      position = writeAsciiCharacter(bytes, position, unit);
      index++;
    } else {
      // Within the text, so there is one.
      const codePoint = text.codePointAt(index) as number;
      position = writeUtf8CodePoint(bytes, position, codePoint);
      index += codePoint > 0xffff ? 2 : 1;
    }
  }
  writer.position = position;
  return index;
}

/** Appends the bytes from `start` to `end` as a JSON string: escaped where JSON asks for it, otherwise copied unseen. */
export function writeJsonBytes(
  writer: ByteWriter,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  writer.ensure(1);
  writer.bytes[writer.position++] = QUOTE;
  for (let chunkStart = start; chunkStart < end; chunkStart += CHUNK_SIZE) {
    writeBytesChunk(writer, source, chunkStart, Math.min(end, chunkStart + CHUNK_SIZE));
  }
  writer.ensure(1);
  writer.bytes[writer.position++] = QUOTE;
}

function writeBytesChunk(writer: ByteWriter, source: Uint8Array, start: number, end: number): void {
  writer.ensure((end - start) * CHARACTER_SIZE_MAX);
  const { bytes } = writer;
  let { position } = writer;
  for (let index = start; index < end; index++) {
    const byte = byteAt(source, index, end);
    if (byte < ASCII_LIMIT) {
      position = writeAsciiCharacter(bytes, position, byte);
    } else {
      bytes[position++] = byte;
    }
  }
  writer.position = position;
}

function writeAsciiCharacter(bytes: Uint8Array, start: number, byte: number): number {
  // In range: the byte is below 128.
  const letter = ESCAPE_LETTERS[byte] as number;
  if (byte >= SPACE && letter === 0) {
    bytes[start] = byte;
    return start + 1;
  }
  bytes[start] = BACKSLASH;
  if (letter !== 0) {
    bytes[start + 1] = letter;
    return start + 2;
  }
  bytes[start + 1] = LOWER_U;
  bytes[start + 2] = ZERO;
  bytes[start + 3] = ZERO;
  bytes[start + 4] = ZERO + (byte >> 4);
  bytes[start + 5] = "0123456789ABCDEF".charCodeAt(byte & 15);
  return start + CHARACTER_SIZE_MAX;
}

/** Appends a safe integer. */
export function writeInteger(writer: ByteWriter, value: number): void {
  writer.ensure(DIGITS_ROOM + 1);
  writer.position = placeInteger(writer.view, writer.position, value);
}

/**
 * Writes a safe integer at `start`, where `DIGITS_ROOM + 1` bytes must be left, and returns the position after it.
 *
 * @internal
 */
export function placeInteger(out: DataView, start: number, value: number): number {
  let position = start;
  let magnitude = value;
  if (value < 0) {
    out.setUint8(position++, MINUS);
    magnitude = -value;
  }
  const high = magnitude < TEN_TO_EIGHT ? 0 : Math.floor(magnitude / TEN_TO_EIGHT);
  const first = spreadDigits(high, magnitude - high * TEN_TO_EIGHT);
  copyDigits(out, position, first);
  return position + ALL_DIGITS - first;
}

/** Appends a 64-bit integer. */
export function writeBigint(writer: ByteWriter, value: bigint): void {
  writer.ensure(UINT64_TEXT_SIZE_MAX);
  writeAscii(writer, value.toString());
}

/** Appends a double as rapidjson writes it. */
export function writeDouble(writer: ByteWriter, value: number): void {
  writer.ensure(DOUBLE_TEXT_ROOM);
  doubleIn[0] = value;
  writer.position = writeDoubleIn(writer.view, writer.position);
}
