import assert from "node:assert/strict";
import { test } from "node:test";
import type { Datatype } from "./datatype.ts";
import { typedViewOf } from "./typed-view.ts";

const EXPECTED: readonly (readonly [Datatype, string, number])[] = [
  ["BOOL", "Uint8Array", 1],
  ["UINT8", "Uint8Array", 1],
  ["INT8", "Int8Array", 1],
  ["UINT16", "Uint16Array", 2],
  ["INT16", "Int16Array", 2],
  ["FP16", "Uint16Array", 2],
  ["BF16", "Uint16Array", 2],
  ["UINT32", "Uint32Array", 4],
  ["INT32", "Int32Array", 4],
  ["FP32", "Float32Array", 4],
  ["UINT64", "BigUint64Array", 8],
  ["INT64", "BigInt64Array", 8],
  ["FP64", "Float64Array", 8],
];

for (const [datatype, className, byteSize] of EXPECTED) {
  test(`${datatype} is read as ${className}, in place where it can be`, () => {
    const buffer = Uint8Array.from({ length: 40 }, (_, index) => index + 1);
    for (const offset of [0, 8, 1, 3]) {
      const bytes = buffer.subarray(offset, offset + 17);
      const view = typedViewOf(datatype, bytes);
      assert.equal(view.constructor.name, className);
      assert.equal(view.length, Math.floor(17 / byteSize), "trailing bytes make no element");
      assert.equal(view.buffer === buffer.buffer, offset % byteSize === 0);
      const whole = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      assert.deepEqual([...whole], [...bytes.subarray(0, view.byteLength)]);
    }
  });
}

test("BYTES are the bytes themselves", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  assert.equal(typedViewOf("BYTES", bytes), bytes);
});
