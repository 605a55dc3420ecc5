import {
  ensureScale,
  IntegerScaleField,
  integerScaleField,
  ScaleField,
  scaleField,
} from "./decimal-scale.ts";
import { grisuDigits } from "./grisu.ts";

/*
 * This runs for every number of a tensor that is sent as JSON. Doubles that cross a call are boxed, so what goes in and out
 * travels in typed arrays.
 */

/** The double whose digits are wanted. */
export const doubleIn: Float64Array = new Float64Array(1);

/** The upper part of its digits, then the lower eight; how many of them to drop; the decimal exponent of the rest. */
export const digitsOut: Int32Array = new Int32Array(4);

/** Where in `digitsOut` each of these stands. */
export const DigitsField = { High: 0, Low: 1, DroppedCount: 2, DecimalExponent: 3 } as const;

const TEN_TO_EIGHT = 1e8;
const TEN_TO_MINUS_EIGHT = 1e-8;
const LOW_DIGITS = 8;
const POWERS_OF_TEN = Float64Array.from({ length: 18 }, (_, exponent) => 10 ** exponent);
const FLOAT_MASK = 0x1fffffff;
/** m of a power of two. */
const POWER_OF_TWO = 0x800000;
/** One unit of W in its 29-bit tail. */
const UNIT_BITS = 24;
const UNIT = 2 ** UNIT_BITS;
const HALF_UNIT = UNIT / 2;
/**
 * N is known to about 2e-5, and what it is compared with better than that. Nearer to a decision than this, exact
 * arithmetic decides.
 */
const MARGIN = 1e-4;
/** The same for W, which is known to about 2^-40. */
const ROUNDING_MARGIN = 2 ** -30;

const words = new Uint32Array(doubleIn.buffer);
/** The interval around N: its top as `high * 10^8 + low`, how far it reaches below it, how far below it the value lies. */
const interval = new Float64Array(5);
const IntervalField = {
  High: 0,
  Low: 1,
  Delta: 2,
  Distance: 3,
  /** How far the top lies above m's share of W, in units of W. */
  Above: 4,
} as const;

// There is one function for each array, since one for all would see two kinds of arrays, and be slow.

function wordAt(index: number): number {
  // The index is 0 or 1.
  return words[index] as number;
}

function powerOfTen(exponent: number): number {
  // Every caller keeps 0 ≤ exponent ≤ 17.
  return POWERS_OF_TEN[exponent] as number;
}

function intervalField(field: number): number {
  // One of the five fields.
  return interval[field] as number;
}

/**
 * Finds the digits of `doubleIn`, which must be finite and not zero; the sign is left out. See `grisu.ts` for which digits
 * these are.
 */
export function findDigits(): void {
  // The array has one element.
  const magnitude = Math.abs(doubleIn[0] as number);
  if (magnitude <= Number.MAX_SAFE_INTEGER && Number.isInteger(magnitude)) {
    const high = Math.floor(magnitude / TEN_TO_EIGHT);
    setDigits(high, magnitude - high * TEN_TO_EIGHT, 0, 0);
    return;
  }
  const biasedExponent = (wordAt(1) >>> 20) & 0x7ff;
  if (biasedExponent === 0 || !findInterval(biasedExponent) || !chooseDigits(biasedExponent)) {
    const { digits, exponent } = grisuDigits(magnitude);
    setDigits(Number(digits / 100_000_000n), Number(digits % 100_000_000n), 0, exponent);
  }
}

function setDigits(high: number, low: number, droppedCount: number, exponent: number): void {
  digitsOut[DigitsField.High] = high;
  digitsOut[DigitsField.Low] = low;
  digitsOut[DigitsField.DroppedCount] = droppedCount;
  digitsOut[DigitsField.DecimalExponent] = exponent;
}

/** Sets `interval` as `decimal-scale.ts` sets out; false where W's rounding is too near to call. */
function findInterval(biasedExponent: number): boolean {
  ensureScale(biasedExponent);
  const fractionLow = wordAt(0);
  const upper = (0x100000 | (wordAt(1) & 0xfffff)) * 8 + (fractionLow >>> 29);
  const lower = fractionLow & FLOAT_MASK;
  if (lower !== 0) {
    return findDoubleInterval(biasedExponent, upper, lower);
  }
  findFloatInterval(biasedExponent, upper);
  return true;
}

/** For m alone: the bits of W that round it are 29, so plain integers say exactly how. */
function findFloatInterval(biasedExponent: number, upper: number): void {
  const tail =
    Math.imul(upper, integerScaleField(biasedExponent, IntegerScaleField.PowerLowBits)) &
    FLOAT_MASK;
  const stepInteger = integerScaleField(biasedExponent, IntegerScaleField.HalfStepInteger);
  const stepFraction = integerScaleField(biasedExponent, IntegerScaleField.HalfStepFraction);
  const sticky = integerScaleField(biasedExponent, IntegerScaleField.HalfStepSticky);
  const top = ((tail + stepFraction + HALF_UNIT) >> UNIT_BITS) + stepInteger - 1;
  const middle = (tail + HALF_UNIT) >> UNIT_BITS;
  const bottom =
    upper === POWER_OF_TWO
      ? bottomOfPower(biasedExponent, tail)
      : ((tail - stepFraction - sticky + HALF_UNIT) >> UNIT_BITS) - stepInteger + 1;
  interval[IntervalField.Above] = top - tail / UNIT;
  placeInterval(biasedExponent, upper, top - bottom, top - middle);
}

/** The bottom of the interval around a power of two: the next double below is only half as far. */
function bottomOfPower(biasedExponent: number, tail: number): number {
  const step =
    integerScaleField(biasedExponent, IntegerScaleField.HalfStepInteger) * UNIT +
    integerScaleField(biasedExponent, IntegerScaleField.HalfStepFraction);
  const isSticky =
    step % 2 === 1 || integerScaleField(biasedExponent, IntegerScaleField.HalfStepSticky) === 1;
  const half = Math.floor(step / 2) + (isSticky ? 1 : 0);
  return Math.floor((tail - half + HALF_UNIT) / UNIT) + 1;
}

function findDoubleInterval(biasedExponent: number, upper: number, lower: number): boolean {
  const floatTail =
    Math.imul(upper, integerScaleField(biasedExponent, IntegerScaleField.PowerLowBits)) &
    FLOAT_MASK;
  const powerHigh = scaleField(biasedExponent, ScaleField.PowerHigh);
  const powerLow = scaleField(biasedExponent, ScaleField.PowerLow);
  // Every product is exact: at most 15 bits times 32.
  const a = lower >>> 15;
  const b = lower & 0x7fff;
  const first = (a * powerHigh) / 2 ** 6;
  const second = (b * powerHigh) / 2 ** 21;
  const whole = Math.floor(first) + Math.floor(second);
  const rest =
    first -
    Math.floor(first) +
    (second - Math.floor(second)) +
    (a * powerLow) / 2 ** 38 +
    (b * powerLow) / 2 ** 53;
  const tail = floatTail / UNIT + rest;
  const halfStep = scaleField(biasedExponent, ScaleField.HalfStep);
  const top = Math.floor(tail + halfStep + 0.5) - 1;
  const middle = Math.floor(tail + 0.5);
  const bottom = Math.floor(tail - halfStep + 0.5) + 1;
  if (
    isNearInteger(tail + halfStep + 0.5) ||
    isNearInteger(tail + 0.5) ||
    isNearInteger(tail - halfStep + 0.5)
  ) {
    return false;
  }
  interval[IntervalField.Above] = whole + rest + (top - tail);
  placeInterval(biasedExponent, upper, top - bottom, top - middle);
  return true;
}

/** Turns an interval in units of W, with `Above` already set, into one around N. */
function placeInterval(
  biasedExponent: number,
  upper: number,
  depth: number,
  distance: number,
): void {
  const unit = scaleField(biasedExponent, ScaleField.Unit);
  const product = upper * scaleField(biasedExponent, ScaleField.StepLow);
  const carry = Math.floor(product * TEN_TO_MINUS_EIGHT);
  const low =
    product -
    carry * TEN_TO_EIGHT +
    upper * scaleField(biasedExponent, ScaleField.StepFraction) +
    intervalField(IntervalField.Above) * unit;
  const lowCarry = Math.floor(low * TEN_TO_MINUS_EIGHT);
  interval[IntervalField.High] =
    upper * scaleField(biasedExponent, ScaleField.StepHigh) + carry + lowCarry;
  interval[IntervalField.Low] = low - lowCarry * TEN_TO_EIGHT;
  interval[IntervalField.Delta] = depth * unit;
  interval[IntervalField.Distance] = distance * unit;
}

/** Whether rounding `value` down could go either way. */
function isNearInteger(value: number): boolean {
  const fraction = value - Math.floor(value);
  return fraction < ROUNDING_MARGIN || fraction > 1 - ROUNDING_MARGIN;
}

/** Sets `digitsOut` to the number in `interval` with the fewest digits; false where that is too near to call. */
function chooseDigits(biasedExponent: number): boolean {
  const low = intervalField(IntervalField.Low);
  const lowInteger = low | 0;
  const fraction = low - lowInteger;
  if (fraction < MARGIN || fraction > 1 - MARGIN) {
    return false;
  }
  const highInteger = intervalField(IntervalField.High) | 0;
  // Where the interval's room ends, counted from the top's last digits.
  const room = intervalField(IntervalField.Delta) - fraction;
  // The interval is narrower than 23, so that from the second digit on only zeros can go.
  let droppedCount = 0;
  let rest = 0;
  const lastDigit = lowInteger % 10;
  if (lastDigit < room + MARGIN) {
    const lastTwo = lowInteger % 100;
    if (isNear(lastDigit, room) || isNear(lastTwo, room)) {
      return false;
    }
    droppedCount = lastTwo < room ? 2 + trailingZeros(highInteger, lowInteger - lastTwo) : 1;
    rest = lastTwo < room ? lastTwo : lastDigit;
  }
  let stepCount = 0;
  if (droppedCount >= integerScaleField(biasedExponent, IntegerScaleField.RoundingMin)) {
    const unit = powerOfTen(droppedCount);
    const steps = (intervalField(IntervalField.Distance) - rest - fraction) / unit - 0.5;
    stepCount = Math.max(0, Math.ceil(steps));
    const isUnsure = Math.abs(steps - Math.round(steps)) < MARGIN;
    if (isUnsure || (stepCount > 0 && (room - rest) / unit < stepCount + MARGIN)) {
      return false;
    }
  }
  const chosenLow = lowInteger - rest - stepCount * powerOfTen(droppedCount);
  const exponent =
    integerScaleField(biasedExponent, IntegerScaleField.DecimalExponent) + droppedCount;
  if (chosenLow < 0) {
    setDigits(highInteger - 1, chosenLow + TEN_TO_EIGHT, droppedCount, exponent);
  } else {
    setDigits(highInteger, chosenLow, droppedCount, exponent);
  }
  return true;
}

/** Whether two numbers are too near to tell which is greater. */
function isNear(left: number, right: number): boolean {
  return Math.abs(left - right) < MARGIN;
}

/** Zeros at the end of `high * 10^8 + low` behind its last two digits, which are zero; one digit always stays. */
function trailingZeros(high: number, low: number): number {
  let count = low === 0 ? LOW_DIGITS - 2 : 0;
  let left = low === 0 ? high : (low / 100) | 0;
  while (left % 10 === 0) {
    left = (left / 10) | 0;
    count++;
  }
  return count;
}
