/** What one run of the tests was asked to do. */
export interface TestArguments {
  /** Only fuzz tests, and each for longer. */
  readonly isFuzz: boolean;
  /** Files or folders, as given; empty runs everything. */
  readonly paths: readonly string[];
  /** Seconds after which one file's process is killed; null leaves it to the kind of run. */
  readonly timeoutS: number | null;
  /** Files at a time; null leaves it to the machine. */
  readonly concurrency: number | null;
}

/** How the command is used, printed for `--help` and for a wrong flag. */
export const USAGE = `usage: npm test -- [--fuzz] [--timeout-s=<seconds>] [--concurrency=<files>] [path ...]

Runs every *.test.ts, each file in a process of its own, or those under the paths given.
  --fuzz           only *.fuzz.test.ts, each property for FUZZ_MS milliseconds (10000 unless set)
  --timeout-s      kill a file's process after so many seconds (300 unless set)
  --concurrency    files at a time (the machine's cores, 4 at most, unless set)
SEED=<seed> replays a fuzz test's failure.`;

/**
 * Reads the command line after the program's name.
 *
 * @throws {Error} on a flag that does not exist or a value that is not a positive integer
 */
export function parseTestArguments(words: readonly string[]): TestArguments {
  let isFuzz = false;
  let timeoutS: number | null = null;
  let concurrency: number | null = null;
  const paths: string[] = [];
  for (const word of words) {
    const [flag, value] = word.split("=", 2);
    if (word === "--fuzz") {
      isFuzz = true;
    } else if (flag === "--timeout-s") {
      timeoutS = positiveInteger(word, value);
    } else if (flag === "--concurrency") {
      concurrency = positiveInteger(word, value);
    } else if (word.startsWith("-")) {
      throw new Error(`unknown flag ${word}`);
    } else {
      paths.push(word);
    }
  }
  return { isFuzz, paths, timeoutS, concurrency };
}

function positiveInteger(word: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !Number.isSafeInteger(value) || value < 1) {
    throw new Error(`${word}: expected a positive integer`);
  }
  return value;
}
