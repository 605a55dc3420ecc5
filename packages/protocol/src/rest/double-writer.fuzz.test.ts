import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { doubleIn } from "./double-digits.ts";
import { writeDoubleIn } from "./double-writer.ts";
import { grisuDigits } from "./grisu.ts";

const out = new Uint8Array(64);
const view = new DataView(out.buffer);

function printed(value: number): string {
  doubleIn[0] = value;
  return Buffer.from(out.subarray(0, writeDoubleIn(view, 0))).toString();
}

/** The same by the exact algorithm and plain string work. */
function expected(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return `${sign}Infinity`;
  }
  if (value === 0) {
    return `${sign}0.0`;
  }
  const { digits, exponent } = grisuDigits(Math.abs(value));
  const text = digits.toString();
  const pointAt = text.length + exponent;
  if (exponent >= 0 && pointAt <= 21) {
    return `${sign}${text}${"0".repeat(exponent)}.0`;
  }
  if (pointAt > 0 && pointAt <= 21) {
    return `${sign}${text.slice(0, pointAt)}.${text.slice(pointAt)}`;
  }
  if (pointAt > -6 && pointAt <= 0) {
    return `${sign}0.${"0".repeat(-pointAt)}${text}`;
  }
  const fraction = text.length > 1 ? `.${text.slice(1)}` : "";
  return `${sign}${text[0]}${fraction}e${pointAt - 1}`;
}

function doubleFrom(bits: bigint): number {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, bits);
  return bytes.getFloat64(0);
}

const allDoubles = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(doubleFrom);
const floats = fc.float();
const shortDecimals = fc
  .tuple(fc.integer(), fc.integer({ min: -25, max: 25 }))
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`));
const dyadic = fc
  .tuple(fc.integer({ min: -4096, max: 4096 }), fc.integer({ min: -1074, max: 1011 }))
  .map(([significand, exponent]) => significand * 2 ** exponent);
/** Neighbours of powers of two and of ten, where intervals are lopsided and digits carry. */
const edges = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent),
      fc.integer({ min: -323, max: 308 }).map((exponent) => 10 ** exponent),
    ),
    fc.bigInt({ min: -3n, max: 3n }),
  )
  .map(([value, offset]) => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, value);
    return doubleFrom(BigInt.asUintN(63, bytes.getBigUint64(0) + offset));
  });

test("the fast writer prints what exact arithmetic gives, and it reads back", () => {
  fc.assert(
    fc.property(fc.oneof(allDoubles, floats, shortDecimals, dyadic, edges), (value) => {
      const text = printed(value);
      assert.equal(text, expected(value));
      assert.ok(Object.is(Number(text), value));
      assert.ok(text.length <= 25);
    }),
    fuzzOptions(),
  );
});
