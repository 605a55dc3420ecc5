import { byteAt, isJsonSpace } from "./byte-at.ts";
import { NumberClass, readNumber } from "./json-number.ts";
import { readEscapedText, skipString } from "./json-string.ts";
import { jsonSyntaxError } from "./json-syntax-error.ts";
import type { KeyTable } from "./key-table.ts";
import { LevelStack } from "./level-stack.ts";
import { TextCache } from "./text-cache.ts";

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const LEFT_BRACKET = 91;
const RIGHT_BRACKET = 93;
const LEFT_BRACE = 123;
const RIGHT_BRACE = 125;
const LOWER_F = 102;
const LOWER_N = 110;
const LOWER_T = 116;
const BACKSLASH = 92;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const textCache = new TextCache();
const sharedNumber = new Float64Array(1);

/** The kind of a JSON value, told from its first byte. */
export const JsonKind = {
  Object: 0,
  Array: 1,
  String: 2,
  True: 3,
  False: 4,
  Null: 5,
  /** Or what is no value at all: reading it as a number says so. */
  Number: 6,
} as const;

export type JsonKind = (typeof JsonKind)[keyof typeof JsonKind];

/**
 * A cursor over JSON text that accepts and refuses what rapidjson 1.1 does with `kParseNanAndInfFlag` and
 * `kParseIterativeFlag`, with its messages and offsets: strict JSON, plus NaN, Inf and Infinity with a sign; a byte order
 * mark in front; a zero byte ends the text; bytes that are not UTF-8 pass through.
 *
 * The caller walks the document with `enter…`, `next…` and `read…`; whatever it does not want it skips, which checks the
 * syntax without recursion and without limit of depth. So a walk that reaches `finish` has checked the whole text.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  /** One after the last byte of the text. */
  readonly end: number;
  position = 0;
  /**
   * `number[0]` is the value that `readNumber` read last. In an array, so that it never becomes an object of its own; all
   * readers share it.
   */
  readonly number: Float64Array = sharedNumber;
  numberClass: NumberClass = NumberClass.Double;
  #isPlainText = true;

  /** @param byteSize how many bytes of `bytes` are JSON text */
  constructor(bytes: Uint8Array, byteSize: number) {
    this.bytes = bytes;
    this.end = byteSize;
  }

  /** Skips a byte order mark and white space in front of the document. @throws {TritonError} Internal if nothing follows */
  start(): void {
    // Each byte of the mark is skipped on its own, as rapidjson does.
    for (const mark of BYTE_ORDER_MARK) {
      if (byteAt(this.bytes, this.position, this.end) === mark) {
        this.position++;
      }
    }
    this.skipSpace();
    switch (byteAt(this.bytes, this.position, this.end)) {
      case 0:
      case COMMA:
      case COLON:
      case RIGHT_BRACKET:
      case RIGHT_BRACE:
        throw jsonSyntaxError("The document is empty.", this.position);
      default:
    }
  }

  /** Checks that nothing follows the document. */
  finish(): void {
    this.skipSpace();
    if (byteAt(this.bytes, this.position, this.end) !== 0) {
      throw jsonSyntaxError(
        "The document root must not be followed by other values.",
        this.position,
      );
    }
  }

  /** The kind of the value at the position. */
  kind(): JsonKind {
    switch (byteAt(this.bytes, this.position, this.end)) {
      case LEFT_BRACE:
        return JsonKind.Object;
      case LEFT_BRACKET:
        return JsonKind.Array;
      case QUOTE:
        return JsonKind.String;
      case LOWER_T:
        return JsonKind.True;
      case LOWER_F:
        return JsonKind.False;
      case LOWER_N:
        return JsonKind.Null;
      default:
        return JsonKind.Number;
    }
  }

  skipSpace(): void {
    const { bytes, end } = this;
    let position = this.position;
    while (isJsonSpace(byteAt(bytes, position, end))) {
      position++;
    }
    this.position = position;
  }

  /** Enters the object at the position; false if it is empty, otherwise `readKey` is next. */
  enterObject(): boolean {
    this.position++;
    this.skipSpace();
    if (byteAt(this.bytes, this.position, this.end) === RIGHT_BRACE) {
      this.position++;
      return false;
    }
    return true;
  }

  /** After a member's value: true if another member follows, false at the end of the object. */
  nextMember(): boolean {
    this.skipSpace();
    const byte = byteAt(this.bytes, this.position, this.end);
    if (byte !== COMMA && byte !== RIGHT_BRACE) {
      throw jsonSyntaxError("Missing a comma or '}' after an object member.", this.position);
    }
    this.position++;
    if (byte === RIGHT_BRACE) {
      return false;
    }
    this.skipSpace();
    return true;
  }

  /**
   * Reads a member's name and stops at its value. A name of the table, written without escapes, is found without making
   * a string; others are returned as text all the same.
   */
  readKeyOf(table: KeyTable<string>): string {
    const { bytes, end } = this;
    if (byteAt(bytes, this.position, end) === QUOTE) {
      const key = table.keyAt(bytes, this.position + 1, end);
      if (key !== null) {
        this.position += key.length + 2;
        this.#passColon();
        return key;
      }
    }
    return this.readKey();
  }

  /** Reads a member's name and stops at its value. */
  readKey(): string {
    if (byteAt(this.bytes, this.position, this.end) !== QUOTE) {
      throw jsonSyntaxError("Missing a name for object member.", this.position);
    }
    const key = this.readText();
    this.#passColon();
    return key;
  }

  /** Enters the array at the position; false if it is empty, otherwise its first value is next. */
  enterArray(): boolean {
    this.position++;
    this.skipSpace();
    if (byteAt(this.bytes, this.position, this.end) === RIGHT_BRACKET) {
      this.position++;
      return false;
    }
    return true;
  }

  /** After an element: true if another follows, false at the end of the array. */
  nextElement(): boolean {
    this.skipSpace();
    const byte = byteAt(this.bytes, this.position, this.end);
    if (byte !== COMMA && byte !== RIGHT_BRACKET) {
      throw jsonSyntaxError("Missing a comma or ']' after an array element.", this.position);
    }
    this.position++;
    if (byte === RIGHT_BRACKET) {
      return false;
    }
    this.skipSpace();
    return true;
  }

  /** Reads the string at the position as text; short ASCII texts come from a cache. */
  readText(): string {
    const { bytes, end } = this;
    const start = this.position + 1;
    let position = start;
    let byte = byteAt(bytes, position, end);
    // Plain ASCII up to the closing quote.
    while (byte >= 32 && byte !== QUOTE && byte !== BACKSLASH && byte < 128) {
      byte = byteAt(bytes, ++position, end);
    }
    this.#isPlainText = byte === QUOTE;
    if (!this.#isPlainText) {
      return readEscapedText(this);
    }
    this.position = position + 1;
    return textCache.textOf(bytes, start, position);
  }

  /** Reads the string at the position as C would hand it on: text up to the first zero byte. */
  readCText(): string {
    const text = this.readText();
    // Only an escape can bring a zero byte, and escapes never come from the cache.
    const zero = this.#isPlainText ? -1 : text.indexOf("\0");
    return zero < 0 ? text : text.slice(0, zero);
  }

  /** Reads the number at the position into `number` and `numberClass`. */
  readNumber(): void {
    readNumber(this);
  }

  /** Passes `character` if it is next. */
  takes(character: string): boolean {
    if (byteAt(this.bytes, this.position, this.end) !== character.charCodeAt(0)) {
      return false;
    }
    this.position++;
    return true;
  }

  /** Passes `text` at the position. @throws {TritonError} Internal at the first byte that differs */
  expect(text: string): void {
    for (let index = 0; index < text.length; index++) {
      if (byteAt(this.bytes, this.position, this.end) !== text.charCodeAt(index)) {
        throw jsonSyntaxError("Invalid value.", this.position);
      }
      this.position++;
    }
  }

  /** Skips the value at the position, whatever it is, and checks its syntax. */
  skipValue(): void {
    if (this.kind() <= JsonKind.Array) {
      this.#skipContainer();
    } else {
      this.#skipScalar();
    }
  }

  #skipScalar(): void {
    switch (this.kind()) {
      case JsonKind.String:
        skipString(this);
        break;
      case JsonKind.True:
        this.expect("true");
        break;
      case JsonKind.False:
        this.expect("false");
        break;
      case JsonKind.Null:
        this.expect("null");
        break;
      default:
        readNumber(this);
    }
  }

  #skipContainer(): void {
    const levels = new LevelStack();
    do {
      const kind = this.kind();
      const isArray = kind === JsonKind.Array;
      if (kind > JsonKind.Array) {
        this.#skipScalar();
      } else if (isArray ? this.enterArray() : this.enterObject()) {
        levels.push(isArray);
        if (!isArray) {
          this.#skipKey();
        }
        continue;
      }
      this.#skipToNextValue(levels);
    } while (levels.depth > 0);
  }

  /** After a value: leaves the containers that end here, and stops at the next value of the one that does not. */
  #skipToNextValue(levels: LevelStack): void {
    while (levels.depth > 0) {
      if (levels.isArray()) {
        if (this.nextElement()) {
          return;
        }
      } else if (this.nextMember()) {
        this.#skipKey();
        return;
      }
      levels.pop();
    }
  }

  #skipKey(): void {
    if (byteAt(this.bytes, this.position, this.end) !== QUOTE) {
      throw jsonSyntaxError("Missing a name for object member.", this.position);
    }
    skipString(this);
    this.#passColon();
  }

  #passColon(): void {
    this.skipSpace();
    if (byteAt(this.bytes, this.position, this.end) !== COLON) {
      throw jsonSyntaxError("Missing a colon after a name of object member.", this.position);
    }
    this.position++;
    this.skipSpace();
  }
}
