/** Classes of bytes in a request head, as bits of `BYTE_CLASSES`. */
export const CLASS_METHOD = 1;
/** RFC 9110 tchar: header names, transfer codings, chunk extension names. */
export const CLASS_TOKEN = 2;
/** Visible ASCII and everything from 0x80 on, so that targets may hold raw UTF-8. */
export const CLASS_TARGET = 4;
/** Header values: visible ASCII, space, tab and everything from 0x80 on. */
export const CLASS_FIELD = 8;
/** RFC 3986 host and port, IPv6 brackets and percent-encoding included. */
export const CLASS_HOST = 16;

/** Horizontal tab. */
export const TAB = 0x09;
/** Line feed. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Space. */
export const SPACE = 0x20;

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHANUMERIC = `${UPPER}${UPPER.toLowerCase()}0123456789`;

/** The classes of each byte value. */
export const BYTE_CLASSES: Uint8Array = createByteClasses();

/** The value of each hexadecimal digit, 255 for every other byte. */
export const HEX_VALUES: Uint8Array = createHexValues();

function createByteClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  const mark = (characters: string, bit: number): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      classes[code] = (classes[code] ?? 0) | bit;
    }
  };
  mark(`${UPPER}-_`, CLASS_METHOD);
  mark(`${ALPHANUMERIC}!#$%&'*+-.^_\`|~`, CLASS_TOKEN);
  mark(`${ALPHANUMERIC}-._~!$&'()*+,;=:[]%`, CLASS_HOST);
  for (let code = 0; code < 256; code++) {
    const isVisible = (code > SPACE && code < 0x7f) || code >= 0x80;
    const bits = isVisible ? CLASS_TARGET | CLASS_FIELD : 0;
    const isBlank = code === SPACE || code === TAB;
    classes[code] = (classes[code] ?? 0) | bits | (isBlank ? CLASS_FIELD : 0);
  }
  return classes;
}

function createHexValues(): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    values[digit.charCodeAt(0)] = value;
    values[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return values;
}

/**
 * The end of the run of bytes of class `bit` that begins at `from`: the first position that is not in the class, or `to`.
 */
export function endOfRun(bytes: Uint8Array, from: number, to: number, bit: number): number {
  let position = from;
  while (position < to && ((BYTE_CLASSES[bytes[position] ?? 0] ?? 0) & bit) !== 0) {
    position++;
  }
  return position;
}

/** Whether the bytes at `from` spell `lowerCaseName`, in any case. The caller has compared the lengths. */
export function tokenEquals(bytes: Uint8Array, from: number, lowerCaseName: string): boolean {
  for (let index = 0; index < lowerCaseName.length; index++) {
    const byte = bytes[from + index] ?? 0;
    const isUpper = byte >= 0x41 && byte <= 0x5a;
    if ((isUpper ? byte | 0x20 : byte) !== lowerCaseName.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}
