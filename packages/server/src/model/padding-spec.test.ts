import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BucketRule,
  haveEqualPaddedShapes,
  type PaddedInput,
  paddedShape,
  paddedSize,
} from "./padding-spec.ts";

const LIST: BucketRule = { kind: "list", sizes: [4, 8, 32] };
const POWERS: BucketRule = { kind: "powers", min: 6 };
const MULTIPLES: BucketRule = { kind: "multiples", step: 10 };

const SIZES: readonly (readonly [BucketRule | null, number, number])[] = [
  [null, 7, 7],
  [LIST, 0, 4],
  [LIST, 4, 4],
  [LIST, 5, 8],
  [LIST, 32, 32],
  [LIST, 33, 33],
  [POWERS, 0, 6],
  [POWERS, 6, 6],
  [POWERS, 7, 12],
  [POWERS, 25, 48],
  [MULTIPLES, 0, 10],
  [MULTIPLES, 10, 10],
  [MULTIPLES, 11, 20],
];

for (const [rule, size, expected] of SIZES) {
  test(`${size} becomes ${expected} by ${JSON.stringify(rule)}`, () => {
    assert.equal(paddedSize(rule, size), expected);
  });
}

const INPUT: PaddedInput = {
  name: "x",
  datatype: "INT8",
  rules: [LIST, null, MULTIPLES],
  value: Uint8Array.of(0),
};

test("rows and dimensions without a rule stay as they are", () => {
  assert.deepEqual(paddedShape(INPUT, [3, 5, 5, 5]), [3, 8, 5, 10]);
});

test("shapes are equal if they are once they are padded, whatever their rows", () => {
  const areEqual = (left: number[], right: number[]) => haveEqualPaddedShapes(INPUT, left, right);
  assert.equal(areEqual([1, 5, 2, 1], [3, 8, 2, 10]), true);
  assert.equal(areEqual([1, 4, 2, 1], [1, 5, 2, 1]), false);
  assert.equal(areEqual([1, 5, 2, 1], [1, 5, 3, 1]), false);
  assert.equal(areEqual([1, 40, 2, 1], [1, 41, 2, 1]), false);
  assert.equal(areEqual([1, 5, 2], [1, 5, 2, 1]), false);
});
