import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedSix } from "./fixed-six.ts";

test("six decimals as C prints them", () => {
  for (const [value, text] of [
    [0, "0.000000"],
    [-0, "-0.000000"],
    [1, "1.000000"],
    [0.924, "0.924000"],
    [-1e-9, "-0.000000"],
    [1 / 128, "0.007812"],
    [3 / 128, "0.023438"],
    [-5 / 128, "-0.039062"],
    [0.5, "0.500000"],
    [1e21, "1000000000000000000000.000000"],
    [Math.fround(1e22), "9999999778196308361216.000000"],
    [-(2 ** 100), "-1267650600228229401496703205376.000000"],
    [999999.9999999, "1000000.000000"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ] as const) {
    assert.equal(fixedSix(value), text);
  }
});
