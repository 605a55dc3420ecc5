import assert from "node:assert/strict";
import { test } from "node:test";
import { SIZE_CLASS_BYTES_MIN, sizeClassBytes, sizeClassOf } from "./size-class.ts";

test("the classes begin with 4 KiB and go up in quarters of a power of two", () => {
  const kibibytes = Array.from({ length: 10 }, (_, index) => sizeClassBytes(index) / 1024);
  assert.deepEqual(kibibytes, [4, 5, 6, 7, 8, 10, 12, 14, 16, 20]);
});

test("a class holds its own size and not one byte more", () => {
  for (let sizeClass = 0; sizeClass < 100; sizeClass++) {
    const byteSize = sizeClassBytes(sizeClass);
    assert.equal(sizeClassOf(byteSize), sizeClass);
    assert.equal(sizeClassOf(byteSize + 1), sizeClass + 1);
  }
});

test("small sizes share the first class", () => {
  for (const byteSize of [0, 1, 64, SIZE_CLASS_BYTES_MIN]) {
    assert.equal(sizeClassOf(byteSize), 0);
  }
});

test("what is no size is refused", () => {
  for (const byteSize of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => sizeClassOf(byteSize), { name: "AssertionError" });
  }
  assert.throws(() => sizeClassBytes(-1), { name: "AssertionError" });
});
