/** An option that `GetoptLong` knows. */
export interface LongOption {
  readonly name: string;
  readonly hasArgument: boolean;
  /** Options with the same meaning are never ambiguous among themselves, as `getopt_long` compares their values. */
  readonly meaning: string;
  /** Whether a prefix of the name is only taken if it is a prefix of no other option's name. */
  readonly yieldsPrefix: boolean;
}

/** What one step found. `error` carries the line that `getopt_long` writes to stderr, without the program's name. */
export type GetoptStep<Option extends LongOption> =
  | { readonly kind: "option"; readonly option: Option; readonly value: string }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "end"; readonly operands: readonly string[] };

/**
 * GNU `getopt_long` for long options only: `--name=value`, `--name value`, unambiguous prefixes, operands anywhere, and
 * `--` before operands that look like options.
 *
 * An option with an argument takes the next word whatever it looks like. A value is "" for options without one.
 *
 * @see glibc posix/getopt.c, whose messages these are
 */
export class GetoptLong<Option extends LongOption> {
  readonly #words: readonly string[];
  readonly #options: readonly Option[];
  readonly #operands: string[] = [];
  #next = 0;

  constructor(words: readonly string[], options: readonly Option[]) {
    this.#words = words;
    this.#options = options;
  }

  /** The next option or error in the order of the command line; "end" once nothing but operands is left. */
  step(): GetoptStep<Option> {
    for (;;) {
      const word = this.#words[this.#next];
      if (word === undefined) {
        return { kind: "end", operands: this.#operands };
      }
      this.#next++;
      if (word === "--") {
        this.#operands.push(...this.#words.slice(this.#next));
        this.#next = this.#words.length;
      } else if (word.startsWith("--")) {
        return this.#longOption(word);
      } else if (word.startsWith("-") && word.length > 1) {
        const [letter = ""] = word.slice(1);
        return { kind: "error", message: `invalid option -- '${letter}'` };
      } else {
        this.#operands.push(word);
      }
    }
  }

  #longOption(word: string): GetoptStep<Option> {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const candidates = this.#candidates(name);
    const [option] = candidates;
    if (option === undefined) {
      return { kind: "error", message: `unrecognized option '${word}'` };
    }
    if (candidates.length > 1) {
      const names = candidates.map((candidate) => ` '--${candidate.name}'`).join("");
      return { kind: "error", message: `option '${word}' is ambiguous; possibilities:${names}` };
    }
    if (equals >= 0) {
      return option.hasArgument
        ? { kind: "option", option, value: word.slice(equals + 1) }
        : { kind: "error", message: `option '--${option.name}' doesn't allow an argument` };
    }
    return this.#separateArgument(option);
  }

  #separateArgument(option: Option): GetoptStep<Option> {
    if (!option.hasArgument) {
      return { kind: "option", option, value: "" };
    }
    const value = this.#words[this.#next];
    if (value === undefined) {
      return { kind: "error", message: `option '--${option.name}' requires an argument` };
    }
    this.#next++;
    return { kind: "option", option, value };
  }

  /** The options that `name` may stand for: one if it is exact or unambiguous, several if they differ, or none. */
  #candidates(name: string): readonly Option[] {
    const exact = this.#options.find((option) => option.name === name);
    if (exact !== undefined) {
      return [exact];
    }
    const matches = this.#options.filter((option) => option.name.startsWith(name));
    const firm = matches.filter((option) => !option.yieldsPrefix);
    const [first, ...rest] = firm.length > 0 ? firm : matches;
    if (first === undefined) {
      return [];
    }
    // Only what differs from the first match makes it ambiguous.
    return [first, ...rest.filter((option) => option.meaning !== first.meaning)];
  }
}
