import assert from "node:assert/strict";
import { test } from "node:test";
import { bf16FromNumber, fp16FromNumber, numberFromBf16, numberFromFp16 } from "./half.ts";

test("FP16 covers its range, subnormals and specials", () => {
  for (const [bits, value] of [
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ] as const) {
    assert.ok(Object.is(numberFromFp16(bits), value), `${bits} → ${numberFromFp16(bits)}`);
    assert.equal(fp16FromNumber(value), bits);
  }
  assert.ok(Number.isNaN(numberFromFp16(0x7e00)));
  assert.equal(fp16FromNumber(65520), 0x7c00, "half a step above the greatest is infinity");
  assert.equal(fp16FromNumber(2049), 0x6800, "a tie goes to the even neighbour");
});

test("every FP16 and BF16 that is a number survives the way there and back", () => {
  for (let bits = 0; bits <= 0xffff; bits++) {
    if (!Number.isNaN(numberFromFp16(bits))) {
      assert.equal(fp16FromNumber(numberFromFp16(bits)), bits);
    }
    if (!Number.isNaN(numberFromBf16(bits))) {
      assert.equal(bf16FromNumber(numberFromBf16(bits)), bits);
    }
  }
});

test("BF16 rounds to nearest, ties to even, and overflows to infinity", () => {
  for (const [value, bits] of [
    [1, 0x3f80],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [1 + 2 ** -8 + 2 ** -20, 0x3f81],
    [-1, 0xbf80],
    [3.4e38, 0x7f80],
    [-3.4e38, 0xff80],
    [Number.POSITIVE_INFINITY, 0x7f80],
    [-0, 0x8000],
  ] as const) {
    assert.equal(bf16FromNumber(value), bits, String(value));
  }
  assert.ok(Number.isNaN(numberFromBf16(bf16FromNumber(Number.NaN))));
});
