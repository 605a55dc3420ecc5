import type { DescEnum } from "@bufbuild/protobuf";
import {
  bytesBetweenQuotes,
  isHexOrOctal,
  parseFloatToken,
  parseIntegerToken,
  unescapeString,
} from "./literals.ts";
import { TextFormatError, type TextFormatProblem } from "./text-format-error.ts";
import { Tokenizer } from "./tokenizer.ts";

/** Problems reported before the reader gives up: a binary file would have one for every byte. */
const PROBLEM_COUNT_MAX = 100;

const INT32_MAX = 2n ** 31n - 1n;

const BOOL_NAMES: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["t", true],
  ["false", false],
  ["False", false],
  ["f", false],
]);

/**
 * Takes tokens one after the other as identifiers, symbols and values.
 *
 * Every method that cannot take what it is for throws a {@link TextFormatError} with all problems met so far. Problems
 * within tokens do not throw: `finish` does, if there were any.
 *
 * @see protobuf src/google/protobuf/text_format.cc, whose behaviour and messages these are
 */
export class TokenReader {
  readonly #typeName: string;
  readonly #problems: TextFormatProblem[] = [];
  readonly #tokenizer: Tokenizer;

  constructor(bytes: Uint8Array, typeName: string) {
    this.#typeName = typeName;
    this.#tokenizer = new Tokenizer(bytes, (problem) => this.#add(problem));
    this.#tokenizer.next();
  }

  get isAtEnd(): boolean {
    return this.#tokenizer.kind === "end";
  }

  /** Throws if any problem was met. */
  finish(): void {
    if (this.#problems.length > 0) {
      throw new TextFormatError(this.#typeName, this.#problems);
    }
  }

  /** Ends the reading with a problem at the current token. */
  fail(message: string): never {
    const { line, column } = this.#tokenizer;
    this.#add({ line, column, message });
    throw new TextFormatError(this.#typeName, this.#problems);
  }

  isSymbol(symbol: string): boolean {
    return this.#tokenizer.isSymbol(symbol);
  }

  tryTake(symbol: string): boolean {
    const isFound = this.#tokenizer.isSymbol(symbol);
    if (isFound) {
      this.#tokenizer.next();
    }
    return isFound;
  }

  take(symbol: string): void {
    if (!this.tryTake(symbol)) {
      this.fail(`Expected "${symbol}", found "${this.#tokenizer.text}".`);
    }
  }

  takeIdentifier(): string {
    const { kind, text } = this.#tokenizer;
    if (kind !== "identifier") {
      this.fail(`Expected identifier, got: ${text}`);
    }
    this.#tokenizer.next();
    return text;
  }

  /** One or more identifiers with dots between them. */
  takeFullName(): string {
    let name = this.takeIdentifier();
    while (this.tryTake(".")) {
      name += `.${this.takeIdentifier()}`;
    }
    return name;
  }

  /** One or more string literals, joined. */
  takeBytes(): Uint8Array {
    if (this.#tokenizer.kind !== "string") {
      this.fail(`Expected string, got: ${this.#tokenizer.text}`);
    }
    const parts: Uint8Array[] = [];
    while (this.#tokenizer.kind === "string") {
      const { bytes } = this.#tokenizer;
      // Where something was malformed the value counts no more, except that it is not empty.
      parts.push(this.#problems.length === 0 ? unescapeString(bytes) : bytesBetweenQuotes(bytes));
      this.#tokenizer.next();
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : concatenate(parts);
  }

  /** Text. The message cannot hold what is no UTF-8, so that is refused, where libprotobuf would fail later on. */
  takeText(): string {
    const { line, column } = this.#tokenizer;
    const bytes = this.takeBytes();
    const isStrict = this.#problems.length === 0;
    try {
      return new TextDecoder("utf-8", { fatal: isStrict, ignoreBOM: true }).decode(bytes);
    } catch {
      // The decoder's own message says no more than that.
      this.#add({ line, column, message: "String is not valid UTF-8." });
      return "";
    }
  }

  takeUnsigned(max: bigint): bigint {
    const { kind, text } = this.#tokenizer;
    if (kind !== "integer") {
      this.fail(`Expected integer, got: ${text}`);
    }
    const value = parseIntegerToken(text, max);
    if (value === null) {
      this.fail(`Integer out of range (${text})`);
    }
    this.#tokenizer.next();
    return value;
  }

  /** @param max the greatest positive value; the least negative one is one further from zero */
  takeSigned(max: bigint): bigint {
    return this.tryTake("-") ? -this.takeUnsigned(max + 1n) : this.takeUnsigned(max);
  }

  takeNumber(): number {
    const isNegative = this.tryTake("-");
    const value = this.#takeUnsignedNumber();
    return isNegative ? -value : value;
  }

  takeBool(fieldName: string): boolean {
    if (this.#tokenizer.kind === "integer") {
      return this.takeUnsigned(1n) === 1n;
    }
    const name = this.takeIdentifier();
    const value = BOOL_NAMES.get(name);
    if (value === undefined) {
      this.fail(`Invalid value for boolean field "${fieldName}". Value: "${name}".`);
    }
    return value;
  }

  /** A value of an enumeration by name, or any int32 by number: an open enumeration may have values that we do not know. */
  takeEnum(enumeration: DescEnum, fieldName: string): number {
    const { kind, text } = this.#tokenizer;
    if (kind === "identifier") {
      this.#tokenizer.next();
      const value = enumeration.values.find(({ name }) => name === text);
      if (value === undefined) {
        this.fail(`Unknown enumeration value of "${text}" for field "${fieldName}".`);
      }
      return value.number;
    }
    if (kind !== "integer" && !this.isSymbol("-")) {
      this.fail(`Expected integer or identifier, got: ${text}`);
    }
    const value = Number(this.takeSigned(INT32_MAX));
    if (!enumeration.open && enumeration.value[value] === undefined) {
      this.fail(`Unknown enumeration value of "${value}" for field "${fieldName}".`);
    }
    return value;
  }

  #takeUnsignedNumber(): number {
    const { kind, text } = this.#tokenizer;
    let value: number;
    if (kind === "integer") {
      if (isHexOrOctal(text)) {
        this.fail(`Expect a decimal number, got: ${text}`);
      }
      value = parseFloatToken(text);
    } else if (kind === "float") {
      value = parseFloatToken(text);
    } else if (kind === "identifier") {
      value = this.#namedNumber(text.toLowerCase());
    } else {
      this.fail(`Expected double, got: ${text}`);
    }
    this.#tokenizer.next();
    return value;
  }

  #namedNumber(name: string): number {
    if (name === "inf" || name === "infinity") {
      return Number.POSITIVE_INFINITY;
    }
    if (name === "nan") {
      return Number.NaN;
    }
    this.fail(`Expected double, got: ${name}`);
  }

  #add(problem: TextFormatProblem): void {
    this.#problems.push(problem);
    if (this.#problems.length >= PROBLEM_COUNT_MAX) {
      throw new TextFormatError(this.#typeName, this.#problems);
    }
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.byteLength;
  }
  return whole;
}
