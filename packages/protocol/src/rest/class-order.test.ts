import assert from "node:assert/strict";
import { test } from "node:test";
import { greatestIndices } from "./class-order.ts";

test("distinct values come greatest first, however many are wanted", () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000);
  const expected = [...values.keys()].sort((left, right) => values[right]! - values[left]!);
  for (const count of [0, 1, 5, 16, 17, 100, 1000]) {
    assert.deepEqual([...greatestIndices(values, count)], expected.slice(0, count));
  }
});

test("64-bit integers are compared exactly", () => {
  const values = BigInt64Array.of(2n ** 60n, 2n ** 60n + 1n, -(2n ** 63n), 2n ** 60n + 2n);
  assert.deepEqual([...greatestIndices(values, 4)], [3, 1, 0, 2]);
});

test("up to 16 equal values keep their order, more follow the sort", () => {
  assert.deepEqual([...greatestIndices(new Float32Array(16), 3)], [0, 1, 2]);
  const order = [...greatestIndices(new Float32Array(17), 17)];
  assert.deepEqual(
    order.toSorted((left, right) => left - right),
    [...order.keys()],
  );
  assert.notDeepEqual(order, [...order.keys()]);
});

test("NaN costs no index its place", () => {
  for (const length of [5, 17, 40, 300]) {
    for (let shift = 0; shift < 7; shift++) {
      const values = Float32Array.from({ length }, (_, index) =>
        (index + shift) % 3 === 0 ? Number.NaN : (index * 31) % 17,
      );
      const order = [...greatestIndices(values, length)];
      assert.deepEqual(
        order.toSorted((left, right) => left - right),
        [...values.keys()],
      );
    }
  }
});
