import { StatusCode } from "../../status-code.ts";
import { TritonError } from "../../triton-error.ts";

/**
 * A JSON value with all that `JSON.parse` would lose: whole numbers of any size apart from fractions, and object members in
 * order with repetitions.
 */
export type JsonNode = null | boolean | string | bigint | number | readonly JsonNode[] | JsonObject;

/** The members of a JSON object as they were written. */
export class JsonObject {
  readonly members: readonly (readonly [key: string, value: JsonNode])[];

  constructor(members: readonly (readonly [key: string, value: JsonNode])[]) {
    this.members = members;
  }
}

/** Objects within objects, as in protobuf. */
const OBJECT_DEPTH_MAX = 100;
/** Arrays within arrays: ours, since protobuf has no limit there and our stack has one. */
const ARRAY_DEPTH_MAX = 500;
/** Characters that an error shows before and after its place. */
const CONTEXT_LENGTH = 20;
const UNICODE_ESCAPE_LENGTH = 6;

const LITERALS: readonly (readonly [text: string, value: boolean | null])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/**
 * Reads JSON as protobuf's own parser does: besides the standard it takes single quotes, bare keys, a comma before a closing
 * bracket, control characters in strings and any escaped character.
 *
 * @throws {TritonError} InvalidArg with protobuf's message, the text around the place and a caret under it
 * @see protobuf src/google/protobuf/util/internal/json_stream_parser.cc
 */
export function parseJson(text: string): JsonNode {
  return new JsonParser(text).parse();
}

class JsonParser {
  readonly #text: string;
  #position = 0;
  /**
   * Where the context of an error may begin; null for the beginning of the text. protobuf reads twice: from where something
   * might be the beginning of something longer, it reads again, and the context reaches back to there only.
   */
  #contextStart: number | null = null;
  #objectDepth = 0;
  #arrayDepth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonNode {
    const value = this.#readValue("Expected a value.");
    this.#skipBlank();
    if (this.#position < this.#text.length) {
      this.#fail("Parsing terminated before end of input.");
    }
    return value;
  }

  /** @param expected what to say if there is nothing that could begin a value */
  #readValue(expected: string): JsonNode {
    this.#skipBlank();
    const character = this.#peek();
    if (character === '"' || character === "'") {
      return this.#readString();
    }
    if (character === "{") {
      return this.#readObject();
    }
    if (character === "[") {
      return this.#readArray();
    }
    if (/[-0-9]/.test(character)) {
      return this.#readNumber();
    }
    for (const [literal, value] of LITERALS) {
      if (this.#text.startsWith(literal, this.#position)) {
        this.#position += literal.length;
        return value;
      }
    }
    if (!/[}\]:,A-Za-z_$]/.test(character)) {
      this.#failUnknown(expected);
    }
    if (this.#text.length - this.#position < "false".length) {
      this.#contextStart ??= this.#position;
    }
    this.#fail("Unexpected token.");
  }

  #readObject(): JsonObject {
    const members: (readonly [string, JsonNode])[] = [];
    this.#position++;
    this.#objectDepth++;
    for (;;) {
      this.#skipBlank();
      if (this.#tryTake("}")) {
        break;
      }
      const key = this.#readKey();
      this.#skipBlank();
      if (!this.#tryTake(":")) {
        this.#failExpected("Expected : between key:value pair.");
      }
      members.push([key, this.#readMember(key)]);
      this.#skipBlank();
      if (this.#tryTake("}")) {
        break;
      }
      if (!this.#tryTake(",")) {
        this.#failExpected("Expected , or } after key:value pair.");
      }
    }
    this.#objectDepth--;
    return new JsonObject(members);
  }

  #readMember(key: string): JsonNode {
    this.#skipBlank();
    if (this.#peek() === "{" && this.#objectDepth >= OBJECT_DEPTH_MAX) {
      throw tooDeep(key);
    }
    return this.#readValue("Expected a value.");
  }

  #readKey(): string {
    const character = this.#peek();
    if (character === '"' || character === "'") {
      return this.#readString();
    }
    const expected = "Expected an object key or }.";
    const name = this.#match(/[A-Za-z_$][\w$]*/y);
    if (name === "") {
      this.#failExpected(expected);
    }
    if (this.#position + name.length === this.#text.length) {
      this.#contextStart ??= this.#position;
    }
    this.#position += name.length;
    if (LITERALS.some(([literal]) => literal === name)) {
      this.#fail(expected);
    }
    return name;
  }

  #readArray(): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#position++;
    this.#arrayDepth++;
    if (this.#arrayDepth > ARRAY_DEPTH_MAX) {
      throw tooDeep("");
    }
    for (;;) {
      this.#skipBlank();
      if (this.#tryTake("]")) {
        break;
      }
      if (this.#peek() === "{" && this.#objectDepth >= OBJECT_DEPTH_MAX) {
        throw tooDeep("");
      }
      items.push(this.#readValue("Expected a value or ] within an array."));
      this.#skipBlank();
      if (this.#tryTake("]")) {
        break;
      }
      if (!this.#tryTake(",")) {
        this.#failExpected("Expected , or ] after array value.");
      }
    }
    this.#arrayDepth--;
    return items;
  }

  #readNumber(): bigint | number {
    const number = this.#match(/[-+.0-9eEx]+/y);
    if (this.#position + number.length === this.#text.length) {
      this.#contextStart ??= this.#position;
    }
    const value = this.#numberFrom(number);
    this.#position += number.length;
    return value;
  }

  #numberFrom(number: string): bigint | number {
    const isFraction = /[.eE]/.test(number);
    if (!isFraction && /^(?:0.|-0.)/.test(number)) {
      this.#fail("Octal/hex numbers are not valid JSON values.");
    }
    if (/^-?\d+$/.test(number)) {
      const value = BigInt(number);
      const isWhole = value >= -(2n ** 63n) && value < 2n ** 64n;
      return isWhole ? value : Number(number);
    }
    if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(number)) {
      this.#fail("Unable to parse number.");
    }
    const value = Number(number);
    if (!Number.isFinite(value)) {
      this.#fail("Number exceeds the range of double.");
    }
    return value;
  }

  #readString(): string {
    const quote = this.#peek();
    this.#position++;
    let value = "";
    for (;;) {
      const character = this.#peek();
      const isEscape = character === "\\";
      if (character === "" || (isEscape && this.#position + 1 === this.#text.length)) {
        this.#contextStart ??= this.#position;
        this.#fail("Closing quote expected in string.");
      }
      if (isEscape) {
        value += this.#readEscape();
      } else {
        this.#position++;
        if (character === quote) {
          return value;
        }
        value += character;
      }
    }
  }

  #readEscape(): string {
    const character = this.#text.charAt(this.#position + 1);
    if (character === "u") {
      return this.#readUnicodeEscape();
    }
    this.#position += 2;
    return ESCAPES.get(character) ?? character;
  }

  /** Errors point at the first backslash, so the position stays there until all is well. */
  #readUnicodeEscape(): string {
    this.#expectLength(UNICODE_ESCAPE_LENGTH, "Illegal hex string.");
    const code = this.#hexAt(this.#position + 2);
    if (code < 0xd800 || code > 0xdfff) {
      this.#position += UNICODE_ESCAPE_LENGTH;
      return String.fromCharCode(code);
    }
    if (code > 0xdbff) {
      this.#fail("Invalid unicode code point.");
    }
    const missing = "Missing low surrogate.";
    this.#expectLength(2 * UNICODE_ESCAPE_LENGTH, missing);
    if (!this.#text.startsWith("\\u", this.#position + UNICODE_ESCAPE_LENGTH)) {
      this.#fail(missing);
    }
    const low = this.#hexAt(this.#position + UNICODE_ESCAPE_LENGTH + 2);
    if (low < 0xdc00 || low > 0xdfff) {
      this.#fail("Invalid low surrogate.");
    }
    this.#position += 2 * UNICODE_ESCAPE_LENGTH;
    return String.fromCharCode(code, low);
  }

  #expectLength(length: number, message: string): void {
    if (this.#text.length - this.#position < length) {
      this.#contextStart ??= this.#position;
      this.#fail(message);
    }
  }

  #hexAt(position: number): number {
    const digits = this.#text.slice(position, position + 4);
    if (!/^[\da-fA-F]{4}$/.test(digits)) {
      this.#fail("Invalid escape sequence.");
    }
    return Number.parseInt(digits, 16);
  }

  /** The text that a sticky pattern matches here; empty if it does not. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#text)?.[0] ?? "";
  }

  #peek(): string {
    return this.#text.charAt(this.#position);
  }

  #tryTake(character: string): boolean {
    if (this.#peek() !== character) {
      return false;
    }
    this.#position++;
    return true;
  }

  #skipBlank(): void {
    while (/^[ \t\n\v\f\r]$/.test(this.#peek())) {
      this.#position++;
    }
  }

  /** Something else stands here, or nothing that could begin anything. */
  #failExpected(message: string): never {
    if (/["'{}[\]:,A-Za-z_$0-9-]/.test(this.#peek())) {
      this.#fail(message);
    }
    this.#failUnknown(message);
  }

  #failUnknown(message: string): never {
    this.#contextStart ??= this.#position;
    const isEnd = this.#position === this.#text.length;
    this.#fail(isEnd ? `Unexpected end of string. ${message}` : message);
  }

  #fail(message: string): never {
    const begin = Math.max(this.#position - CONTEXT_LENGTH, this.#contextStart ?? 0);
    const context = this.#text.slice(begin, this.#position + CONTEXT_LENGTH);
    const caret = `${" ".repeat(this.#position - begin)}^`;
    throw new TritonError(StatusCode.InvalidArg, `${message}\n${context}\n${caret}`);
  }
}

function tooDeep(key: string): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `Message too deep. Max recursion depth reached for key '${key}'`,
  );
}
