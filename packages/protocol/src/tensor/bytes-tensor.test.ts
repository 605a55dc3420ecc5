import assert from "node:assert/strict";
import { test } from "node:test";
import { countBytesElements, decodeBytesTensor, encodeBytesTensor } from "./bytes-tensor.ts";

test("elements are a little-endian length and the bytes", () => {
  const bytes = encodeBytesTensor(["ab", new Uint8Array([0, 255]), "", "é"]);
  assert.deepEqual(
    [...bytes],
    [2, 0, 0, 0, 97, 98, 2, 0, 0, 0, 0, 255, 0, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9],
  );
  assert.equal(encodeBytesTensor([]).byteLength, 0);
});

test("decoding gives views of the elements, also from the middle of a buffer", () => {
  const buffer = new Uint8Array([9, 1, 0, 0, 0, 7, 0, 0, 0, 0, 9]);
  const { elements, fault } = decodeBytesTensor(buffer.subarray(1, 10));
  assert.equal(fault, null);
  assert.deepEqual(
    elements.map((element) => [...element]),
    [[7], []],
  );
  assert.equal(elements[0]!.buffer, buffer.buffer);
  assert.equal(countBytesElements(buffer.subarray(1, 10)), 2);
});

for (const { name, bytes, fault } of [
  {
    name: "an incomplete length",
    bytes: [1, 0, 0, 0, 97, 2, 0],
    fault: { kind: "incomplete-length", elementIndex: 1, expectedSize: 4, availableSize: 2 },
  },
  {
    name: "an element that runs past the end",
    bytes: [1, 0, 0, 0, 97, 3, 0, 0, 0, 98, 99],
    fault: { kind: "incomplete-element", elementIndex: 1, expectedSize: 3, availableSize: 2 },
  },
  {
    name: "a length of nearly 2^32",
    bytes: [255, 255, 255, 255],
    fault: {
      kind: "incomplete-element",
      elementIndex: 0,
      expectedSize: 0xffffffff,
      availableSize: 0,
    },
  },
]) {
  test(`${name} is told with its place`, () => {
    const decoded = decodeBytesTensor(Uint8Array.from(bytes));
    assert.deepEqual(decoded.fault, fault);
    assert.equal(decoded.elements.length, fault.elementIndex);
    assert.deepEqual(countBytesElements(Uint8Array.from(bytes)), fault);
  });
}
