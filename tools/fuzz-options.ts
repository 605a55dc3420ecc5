import { randomInt } from "node:crypto";

/** What every fuzz test passes to `fc.assert`: as many runs as fit into a time limit, from a seed that can be given. */
export interface FuzzOptions {
  readonly seed: number;
  readonly numRuns: number;
  /** Milliseconds a property. */
  readonly interruptAfterTimeLimit: number;
  readonly markInterruptAsFailure: false;
}

const DEFAULT_MS = 500;
/** Of runs that are given neither a time nor a seed: a test suite that passed passes again. Exploring is the fuzz run's. */
const TEST_SEED = 20_251;
/** A replay must get as far as the run that failed, however slow the machine. */
const REPLAY_FACTOR = 4;

let seedOfProcess: number | null = null;

/**
 * The settings of a fuzz test: `fc.assert(property, fuzzOptions())`.
 *
 * `FUZZ_MS` is the time of each property: 500 from the same seed every time unless set, and from a seed of the process's own
 * if it is (`npm run fuzz` sets 10,000). `SEED` replays a failure: the seed is printed once a process, and fast-check prints
 * the counterexample with it.
 *
 * @throws {Error} if `SEED` or `FUZZ_MS` is set and not a number in range
 */
export function fuzzOptions(
  env: Readonly<Record<string, string | undefined>> = process.env,
): FuzzOptions {
  const givenSeed = integerFrom(env, "SEED", -(2 ** 31), 2 ** 31 - 1);
  const givenMs = integerFrom(env, "FUZZ_MS", 1, 24 * 3600 * 1000);
  const timeLimitMs = givenMs ?? DEFAULT_MS;
  const seed = givenSeed ?? (givenMs === null ? TEST_SEED : seedOfThisProcess());
  return {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: givenSeed === null ? timeLimitMs : timeLimitMs * REPLAY_FACTOR,
    markInterruptAsFailure: false,
  };
}

function seedOfThisProcess(): number {
  if (seedOfProcess === null) {
    seedOfProcess = randomInt(2 ** 31);
    console.log(`SEED=${seedOfProcess} replays this run`);
  }
  return seedOfProcess;
}

function integerFrom(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  min: number,
  max: number,
): number | null {
  const text = env[name];
  if (text === undefined || text === "") {
    return null;
  }
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new Error(`${name} must be an integer between ${min} and ${max}, not '${text}'`);
  }
  return value;
}
