import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBytesTensor, StatusCode } from "@nereid/protocol";
import { packedByteSize, packStrings, StringPositions } from "./string-elements.ts";

function positionsOf(bytes: Uint8Array, count: number): StringPositions {
  const positions = new StringPositions();
  positions.addTensor("x", bytes, 0, count);
  return positions;
}

test("positions point to the strings behind their lengths", () => {
  const bytes = encodeBytesTensor(["ab", "", "cde"]);
  const { starts, byteSizes } = positionsOf(bytes, 3);
  assert.deepEqual(starts, [4, 10, 14]);
  assert.deepEqual(byteSizes, [2, 0, 3]);
});

test("several tensors lie one behind the other, and empty strings anywhere", () => {
  const positions = new StringPositions();
  positions.addTensor("x", encodeBytesTensor(["ab"]), 0, 1);
  positions.addTensor("x", encodeBytesTensor(["c"]), 6, 1);
  positions.addEmpty(2, 11);
  assert.deepEqual(positions.starts, [4, 10, 11, 11]);
  assert.deepEqual(positions.byteSizes, [2, 1, 0, 0]);
});

test("tensors with the wrong number of strings are refused with the real server's texts", () => {
  const bytes = encodeBytesTensor(["ab", "c"]);
  assert.throws(() => positionsOf(bytes, 1), {
    code: StatusCode.InvalidArg,
    message: "unexpected number of string elements 2 for inference input 'x', expecting 1",
  });
  assert.throws(() => positionsOf(bytes, 3), {
    code: StatusCode.Internal,
    message: "expected 3 strings for inference input 'x', got 2",
  });
  assert.throws(() => positionsOf(bytes.subarray(0, -1), 2), {
    code: StatusCode.InvalidArg,
    message:
      "incomplete string data for inference input 'x', expecting string of length 1 but only 0 bytes available",
  });
});

test("a refused tensor leaves no positions behind", () => {
  const positions = positionsOf(encodeBytesTensor(["a"]), 1);
  assert.throws(() => positions.addTensor("x", encodeBytesTensor(["b", "c"]), 5, 1));
  assert.deepEqual(positions.starts, [4]);
  assert.deepEqual(positions.byteSizes, [1]);
});

test("strings are packed with their lengths", () => {
  const packed = packStrings({
    content: Buffer.from("abcde"),
    offsets: BigUint64Array.of(0n, 2n, 2n),
  });
  assert.deepEqual(packed, encodeBytesTensor(["ab", "", "cde"]));
  assert.deepEqual(
    packStrings({ content: new Uint8Array(0), offsets: new BigUint64Array(0) }),
    new Uint8Array(0),
  );
});

test("the bytes of some elements in the middle can be told", () => {
  const packed = encodeBytesTensor(["ab", "", "cde"]);
  assert.equal(packedByteSize(packed, 0, 1), 6);
  assert.equal(packedByteSize(packed, 6, 2), 11);
  assert.equal(packedByteSize(packed, 6, 0), 0);
});
