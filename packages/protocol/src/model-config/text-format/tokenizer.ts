import {
  Char,
  isAlphanumeric,
  isDigit,
  isHexDigit,
  isLetter,
  isOctalDigit,
  isWhitespace,
} from "./characters.ts";
import type { TextFormatProblem } from "./text-format-error.ts";

/** What a token can be; `end` has no text and repeats. */
export type TokenKind = "identifier" | "integer" | "float" | "string" | "symbol" | "end";

/** What `Tokenizer` is given to be told of characters that make no token. It may throw to stop. */
export type ProblemListener = (problem: TextFormatProblem) => void;

const TAB_WIDTH = 8;
const END = -1;
/** The characters after a backslash that stand for one character each. */
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set(
  Array.from("abfnrtv\\?'\"", (character) => character.charCodeAt(0)),
);

/**
 * Cuts protobuf text format into tokens.
 *
 * Bad characters are reported and skipped, and a malformed number or string still is a token, so that the reader goes on
 * and finds what libprotobuf would find next. Every call of `next` consumes at least one byte or reaches the end.
 *
 * Lines and columns count from 1 in bytes; a tab reaches to the next multiple of 8.
 *
 * @see protobuf src/google/protobuf/io/tokenizer.cc, whose behaviour and messages these are
 */
export class Tokenizer {
  kind: TokenKind = "symbol";
  /** Place of the current token's first byte. */
  line = 1;
  column = 1;
  readonly #bytes: Uint8Array;
  readonly #report: ProblemListener;
  #start = 0;
  #end = 0;
  #position = 0;
  #lineHere = 1;
  #columnHere = 1;
  /** The byte at `#position`, or END. */
  #current: number;

  constructor(bytes: Uint8Array, report: ProblemListener) {
    this.#bytes = bytes;
    this.#report = report;
    this.#current = bytes[0] ?? END;
  }

  /** The current token's bytes, quotes and escapes of a string included. Empty at the end. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The current token as text, as messages show it. A byte outside ASCII is a symbol of its own and shows as itself. */
  get text(): string {
    return this.kind === "symbol"
      ? String.fromCharCode(...this.bytes)
      : new TextDecoder().decode(this.bytes);
  }

  /** Whether the current token is this symbol. */
  isSymbol(symbol: string): boolean {
    return (
      this.#end - this.#start === 1 &&
      this.kind !== "end" &&
      this.#bytes[this.#start] === symbol.charCodeAt(0)
    );
  }

  /** Goes to the next token. At the end it stays there. */
  next(): void {
    const isAfterIdentifier = this.kind === "identifier";
    const previousEnd = this.#end;
    while (this.#current !== END) {
      this.#skipBlank();
      if (this.#current === Char.Hash) {
        this.#skipComment();
      } else if (this.#current === END) {
        break;
      } else if (this.#current < Char.Space) {
        this.#skipControlCharacters();
      } else {
        this.#startToken();
        this.#readToken(isAfterIdentifier && this.#start === previousEnd);
        this.#end = this.#position;
        return;
      }
    }
    this.#startToken();
    this.kind = "end";
    this.#end = this.#position;
  }

  #readToken(isAfterIdentifier: boolean): void {
    if (this.#takeIf(isLetter)) {
      this.#takeAll(isAlphanumeric);
      this.kind = "identifier";
    } else if (this.#take(Char.Zero)) {
      this.kind = this.#readNumber("zero");
    } else if (this.#take(Char.Dot)) {
      this.kind = this.#readAfterDot(isAfterIdentifier);
    } else if (this.#takeIf(isDigit)) {
      this.kind = this.#readNumber("digit");
    } else if (this.#current === Char.DoubleQuote || this.#current === Char.SingleQuote) {
      const quote = this.#current;
      this.#advance();
      this.#readString(quote);
      this.kind = "string";
    } else {
      if (this.#current >= 0x80) {
        this.#problem(`Interpreting non ascii codepoint ${this.#current}.`);
      }
      this.#advance();
      this.kind = "symbol";
    }
  }

  #readAfterDot(isAfterIdentifier: boolean): TokenKind {
    if (!this.#takeIf(isDigit)) {
      return "symbol";
    }
    if (isAfterIdentifier) {
      this.#report({
        line: this.#lineHere,
        column: this.#columnHere - 2,
        message: "Need space between identifier and decimal point.",
      });
    }
    return this.#readNumber("dot");
  }

  /** Reads a number whose first character has been taken. */
  #readNumber(beginning: "zero" | "dot" | "digit"): TokenKind {
    let kind: TokenKind = "integer";
    if (beginning === "zero" && this.#takeEither(Char.LowerX, Char.UpperX)) {
      this.#takeSome(isHexDigit, '"0x" must be followed by hex digits.');
    } else if (beginning === "zero" && isDigit(this.#current)) {
      this.#takeAll(isOctalDigit);
      if (isDigit(this.#current)) {
        this.#problem("Numbers starting with leading zero must be in octal.");
        this.#takeAll(isDigit);
      }
    } else {
      kind = this.#readDecimal(beginning === "dot");
    }
    if (isLetter(this.#current)) {
      this.#problem("Need space between number and identifier.");
    } else if (this.#current === Char.Dot) {
      this.#problem(
        kind === "float"
          ? "Already saw decimal point or exponent; can't have another one."
          : "Hex and octal numbers must be integers.",
      );
    }
    return kind;
  }

  #readDecimal(hasDot: boolean): TokenKind {
    let isFloat = hasDot;
    this.#takeAll(isDigit);
    if (!hasDot && this.#take(Char.Dot)) {
      isFloat = true;
      this.#takeAll(isDigit);
    }
    if (this.#takeEither(Char.LowerE, Char.UpperE)) {
      isFloat = true;
      this.#takeEither(Char.Minus, Char.Plus);
      this.#takeSome(isDigit, '"e" must be followed by exponent.');
    }
    if (this.#takeEither(Char.LowerF, Char.UpperF)) {
      isFloat = true;
    }
    return isFloat ? "float" : "integer";
  }

  /** Reads up to and including the closing quote. */
  #readString(quote: number): void {
    for (;;) {
      if (this.#current === END || this.#current === Char.Nul) {
        this.#problem("Unexpected end of string.");
        return;
      }
      if (this.#current === Char.Newline) {
        this.#problem("String literals cannot cross line boundaries.");
        return;
      }
      const isQuote = this.#current === quote;
      const isEscape = this.#current === Char.Backslash;
      this.#advance();
      if (isQuote) {
        return;
      }
      if (isEscape) {
        this.#checkEscape();
      }
    }
  }

  /** Checks what follows a backslash. Digits that may follow are left to the string's loop, as they stand for themselves there. */
  #checkEscape(): void {
    if (SIMPLE_ESCAPES.has(this.#current) || isOctalDigit(this.#current)) {
      this.#advance();
    } else if (this.#take(Char.LowerX)) {
      if (!this.#takeIf(isHexDigit)) {
        this.#problem("Expected hex digits for escape sequence.");
      }
    } else if (this.#take(Char.LowerU)) {
      if (!this.#takeHexDigits(4)) {
        this.#problem("Expected four hex digits for \\u escape sequence.");
      }
    } else if (this.#take(Char.UpperU)) {
      const isInRange =
        this.#take(Char.Zero) && this.#take(Char.Zero) && this.#takeEither(Char.Zero, Char.One);
      if (!isInRange || !this.#takeHexDigits(5)) {
        this.#problem("Expected eight hex digits up to 10ffff for \\U escape sequence");
      }
    } else {
      this.#problem("Invalid escape sequence in string literal.");
    }
  }

  #takeHexDigits(count: number): boolean {
    for (let index = 0; index < count; index++) {
      if (!this.#takeIf(isHexDigit)) {
        return false;
      }
    }
    return true;
  }

  #skipBlank(): void {
    this.#takeAll(isWhitespace);
  }

  /** A comment ends at its line, and at a NUL. */
  #skipComment(): void {
    while (this.#current !== END && this.#current !== Char.Nul && this.#current !== Char.Newline) {
      this.#advance();
    }
    this.#take(Char.Newline);
  }

  #skipControlCharacters(): void {
    this.#problem("Invalid control characters encountered in text.");
    while (this.#current !== END && this.#current < Char.Space) {
      this.#advance();
    }
  }

  #startToken(): void {
    this.#start = this.#position;
    this.line = this.#lineHere;
    this.column = this.#columnHere;
  }

  #advance(): void {
    if (this.#current === Char.Newline) {
      this.#lineHere++;
      this.#columnHere = 1;
    } else if (this.#current === Char.Tab) {
      this.#columnHere += TAB_WIDTH - ((this.#columnHere - 1) % TAB_WIDTH);
    } else {
      this.#columnHere++;
    }
    this.#position++;
    this.#current = this.#bytes[this.#position] ?? END;
  }

  #take(byte: number): boolean {
    if (this.#current !== byte) {
      return false;
    }
    this.#advance();
    return true;
  }

  #takeEither(one: number, other: number): boolean {
    return this.#take(one) || this.#take(other);
  }

  #takeIf(isInClass: (byte: number) => boolean): boolean {
    if (!isInClass(this.#current)) {
      return false;
    }
    this.#advance();
    return true;
  }

  #takeAll(isInClass: (byte: number) => boolean): void {
    while (isInClass(this.#current)) {
      this.#advance();
    }
  }

  #takeSome(isInClass: (byte: number) => boolean, message: string): void {
    if (isInClass(this.#current)) {
      this.#takeAll(isInClass);
    } else {
      this.#problem(message);
    }
  }

  #problem(message: string): void {
    this.#report({ line: this.#lineHere, column: this.#columnHere, message });
  }
}
