/** A number as it was written: `0.5`, `1.0`, `18446744073709551615`, `NaN`, `-Infinity`. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Written without fraction, exponent or name. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

/** JSON as it was written: the order of keys, repeated keys and the text of numbers are kept. */
export type JsonNode =
  | null
  | boolean
  | string
  | JsonNumber
  | readonly JsonNode[]
  | { readonly members: readonly (readonly [string, JsonNode])[] };

const NUMBER = /-?(?:Infinity|Inf|NaN|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;
const STRING_RUN = /[^"\\]*/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Reads JSON as the servers write it: NaN and Infinity bare, control characters raw in strings, numbers of any size.
 *
 * @throws {SyntaxError} with the offset
 */
export function parseJsonText(text: string): JsonNode {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonNode {
    this.#space();
    const first = this.#text[this.#offset];
    if (first === "{") {
      return this.#object();
    }
    if (first === "[") {
      return this.#array();
    }
    if (first === '"') {
      return this.#string();
    }
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#text.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return value;
      }
    }
    const number = this.#match(NUMBER);
    if (number === "") {
      this.#fail("a value");
    }
    return new JsonNumber(number);
  }

  end(): void {
    this.#space();
    if (this.#offset !== this.#text.length) {
      this.#fail("the end");
    }
  }

  #object(): JsonNode {
    const members: [string, JsonNode][] = [];
    this.#take("{");
    this.#space();
    while (this.#text[this.#offset] !== "}") {
      if (members.length > 0) {
        this.#take(",");
        this.#space();
      }
      const key = this.#string();
      this.#space();
      this.#take(":");
      members.push([key, this.value()]);
      this.#space();
    }
    this.#take("}");
    return { members };
  }

  #array(): JsonNode {
    const items: JsonNode[] = [];
    this.#take("[");
    this.#space();
    while (this.#text[this.#offset] !== "]") {
      if (items.length > 0) {
        this.#take(",");
      }
      items.push(this.value());
      this.#space();
    }
    this.#take("]");
    return items;
  }

  #string(): string {
    this.#take('"');
    let value = "";
    for (;;) {
      value += this.#match(STRING_RUN);
      if (this.#text[this.#offset] === '"') {
        this.#offset += 1;
        return value;
      }
      this.#take("\\");
      const kind = this.#text[this.#offset] ?? "";
      this.#offset += 1;
      if (kind === "u") {
        const digits = this.#text.slice(this.#offset, this.#offset + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
          this.#fail("four hexadecimal digits");
        }
        value += String.fromCharCode(Number.parseInt(digits, 16));
        this.#offset += 4;
      } else {
        const escaped = ESCAPES[kind];
        if (escaped === undefined) {
          this.#fail("an escape");
        }
        value += escaped;
      }
    }
  }

  #space(): void {
    this.#match(SPACE);
  }

  #take(character: string): void {
    if (this.#text[this.#offset] !== character) {
      this.#fail(`'${character}'`);
    }
    this.#offset += 1;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#offset += found.length;
    return found;
  }

  #fail(expected: string): never {
    throw new SyntaxError(`expected ${expected} at ${this.#offset}`);
  }
}
