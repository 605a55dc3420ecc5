/**
 * A double with 15 significant digits, or 17 where 15 do not give it back: C's `%.15g`, as protobuf prints doubles.
 * `inf`, `-inf` and `nan` are names of their own.
 */
export function formatDouble(value: number): string {
  return formatWithDigits(value, 15, (text) => Number(text) === value) ?? formatGeneral(value, 17);
}

/** A float with 6 significant digits, or 9 where 6 do not give it back. `value` is a float's. */
export function formatFloat(value: number): string {
  return (
    formatWithDigits(value, 6, (text) => Math.fround(Number(text)) === value) ??
    formatGeneral(value, 9)
  );
}

function formatWithDigits(
  value: number,
  digits: number,
  isExact: (text: string) => boolean,
): string | null {
  if (Number.isNaN(value)) {
    return "nan";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "inf" : "-inf";
  }
  const text = formatGeneral(value, digits);
  return isExact(text) ? text : null;
}

/** C's `%.<digits>g` of a finite number. */
function formatGeneral(value: number, digits: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) {
    return `${sign}0`;
  }
  const [significand, exponent] = roundHalfEven(Math.abs(value), digits);
  const trimmed = significand.replace(/0+$/, "");
  if (exponent < -4 || exponent >= digits) {
    const fraction = trimmed.length > 1 ? `.${trimmed.slice(1)}` : "";
    const magnitude = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${trimmed[0]}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
  }
  if (exponent < 0) {
    return `${sign}0.${"0".repeat(-exponent - 1)}${trimmed}`;
  }
  const whole = trimmed.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = trimmed.slice(exponent + 1);
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * The first `digits` decimal digits of a positive number and the exponent of the first one. A tie goes to the even digit, as
 * in C; JavaScript's own conversions send it up.
 */
function roundHalfEven(value: number, digits: number): [significand: string, exponent: number] {
  // More digits than a tie at 17 can need: what a double has beyond them cannot make one.
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- 100 has been the limit since ES2018
  const [mantissa = "", exponentText = ""] = value.toExponential(100).split("e");
  const all = mantissa.replace(".", "");
  const kept = BigInt(all.slice(0, digits));
  const rest = all.slice(digits);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const isUp = rest > half || (rest === half && kept % 2n === 1n);
  const rounded = String(isUp ? kept + 1n : kept);
  const carry = rounded.length - digits;
  return [rounded.slice(0, digits), Number(exponentText) + carry];
}
