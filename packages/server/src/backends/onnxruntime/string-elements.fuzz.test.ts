import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBytesTensor, encodeBytesTensor, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { packStrings, StringPositions } from "./string-elements.ts";

test("what positions point to, packed again, is the tensor", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 }), (strings) => {
      const bytes = encodeBytesTensor(strings);
      const positions = new StringPositions();
      positions.addTensor("x", bytes, 0, strings.length);
      const parts = positions.starts.map((start, index) =>
        bytes.subarray(start, start + (positions.byteSizes[index] ?? 0)),
      );
      assert.deepEqual(
        parts.map((part) => [...part]),
        strings.map((part) => [...part]),
      );
      let offset = 0n;
      const offsets = parts.map((part) => {
        const start = offset;
        offset += BigInt(part.length);
        return start;
      });
      const content = Buffer.concat(parts);
      assert.deepEqual(packStrings({ content, offsets: BigUint64Array.from(offsets) }), bytes);
    }),
    fuzzOptions(),
  );
});

test("any bytes are positions inside them, or a refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 8 }), (bytes, count) => {
      const positions = new StringPositions();
      try {
        positions.addTensor("x", bytes, 0, count);
      } catch (error) {
        assert.ok(error instanceof TritonError);
        assert.equal(positions.starts.length, 0);
        return;
      }
      assert.equal(positions.starts.length, count);
      positions.starts.forEach((start, index) => {
        assert.ok(start + (positions.byteSizes[index] ?? 0) <= bytes.byteLength);
      });
      assert.ok(decodeBytesTensor(bytes) !== null);
    }),
    fuzzOptions(),
  );
});
