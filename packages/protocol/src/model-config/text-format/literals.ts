import { Char, digitValue, isHexDigit, isOctalDigit } from "./characters.ts";

const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }).map(([letter, value]) => [
    letter.charCodeAt(0),
    value,
  ]),
);

/**
 * The number that an integer token stands for: decimal, `0x` hexadecimal or, with a leading zero, octal.
 *
 * @returns null if it is greater than `max` or is no number
 */
export function parseIntegerToken(text: string, max: bigint): bigint | null {
  if (/^0[0-7]+$/.test(text)) {
    return atMost(BigInt(`0o${text.slice(1)}`), max);
  }
  if (/^(?:0|[1-9]\d*|0[xX][\da-fA-F]+)$/.test(text)) {
    return atMost(BigInt(text), max);
  }
  // The tokenizer has complained of a lone "0x"; as a number it is 0.
  return /^0[xX]$/.test(text) ? 0n : null;
}

function atMost(value: bigint, max: bigint): bigint | null {
  return value > max ? null : value;
}

/** Whether an integer token is written in another base than ten; a floating-point field takes decimal numbers only. */
export function isHexOrOctal(text: string): boolean {
  return /^0[xX0-7]/.test(text);
}

/** The number that a float token (or a decimal integer token) stands for; too large a one is infinite. */
export function parseFloatToken(text: string): number {
  return Number(text.replace(/[fF]$/, ""));
}

/** The bytes between a string token's quotes as they are: all that is left of one that the tokenizer found malformed. */
export function bytesBetweenQuotes(token: Uint8Array): Uint8Array {
  const isClosed = token.byteLength > 1 && token[token.byteLength - 1] === token[0];
  return token.subarray(1, isClosed ? token.byteLength - 1 : token.byteLength);
}

/**
 * The bytes that a well-formed string token stands for: its quotes taken off, its escapes resolved.
 *
 * `\u` and `\U` give UTF-8, two `\u` surrogates one character; octal and hexadecimal escapes give bytes, so that the result
 * need not be UTF-8. A `\U` beyond Unicode stays as it was written.
 */
export function unescapeString(token: Uint8Array): Uint8Array {
  const output = new ByteWriter(token.byteLength);
  for (let position = 1; position < token.byteLength - 1; ) {
    const byte = byteAt(token, position);
    position = byte === Char.Backslash ? readEscape(token, position + 1, output) : position + 1;
    if (byte !== Char.Backslash) {
      output.write(byte);
    }
  }
  return output.bytes;
}

/** Reads the escape whose first character after the backslash is at `position`; returns where it ends. */
function readEscape(token: Uint8Array, position: number, output: ByteWriter): number {
  const kind = byteAt(token, position);
  if (isOctalDigit(kind)) {
    return readByteEscape(
      { token, position, isDigit: isOctalDigit, base: 8, digitsMax: 3 },
      output,
    );
  }
  if (kind === Char.LowerX) {
    const digits = { token, position: position + 1, isDigit: isHexDigit, base: 16, digitsMax: 2 };
    return readByteEscape(digits, output);
  }
  if (kind === Char.LowerU || kind === Char.UpperU) {
    return readUnicodeEscape(token, position, output);
  }
  output.write(ESCAPES.get(kind) ?? kind);
  return position + 1;
}

interface ByteEscape {
  readonly token: Uint8Array;
  readonly position: number;
  readonly isDigit: (byte: number) => boolean;
  readonly base: number;
  readonly digitsMax: number;
}

function readByteEscape(digits: ByteEscape, output: ByteWriter): number {
  let { position } = digits;
  let value = 0;
  const last = position + digits.digitsMax;
  while (position < last && digits.isDigit(byteAt(digits.token, position))) {
    value = value * digits.base + digitValue(byteAt(digits.token, position));
    position++;
  }
  output.write(value & 0xff);
  return position;
}

function readUnicodeEscape(token: Uint8Array, position: number, output: ByteWriter): number {
  const digitCount = byteAt(token, position) === Char.LowerU ? 4 : 8;
  const codePoint = readHex(token, position + 1, digitCount);
  let end = position + 1 + digitCount;
  if (codePoint > 0x10ffff) {
    output.writeAll(new TextEncoder().encode(`\\U${codePoint.toString(16).padStart(8, "0")}`));
    return end;
  }
  const isHead = codePoint >= 0xd800 && codePoint < 0xdc00;
  const isPairPossible =
    isHead && byteAt(token, end) === Char.Backslash && byteAt(token, end + 1) === Char.LowerU;
  const trail = isPairPossible ? readHex(token, end + 2, 4) : 0;
  if (trail >= 0xdc00 && trail < 0xe000) {
    end += 6;
    output.writeCodePoint(0x10000 + ((codePoint - 0xd800) << 10) + (trail - 0xdc00));
  } else {
    output.writeCodePoint(codePoint);
  }
  return end;
}

function readHex(token: Uint8Array, position: number, digitCount: number): number {
  let value = 0;
  for (let index = 0; index < digitCount; index++) {
    value = value * 16 + digitValue(byteAt(token, position + index));
  }
  return value;
}

function byteAt(token: Uint8Array, position: number): number {
  return token[position] ?? Char.Nul;
}

/** Collects bytes into a block that is never too small: an escape is never shorter than what it stands for. */
class ByteWriter {
  readonly #block: Uint8Array;
  #size = 0;

  constructor(sizeMax: number) {
    this.#block = new Uint8Array(sizeMax);
  }

  get bytes(): Uint8Array {
    return this.#block.subarray(0, this.#size);
  }

  write(byte: number): void {
    this.#block[this.#size++] = byte;
  }

  writeAll(bytes: Uint8Array): void {
    this.#block.set(bytes, this.#size);
    this.#size += bytes.byteLength;
  }

  /** UTF-8, a lone surrogate included: the text is refused later, as its bytes are no UTF-8. */
  writeCodePoint(codePoint: number): void {
    if (codePoint < 0x80) {
      this.write(codePoint);
    } else if (codePoint < 0x800) {
      this.write(0xc0 | (codePoint >> 6));
      this.write(0x80 | (codePoint & 0x3f));
    } else if (codePoint < 0x10000) {
      this.write(0xe0 | (codePoint >> 12));
      this.write(0x80 | ((codePoint >> 6) & 0x3f));
      this.write(0x80 | (codePoint & 0x3f));
    } else {
      this.write(0xf0 | (codePoint >> 18));
      this.write(0x80 | ((codePoint >> 12) & 0x3f));
      this.write(0x80 | ((codePoint >> 6) & 0x3f));
      this.write(0x80 | (codePoint & 0x3f));
    }
  }
}
