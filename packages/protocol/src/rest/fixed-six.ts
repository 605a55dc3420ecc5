const DECIMALS = 6;
/** From here on a double is an integer that `toFixed` would write with an exponent. */
const EXPONENT_LIMIT = 1e21;
/** Numbers that lie exactly between two of six decimals are odd multiples of 1/128. */
const TIE_UNIT = 128;

/**
 * A double with six decimals, as C's `%f` prints it: rounded from the exact value, ties to the even digit, `nan`, `inf`,
 * and a sign for negative zero. (A `-nan`, which depends on the bits of the NaN, is printed `nan`.)
 */
export function fixedSix(value: number): string {
  if (Number.isNaN(value)) {
    return "nan";
  }
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) {
    return `${sign}inf`;
  }
  if (magnitude >= EXPONENT_LIMIT) {
    return `${sign}${BigInt(magnitude)}.${"0".repeat(DECIMALS)}`;
  }
  return sign + (isTie(magnitude) ? tieToEven(magnitude) : magnitude.toFixed(DECIMALS));
}

function isTie(magnitude: number): boolean {
  const multiple = magnitude * TIE_UNIT;
  return Number.isSafeInteger(multiple) && multiple % 2 === 1;
}

/** `toFixed` takes the greater of two equally near; both are seven decimals away from the exact text. */
function tieToEven(magnitude: number): string {
  const exact = magnitude.toFixed(DECIMALS + 1);
  const lower = exact.slice(0, -1);
  const isLowerEven = Number(lower.at(-1)) % 2 === 0;
  return isLowerEven ? lower : magnitude.toFixed(DECIMALS);
}
