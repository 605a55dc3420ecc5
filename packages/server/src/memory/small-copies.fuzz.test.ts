import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { SMALL_COPY_BYTES_MAX, SmallCopies } from "./small-copies.ts";

test("copies stay as they were made, whatever is copied after them or written to their sources", () => {
  const property = fc.property(
    fc.array(fc.nat(SMALL_COPY_BYTES_MAX), { minLength: 1, maxLength: 40 }),
    (sizes) => {
      const copies = new SmallCopies();
      const source = new Uint8Array(SMALL_COPY_BYTES_MAX);
      const made = sizes.map((size, index) => copies.copy(source.fill(index).subarray(0, size)));
      for (const [index, copy] of made.entries()) {
        assert.equal(copy.byteLength, sizes[index]);
        assert.equal(copy.byteOffset % 8, 0);
        assert.ok(copy.every((byte) => byte === index));
      }
      // Nor does writing to one reach another.
      for (const [index, copy] of made.entries()) {
        copy.fill(index + 100);
      }
      for (const [index, copy] of made.entries()) {
        assert.ok(copy.every((byte) => byte === index + 100));
      }
    },
  );
  fc.assert(property, fuzzOptions());
});

test("small copies share memory", () => {
  const copies = new SmallCopies();
  const buffers = new Set(Array.from({ length: 8 }, () => copies.copy(new Uint8Array(64)).buffer));
  assert.equal(buffers.size, 1);
});
