/*
 * The decimal digits that rapidjson prints for a double: Grisu2, which always gives digits that read back to the same
 * double, nearly always the fewest, and nearly always the nearest of those. Where it falls short so must we, since clients
 * compare text.
 *
 * Everything here is exact integer arithmetic on 64-bit significands, in bigint: about 2 µs a number. It is the definition
 * that `double-writer.ts` follows where it can tell the outcome faster.
 *
 * @see Florian Loitsch, Printing Floating-Point Numbers Quickly and Accurately with Integers, PLDI 2010
 */

/** Decimal digits of a positive double: `digits * 10^exponent`, without trailing zeros. */
export interface DecimalDigits {
  readonly digits: bigint;
  readonly exponent: number;
}

const SIGNIFICAND_BITS = 64n;
const HIDDEN_BIT = 2n ** 52n;
const FRACTION_MASK = HIDDEN_BIT - 1n;
/** Exponent of a double's integer significand when its biased exponent is 0 or 1. */
const EXPONENT_MIN = -1074;
const POWER_MIN = -348;
const POWER_STEP = 8;
/** log10(2), as in Grisu's estimate of the power to multiply with. */
const LOG10_OF_2 = 0.30102999566398114;
/** rapidjson's table of powers ends here: digits this far behind the point are cut off, not rounded. */
export const UNROUNDED_KAPPA = -9;
const UINT64_MASK = 2n ** 64n - 1n;
const HALF = 2n ** 63n;

const doubleBits = new DataView(new ArrayBuffer(8));

/** A 64-bit significand and a binary exponent. */
export interface Scaled {
  readonly significand: bigint;
  readonly exponent: number;
}

/** The digits that Grisu2 gives for a positive, finite double. */
export function grisuDigits(value: number): DecimalDigits {
  doubleBits.setFloat64(0, value);
  const bits = doubleBits.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & FRACTION_MASK;
  const significand = biased === 0 ? fraction : fraction + HIDDEN_BIT;
  const exponent = EXPONENT_MIN + Math.max(biased, 1) - 1;
  // The neighbours' midpoints; below a power of two the lower neighbour is nearer.
  const isLowerNearer = fraction === 0n && biased !== 0;
  const upper = normalized({ significand: significand * 2n + 1n, exponent: exponent - 1 });
  const lowerExponent = isLowerNearer ? exponent - 2 : exponent - 1;
  const lowerSignificand = isLowerNearer ? significand * 4n - 1n : significand * 2n - 1n;
  const lower = lowerSignificand << BigInt(lowerExponent - upper.exponent);
  const power = cachedPower(upper.exponent);
  const middle = normalized({ significand, exponent });
  const scaledUpper = productHigh(upper.significand, power.significand) - 1n;
  const scaledLower = productHigh(lower, power.significand) + 1n;
  return generateDigits(
    productHigh(middle.significand, power.significand),
    scaledUpper,
    scaledUpper - scaledLower,
    {
      exponent: upper.exponent + power.exponent + Number(SIGNIFICAND_BITS),
      decimal: power.decimal,
    },
  );
}

function normalized({ significand, exponent }: Scaled): Scaled {
  const shift = Number(SIGNIFICAND_BITS) - significand.toString(2).length;
  return { significand: significand << BigInt(shift), exponent: exponent - shift };
}

/** The upper 64 bits of a 128-bit product, rounded half up. */
function productHigh(left: bigint, right: bigint): bigint {
  return (left * right + HALF) >> SIGNIFICAND_BITS;
}

/**
 * The power of ten with which Grisu2 multiplies a normalised significand of the given exponent, rounded to 64 bits, and
 * the decimal exponent that undoes it.
 *
 * @internal
 */
export function cachedPower(exponent: number): Scaled & { readonly decimal: number } {
  const index = (Math.ceil((-61 - exponent) * LOG10_OF_2 + 347) >> 3) + 1;
  const decimal = POWER_MIN + index * POWER_STEP;
  return { ...powerOfTen(decimal), decimal: -decimal };
}

/** `10^decimal` as the nearest 64-bit significand. */
function powerOfTen(decimal: number): Scaled {
  if (decimal >= 0) {
    return rounded(10n ** BigInt(decimal), 0);
  }
  const scale = 1200;
  return rounded(2n ** BigInt(scale) / 10n ** BigInt(-decimal), -scale);
}

function rounded(value: bigint, exponent: number): Scaled {
  const excess = value.toString(2).length - Number(SIGNIFICAND_BITS);
  if (excess <= 0) {
    return normalized({ significand: value, exponent });
  }
  const significand = (value + (1n << BigInt(excess - 1))) >> BigInt(excess);
  return significand > UINT64_MASK
    ? { significand: significand >> 1n, exponent: exponent + excess + 1 }
    : { significand, exponent: exponent + excess };
}

/**
 * The shortest digits at most `delta` below `upper`, then moved towards `value`.
 *
 * All three are in units of `2^exponent`, a negative exponent of -32 … -60.
 */
function generateDigits(
  value: bigint,
  upper: bigint,
  delta: bigint,
  scale: { readonly exponent: number; readonly decimal: number },
): DecimalDigits {
  const fractionBits = BigInt(-scale.exponent);
  const one = 1n << fractionBits;
  const distance = upper - value;
  const integer = upper >> fractionBits;
  let kappa = integer.toString().length;
  while (kappa > 0) {
    kappa--;
    const unit = 10n ** BigInt(kappa);
    const rest = ((integer % unit) << fractionBits) + (upper & (one - 1n));
    if (rest <= delta) {
      return {
        digits: roundTowards(integer / unit, { rest, delta, distance, unit: unit << fractionBits }),
        exponent: kappa + scale.decimal,
      };
    }
  }
  let digits = integer;
  let rest = upper & (one - 1n);
  let scaledDelta = delta;
  let unit = 1n;
  for (;;) {
    rest *= 10n;
    scaledDelta *= 10n;
    digits = digits * 10n + (rest >> fractionBits);
    rest &= one - 1n;
    kappa--;
    unit *= 10n;
    if (rest < scaledDelta) {
      return {
        digits: roundTowards(digits, {
          rest,
          delta: scaledDelta,
          distance: kappa > UNROUNDED_KAPPA ? distance * unit : 0n,
          unit: one,
        }),
        exponent: kappa + scale.decimal,
      };
    }
  }
}

/** Lowers the last digit as long as that comes nearer to the value and stays above the lower midpoint. */
function roundTowards(
  digits: bigint,
  room: {
    readonly rest: bigint;
    readonly delta: bigint;
    readonly distance: bigint;
    readonly unit: bigint;
  },
): bigint {
  const { delta, distance, unit } = room;
  let { rest } = room;
  let rounded = digits;
  while (
    rest < distance &&
    delta - rest >= unit &&
    (rest + unit < distance || distance - rest > rest + unit - distance)
  ) {
    rounded--;
    rest += unit;
  }
  return rounded;
}
