import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrpcTimeout } from "./grpc-timeout.ts";

test("a timeout is digits and a unit, rounded up to milliseconds", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["0n", 0],
    ["1n", 1],
    ["1000000n", 1],
    ["1000001n", 2],
    ["1u", 1],
    ["7000u", 7],
    ["19999m", 19999],
    ["10S", 10_000],
    ["3M", 180_000],
    ["2H", 7_200_000],
    [" 10 S ", 10_000],
    ["100000000m", 100_000_000],
    ["1000000001n", Number.POSITIVE_INFINITY],
    ["99999999999999999999H", Number.POSITIVE_INFINITY],
  ];
  for (const [text, ms] of cases) {
    assert.equal(parseGrpcTimeout(text), ms, text);
  }
});

test("anything else is no timeout", () => {
  for (const text of ["", "abc", "100", "S", "-1S", "1.5S", "1s", "1 0S", "1S2", "+1S"]) {
    assert.equal(parseGrpcTimeout(text), null, text);
  }
});
