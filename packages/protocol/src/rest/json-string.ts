import { byteAt } from "./byte-at.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { JsonReader } from "./json-reader.ts";
import { jsonSyntaxError } from "./json-syntax-error.ts";
import { textFromUtf8, writeUtf8CodePoint } from "./utf8.ts";

const QUOTE = 34;
const SLASH = 47;
const BACKSLASH = 92;
const LOWER_B = 98;
const LOWER_F = 102;
const LOWER_N = 110;
const LOWER_R = 114;
const LOWER_T = 116;
const LOWER_U = 117;

const HIGH_SURROGATE_FIRST = 0xd800;
const LOW_SURROGATE_FIRST = 0xdc00;
const LOW_SURROGATE_LAST = 0xdfff;

/** Below this a loop over the bytes beats the call of `set`. */
const COPY_LOOP_SIZE_MAX = 48;

/**
 * Skips the string at the reader's position and checks it. Returns whether it has escapes.
 *
 * @internal
 */
export function skipString(reader: JsonReader): boolean {
  const { bytes, end } = reader;
  let position = reader.position + 1;
  let hasEscape = false;
  for (;;) {
    const byte = byteAt(bytes, position, end);
    if (byte === QUOTE) {
      reader.position = position + 1;
      return hasEscape;
    }
    if (byte === BACKSLASH) {
      hasEscape = true;
      position = skipEscape(bytes, position, end);
    } else if (byte < 32) {
      throw jsonSyntaxError(
        byte === 0
          ? "Missing a closing quotation mark in string."
          : "Invalid escape character in string.",
        position,
      );
    } else {
      position++;
    }
  }
}

/** Checks the escape at `position` and returns the position after it; a surrogate pair is one escape. */
function skipEscape(bytes: Uint8Array, position: number, end: number): number {
  const kind = byteAt(bytes, position + 1, end);
  if (kind !== LOWER_U) {
    if (plainEscape(kind) === 0) {
      throw jsonSyntaxError("Invalid escape character in string.", position);
    }
    return position + 2;
  }
  const unit = hexUnit(bytes, position + 2, end);
  if (unit < 0) {
    throw jsonSyntaxError("Incorrect hex digit after \\u escape in string.", position);
  }
  if (unit < HIGH_SURROGATE_FIRST || unit >= LOW_SURROGATE_FIRST) {
    // A low surrogate on its own passes, as in rapidjson.
    return position + 6;
  }
  if (
    byteAt(bytes, position + 6, end) !== BACKSLASH ||
    byteAt(bytes, position + 7, end) !== LOWER_U
  ) {
    throw jsonSyntaxError("The surrogate pair in string is invalid.", position);
  }
  const low = hexUnit(bytes, position + 8, end);
  if (low < 0) {
    throw jsonSyntaxError("Incorrect hex digit after \\u escape in string.", position);
  }
  if (low < LOW_SURROGATE_FIRST || low > LOW_SURROGATE_LAST) {
    throw jsonSyntaxError("The surrogate pair in string is invalid.", position);
  }
  return position + 12;
}

/** The byte that `\` and `kind` stand for, 0 if they are no escape. */
function plainEscape(kind: number): number {
  switch (kind) {
    case QUOTE:
    case SLASH:
    case BACKSLASH:
      return kind;
    case LOWER_B:
      return 8;
    case LOWER_F:
      return 12;
    case LOWER_N:
      return 10;
    case LOWER_R:
      return 13;
    case LOWER_T:
      return 9;
    default:
      return 0;
  }
}

/** The value of the four hex digits at `position`, -1 if they are not. */
function hexUnit(bytes: Uint8Array, position: number, end: number): number {
  let unit = 0;
  for (let index = position; index < position + 4; index++) {
    const digit = hexDigit(byteAt(bytes, index, end));
    if (digit < 0) {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) {
    return byte - 48;
  }
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/**
 * Writes the checked string from `start` to `end` (between the quotes) without its escapes. `out` must have room for
 * `end - start` bytes: escapes only shrink. Returns the position after what was written.
 */
function copyUnescaped(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number },
  out: Uint8Array,
  outStart: number,
): number {
  const { end } = range;
  let position = range.start;
  let outPosition = outStart;
  while (position < end) {
    const byte = byteAt(bytes, position, end);
    if (byte !== BACKSLASH) {
      out[outPosition++] = byte;
      position++;
      continue;
    }
    const kind = byteAt(bytes, position + 1, end);
    if (kind !== LOWER_U) {
      out[outPosition++] = plainEscape(kind);
      position += 2;
      continue;
    }
    let codePoint = hexUnit(bytes, position + 2, end);
    position += 6;
    if (codePoint >= HIGH_SURROGATE_FIRST && codePoint < LOW_SURROGATE_FIRST) {
      const low = hexUnit(bytes, position + 2, end);
      codePoint =
        0x10000 + (codePoint - HIGH_SURROGATE_FIRST) * 0x400 + (low - LOW_SURROGATE_FIRST);
      position += 6;
    }
    outPosition = writeUnit(out, outPosition, codePoint);
  }
  return outPosition;
}

/** Writes a code point as UTF-8, a lone low surrogate as the three bytes that rapidjson makes of it. */
function writeUnit(out: Uint8Array, position: number, codePoint: number): number {
  if (codePoint >= LOW_SURROGATE_FIRST && codePoint <= LOW_SURROGATE_LAST) {
    out[position] = 0xed;
    out[position + 1] = 0x80 | ((codePoint >> 6) & 0x3f);
    out[position + 2] = 0x80 | (codePoint & 0x3f);
    return position + 3;
  }
  return writeUtf8CodePoint(out, position, codePoint);
}

/**
 * Reads the string at the reader's position as text, whatever it holds. See `textFromUtf8` for bytes that are not UTF-8.
 *
 * @internal
 */
export function readEscapedText(reader: JsonReader): string {
  const start = reader.position + 1;
  const hasEscape = skipString(reader);
  const end = reader.position - 1;
  if (!hasEscape) {
    return textFromUtf8(reader.bytes.subarray(start, end));
  }
  const out = new Uint8Array(end - start);
  return textFromUtf8(out.subarray(0, copyUnescaped(reader.bytes, { start, end }, out, 0)));
}

/**
 * Appends the bytes of the string at the reader's position to `writer`, escapes resolved, other bytes as they are, and
 * passes it.
 *
 * @internal
 */
export function copyString(reader: JsonReader, writer: ByteWriter): void {
  const start = reader.position + 1;
  const hasEscape = skipString(reader);
  const end = reader.position - 1;
  const byteSize = end - start;
  writer.ensure(byteSize);
  if (hasEscape) {
    writer.position = copyUnescaped(reader.bytes, { start, end }, writer.bytes, writer.position);
  } else if (byteSize > COPY_LOOP_SIZE_MAX) {
    writer.bytes.set(reader.bytes.subarray(start, end), writer.position);
    writer.position += byteSize;
  } else {
    const out = writer.bytes;
    let outPosition = writer.position;
    for (let position = start; position < end; position++) {
      out[outPosition++] = byteAt(reader.bytes, position, end);
    }
    writer.position = outPosition;
  }
}
