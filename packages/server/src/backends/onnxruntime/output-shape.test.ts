import assert from "node:assert/strict";
import { test } from "node:test";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import { DimensionSizes } from "./output-shape.ts";

/** A size is a number, a symbol its name, "" nothing known. */
function info(dims: readonly (number | string)[]): OrtTensorInfo {
  return {
    name: "x",
    elementType: 1,
    shape: dims.map((dim) => (typeof dim === "number" ? dim : -1)),
    symbols: dims.map((dim) => (typeof dim === "number" ? "" : dim)),
  };
}

test("fixed shapes are known, and symbols that the inputs have", () => {
  const sizes = new DimensionSizes();
  sizes.add(info(["batch", "width", 3]), [2, 640, 3]);
  assert.deepEqual(sizes.resolve(info([4, 5])), [4, 5]);
  assert.deepEqual(sizes.resolve(info(["batch", "width", 10])), [2, 640, 10]);
});

test("other symbols, nameless sizes and shapes without dimensions are not", () => {
  const sizes = new DimensionSizes();
  sizes.add(info(["batch", ""]), [2, 7]);
  assert.equal(sizes.resolve(info(["other"])), null);
  assert.equal(sizes.resolve(info([""])), null);
  assert.equal(sizes.resolve(info([])), null);
});

test("a symbol with two sizes says nothing", () => {
  const sizes = new DimensionSizes();
  sizes.add(info(["n"]), [2]);
  sizes.add(info(["n"]), [3]);
  sizes.add(info(["n"]), [2]);
  assert.equal(sizes.resolve(info(["n"])), null);
});
