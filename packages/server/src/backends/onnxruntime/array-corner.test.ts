import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { copyCorner, cornerView, fillElements } from "./array-corner.ts";

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Where an element is, or null if it is outside the corner. */
function positionOf(index: number, shape: readonly number[], full: readonly number[]) {
  const indices: number[] = [];
  let rest = index;
  for (let dimension = full.length - 1; dimension >= 0; dimension--) {
    const size = full[dimension] ?? 1;
    indices[dimension] = rest % size;
    rest = Math.floor(rest / size);
  }
  return indices.every((value, dimension) => value < (shape[dimension] ?? 0)) ? indices : null;
}

const corners = fc
  .array(fc.tuple(fc.nat(3), fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 4 })
  .map((dims) => ({
    shape: dims.map(([size]) => size),
    left: dims.map(([size, more]) => size + more),
    right: dims.map(([size, , more]) => size + more),
  }));

test("property: a corner is copied to where its indices say, and nothing else is written", () => {
  fc.assert(
    fc.property(corners, fc.constantFrom(1, 2, 8), ({ shape, left, right }, elementBytes) => {
      const source = new Uint8Array(elementCount(left) * elementBytes).map((_, byte) => byte % 251);
      const target = new Uint8Array(elementCount(right) * elementBytes).fill(255);
      const corner = { shape, elementBytes };
      copyCorner({ bytes: source, shape: left }, { bytes: target, shape: right }, corner);
      for (let index = 0; index < elementCount(right); index++) {
        const indices = positionOf(index, shape, right);
        const from = indices?.reduce((sum, value, dim) => sum * (left[dim] ?? 1) + value, 0);
        for (let byte = 0; byte < elementBytes; byte++) {
          const expected = from === undefined ? 255 : source[from * elementBytes + byte];
          assert.equal(target[index * elementBytes + byte], expected);
        }
      }
    }),
    fuzzOptions(),
  );
});

test("property: a corner that is seen as a view is what a copy of it would be", () => {
  fc.assert(
    fc.property(corners, ({ shape, left }) => {
      const bytes = new Uint8Array(elementCount(left)).map((_, byte) => byte % 251);
      const corner = { shape, elementBytes: 1 };
      const view = cornerView({ bytes, shape: left }, corner);
      const copy = new Uint8Array(elementCount(shape));
      copyCorner({ bytes, shape: left }, { bytes: copy, shape }, corner);
      assert.ok(view === null || Buffer.compare(view, copy) === 0);
      const isTogether = shape.slice(0, -1).every((size) => size <= 1);
      assert.ok(!isTogether || view !== null);
    }),
    fuzzOptions(),
  );
});

test("property: memory is filled with whole elements", () => {
  const element = fc.uint8Array({ minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(element, fc.nat(40), (bytes, count) => {
      const target = new Uint8Array(bytes.length * count).fill(99);
      fillElements(target, bytes);
      assert.ok(target.every((byte, index) => byte === bytes[index % bytes.length]));
    }),
    fuzzOptions(),
  );
});
