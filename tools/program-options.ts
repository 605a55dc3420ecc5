import { parseArgs } from "node:util";

/** An option that takes a number. */
export interface NumberOption {
  readonly default: number;
  readonly min: number;
  /** Whether fractions are refused. */
  readonly isWhole: boolean;
}

/** The command line of a program that is not product code. */
export interface ProgramOptions<Text extends string, Count extends string> {
  /** What `--help` prints. */
  readonly usage: string;
  /** The options that take any text, with their defaults. */
  readonly texts: Readonly<Record<Text, string>>;
  readonly numbers: Readonly<Record<Count, NumberOption>>;
}

/** The values of a program's options. */
export type ProgramValues<Text extends string, Count extends string> = Readonly<
  Record<Text, string> & Record<Count, number>
>;

/** Values by option; null where help is asked for. @throws {TypeError} for what is no option or no value of one */
export function parseProgramOptions<Text extends string, Count extends string>(
  words: readonly string[],
  { texts, numbers }: ProgramOptions<Text, Count>,
): ProgramValues<Text, Count> | null {
  const names = [...Object.keys(texts), ...Object.keys(numbers)];
  const { values } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: "string" } as const])),
      help: { type: "boolean", short: "h" },
    },
  });
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  if (given["help"] === true) {
    return null;
  }
  const result: Record<string, string | number> = { ...texts };
  for (const [name, option] of Object.entries<NumberOption>(numbers)) {
    result[name] = option.default;
  }
  for (const name of names) {
    const text = given[name];
    if (typeof text === "string") {
      const option = Object.entries<NumberOption>(numbers).find(([key]) => key === name)?.[1];
      result[name] = option === undefined ? text : parseNumber(name, text, option);
    }
  }
  return result as ProgramValues<Text, Count>; // every name has its default, if nothing else
}

/** The same of this process's command line; ends the process after help, and with exit code 1 after an error of one line. */
export function readProgramOptions<Text extends string, Count extends string>(
  options: ProgramOptions<Text, Count>,
): ProgramValues<Text, Count> {
  try {
    const values = parseProgramOptions(process.argv.slice(2), options);
    if (values !== null) {
      return values;
    }
  } catch (error) {
    // Node's own messages go on with hints in further lines.
    console.error(String(error instanceof Error ? error.message : error).split("\n", 1)[0]);
    process.exit(1);
  }
  console.log(options.usage);
  process.exit(0);
}

function parseNumber(name: string, text: string, { min, isWhole }: NumberOption): number {
  const value = Number(text);
  const isFit = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (text.trim() === "" || !isFit || value < min) {
    const kind = isWhole ? "a whole number" : "a number";
    throw new TypeError(`--${name} takes ${kind} of at least ${min}, got '${text}'`);
  }
  return value;
}
