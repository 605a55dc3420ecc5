/** Byte values of the characters that the text format's grammar names. */
export const Char = {
  Nul: 0x00,
  Tab: 0x09,
  Newline: 0x0a,
  Space: 0x20,
  DoubleQuote: 0x22,
  Hash: 0x23,
  SingleQuote: 0x27,
  Plus: 0x2b,
  Minus: 0x2d,
  Dot: 0x2e,
  Zero: 0x30,
  One: 0x31,
  Backslash: 0x5c,
  UpperE: 0x45,
  UpperF: 0x46,
  UpperU: 0x55,
  UpperX: 0x58,
  LowerE: 0x65,
  LowerF: 0x66,
  LowerU: 0x75,
  LowerX: 0x78,
} as const;

/** Spaces, tabs, line feeds, carriage returns, vertical tabs and form feeds. */
export function isWhitespace(byte: number): boolean {
  return byte === Char.Space || (byte >= 0x09 && byte <= 0x0d);
}

/** 0 to 9. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** 0 to 7. */
export function isOctalDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

/** 0 to 9 and a to f in either case. */
export function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/** Letters and the underscore. */
export function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
}

/** Letters, the underscore and decimal digits. */
export function isAlphanumeric(byte: number): boolean {
  return isLetter(byte) || isDigit(byte);
}

/** The value of a hexadecimal (or smaller) digit. The caller has checked that it is one. */
export function digitValue(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10;
}
