import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { countBytesElements, decodeBytesTensor, encodeBytesTensor } from "./bytes-tensor.ts";

test("what is encoded decodes to the same elements", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (elements) => {
      const bytes = encodeBytesTensor(elements);
      const decoded = decodeBytesTensor(bytes);
      assert.equal(decoded.fault, null);
      assert.deepEqual(
        decoded.elements.map((element) => [...element]),
        elements.map((element) => [...element]),
      );
      assert.equal(countBytesElements(bytes), elements.length);
    }),
    fuzzOptions(),
  );
});

test("any bytes decode to elements within them, or to a fault", () => {
  const small = fc.integer({ min: 0, max: 6 });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.array(small, { maxLength: 64 }).map((values) => Uint8Array.from(values)),
  );
  fc.assert(
    fc.property(bytes, (tensor) => {
      const { elements, fault } = decodeBytesTensor(tensor);
      const size = elements.reduce((sum, element) => sum + 4 + element.byteLength, 0);
      assert.ok(size <= tensor.byteLength);
      assert.equal(fault === null, size === tensor.byteLength);
      assert.deepEqual(countBytesElements(tensor), fault ?? elements.length);
      if (fault !== null) {
        assert.equal(fault.elementIndex, elements.length);
        assert.ok(fault.availableSize < fault.expectedSize);
      }
    }),
    fuzzOptions(),
  );
});
