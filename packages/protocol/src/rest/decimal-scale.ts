import { cachedPower, UNROUNDED_KAPPA } from "./grisu.ts";

/*
 * What the fast double writer needs for each binary exponent.
 *
 * Grisu2 works on W = M * c / 2^53, where M is the 53-bit significand and c a 64-bit power of ten, and reads it as
 * W / 2^b, so that the digits before the binary point are the first of the result. The writer looks at the same number
 * times 10^j instead, called N, where j makes N one of 17 or 18 digits before the point: all digits that matter are then
 * those of an integer.
 *
 *   M = m * 2^29 + l         m: the upper 24 bits, all there is to a float
 *   W = m * c / 2^24 + l * c / 2^53
 *   N = W * u                u = 10^j / 2^b, one unit of W
 *
 * Doubles with the same biased exponent share an entry in each of two tables; `scaleAt` makes it when first asked for.
 */

/** Numbers in an entry of `SCALES`. */
const SCALE_SIZE = 8;
/** Numbers in an entry of `INTEGER_SCALES`. */
const INTEGER_SCALE_SIZE = 8;

/** Where in an entry of doubles each of these stands. */
export const ScaleField = {
  /** u. Zero says that the entry has not been made. */
  Unit: 0,
  /** c * 10^j / 2^(24 + b), which is N for m = 1: how often 10^8 goes into it … */
  StepHigh: 1,
  /** … the integer that is left … */
  StepLow: 2,
  /** … and the fraction. */
  StepFraction: 3,
  /** c / 2^32 and c mod 2^32. */
  PowerHigh: 4,
  PowerLow: 5,
  /** c / 2^54: half the distance to the next double, in units of W. */
  HalfStep: 6,
} as const;

/** Where in an entry of integers each of these stands. */
export const IntegerScaleField = {
  /** c mod 2^29, which is all that decides how W is rounded when l is 0. */
  PowerLowBits: 0,
  /** HalfStep: its integer, the next 24 bits, and 1 if anything is left. */
  HalfStepInteger: 1,
  HalfStepFraction: 2,
  HalfStepSticky: 3,
  /** The smallest number of dropped digits at which Grisu2 rounds; with fewer it cuts off. */
  RoundingMin: 4,
  /** The value is N * 10^this. */
  DecimalExponent: 5,
} as const;

const BIASED_EXPONENT_COUNT = 2048;
const TEN_TO_EIGHT = 10n ** 8n;
const FRACTION_BITS = 60n;

const scales = new Float64Array(BIASED_EXPONENT_COUNT * SCALE_SIZE);
const integerScales = new Int32Array(BIASED_EXPONENT_COUNT * INTEGER_SCALE_SIZE);

/** Makes the entries of a biased exponent (1 … 2046) if they are not there yet. */
export function ensureScale(biasedExponent: number): void {
  if (scales[biasedExponent * SCALE_SIZE] === 0) {
    fillScale(biasedExponent);
  }
}

/** One number of an entry that has been made. */
export function scaleField(biasedExponent: number, field: number): number {
  // In range for every biased exponent and field.
  return scales[biasedExponent * SCALE_SIZE + field] as number;
}

/** One integer of an entry that has been made. */
export function integerScaleField(biasedExponent: number, field: number): number {
  // In range for every biased exponent and field.
  return integerScales[biasedExponent * INTEGER_SCALE_SIZE + field] as number;
}

function fillScale(biasedExponent: number): void {
  // M is an integer of 53 bits; Grisu2 normalises it to 64.
  const exponent = biasedExponent - 1075 - 11;
  const power = cachedPower(exponent);
  const c = power.significand;
  const b = BigInt(-(exponent + power.exponent + 64));
  const j = decimalShift(c, b);
  const numerator = c * 10n ** BigInt(j);
  const denominatorBits = 24n + b;
  const step = numerator >> denominatorBits;
  const fraction = numerator - (step << denominatorBits);
  scales.set(
    [
      10 ** j / 2 ** Number(b),
      Number(step / TEN_TO_EIGHT),
      Number(step % TEN_TO_EIGHT),
      Number((fraction << FRACTION_BITS) >> denominatorBits) / 2 ** Number(FRACTION_BITS),
      Number(c >> 32n),
      Number(c & 0xffffffffn),
      Number(c) / 2 ** 54,
    ],
    biasedExponent * SCALE_SIZE,
  );
  integerScales.set(
    [
      Number(c & (2n ** 29n - 1n)),
      Number(c >> 54n),
      Number((c >> 30n) & (2n ** 24n - 1n)),
      (c & (2n ** 30n - 1n)) === 0n ? 0 : 1,
      j + UNROUNDED_KAPPA + 1,
      power.decimal - j,
    ],
    biasedExponent * INTEGER_SCALE_SIZE,
  );
}

/** j, such that the smallest N of this exponent has 17 digits. */
function decimalShift(c: bigint, b: bigint): number {
  let j = 0;
  while ((c * 10n ** BigInt(j)) >> (b + 1n) < 10n ** 16n) {
    j++;
  }
  return j;
}
