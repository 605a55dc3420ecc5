/**
 * UTF-8 without loss: bytes that are not UTF-8 become lone low surrogates (byte 0x80 + n is U+DC80 + n) and turn back
 * into the same bytes when they are written. The real server passes names, ids and texts through as bytes, and so do we.
 */
const ESCAPE_BASE = 0xdc00;
const ESCAPE_FIRST = 0xdc80;
const ESCAPE_LAST = 0xdcff;

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of `bytes`; what is not UTF-8 is kept as escapes. */
export function textFromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    // Not UTF-8: the slow way keeps every byte.
    return textWithEscapes(bytes);
  }
}

function textWithEscapes(bytes: Uint8Array): string {
  let text = "";
  let position = 0;
  while (position < bytes.byteLength) {
    const size = validSequenceSize(bytes, position);
    if (size === 0) {
      text += String.fromCharCode(ESCAPE_BASE + (bytes[position] ?? 0));
      position++;
    } else {
      text += strictDecoder.decode(bytes.subarray(position, position + size));
      position += size;
    }
  }
  return text;
}

/** Bytes of the well-formed UTF-8 sequence at `position`, 0 if there is none. */
function validSequenceSize(bytes: Uint8Array, position: number): number {
  const first = bytes[position] ?? 0;
  const second = bytes[position + 1] ?? 0;
  if (first < 0x80) {
    return 1;
  }
  if (first < 0xc2 || first > 0xf4) {
    return 0;
  }
  if (first < 0xe0) {
    return isContinuation(second) ? 2 : 0;
  }
  const third = bytes[position + 2] ?? 0;
  if (!isContinuation(second) || !isContinuation(third)) {
    return 0;
  }
  if (first < 0xf0) {
    // No overlong forms, no surrogates.
    const isValid = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second < 0xa0);
    return isValid ? 3 : 0;
  }
  const isValid =
    isContinuation(bytes[position + 3] ?? 0) &&
    (first !== 0xf0 || second >= 0x90) &&
    (first !== 0xf4 || second < 0x90);
  return isValid ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The most bytes that `writeUtf8` takes for a text of `length` UTF-16 units. */
export function utf8SizeMax(length: number): number {
  return length * 3;
}

/**
 * Writes the bytes of `codePoint` at `position` and returns the position after them. Escapes of `textFromUtf8` become
 * the byte they stand for.
 */
export function writeUtf8CodePoint(bytes: Uint8Array, position: number, codePoint: number): number {
  if (codePoint < 0x80) {
    bytes[position] = codePoint;
    return position + 1;
  }
  if (codePoint < 0x800) {
    bytes[position] = 0xc0 | (codePoint >> 6);
    bytes[position + 1] = 0x80 | (codePoint & 0x3f);
    return position + 2;
  }
  if (codePoint >= ESCAPE_FIRST && codePoint <= ESCAPE_LAST) {
    bytes[position] = codePoint - ESCAPE_BASE;
    return position + 1;
  }
  if (codePoint < 0x10000) {
    bytes[position] = 0xe0 | (codePoint >> 12);
    bytes[position + 1] = 0x80 | ((codePoint >> 6) & 0x3f);
    bytes[position + 2] = 0x80 | (codePoint & 0x3f);
    return position + 3;
  }
  bytes[position] = 0xf0 | (codePoint >> 18);
  bytes[position + 1] = 0x80 | ((codePoint >> 12) & 0x3f);
  bytes[position + 2] = 0x80 | ((codePoint >> 6) & 0x3f);
  bytes[position + 3] = 0x80 | (codePoint & 0x3f);
  return position + 4;
}

/** The bytes of `text`; the opposite of `textFromUtf8`. */
export function utf8FromText(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8SizeMax(text.length));
  let position = 0;
  for (const character of text) {
    position = writeUtf8CodePoint(bytes, position, character.codePointAt(0) ?? 0);
  }
  return bytes.slice(0, position);
}
