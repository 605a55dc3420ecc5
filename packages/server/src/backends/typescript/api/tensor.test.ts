import assert from "node:assert/strict";
import { test } from "node:test";
import { DATATYPES, type Datatype, datatypeByteSize } from "@nereid/protocol";
import { splitBatch, stackBatch } from "./batch-rows.ts";
import { ELEMENT_BYTE_SIZES } from "./element-sizes.ts";
import type { InferenceRequest } from "./inference-request.ts";
import { Tensor } from "./tensor.ts";

test("the datatypes and their sizes are the protocol's", () => {
  assert.deepEqual(Object.keys(ELEMENT_BYTE_SIZES), [...DATATYPES]);
  for (const datatype of DATATYPES) {
    assert.equal(ELEMENT_BYTE_SIZES[datatype], datatypeByteSize(datatype));
  }
});

const NUMBERS: readonly (readonly [
  Datatype,
  readonly number[],
  (tensor: Tensor) => ArrayLike<unknown>,
  readonly unknown[],
])[] = [
  ["FP16", [1.5, -2], (tensor) => tensor.asFloat16(), [1.5, -2]],
  ["FP32", [1.5, -2], (tensor) => tensor.asFloat32(), [1.5, -2]],
  ["FP64", [0.1, -2], (tensor) => tensor.asFloat64(), [0.1, -2]],
  ["BF16", [1.5, 3.145], (tensor) => tensor.asBfloat16(), [1.5, 3.140625]],
  ["INT8", [-1, 127], (tensor) => tensor.asInt8(), [-1, 127]],
  ["INT16", [-1, 1000], (tensor) => tensor.asInt16(), [-1, 1000]],
  ["INT32", [-1, 1e6], (tensor) => tensor.asInt32(), [-1, 1e6]],
  ["INT64", [-1, 1e6], (tensor) => tensor.asInt64(), [-1n, 1_000_000n]],
  ["UINT8", [1, 255], (tensor) => tensor.asUint8(), [1, 255]],
  ["UINT16", [1, 65535], (tensor) => tensor.asUint16(), [1, 65535]],
  ["UINT32", [1, 2 ** 32 - 1], (tensor) => tensor.asUint32(), [1, 2 ** 32 - 1]],
  ["UINT64", [1, 2 ** 40], (tensor) => tensor.asUint64(), [1n, 2n ** 40n]],
  ["BOOL", [0, 5], (tensor) => tensor.asBooleans(), [false, true]],
];

for (const [datatype, numbers, read, expected] of NUMBERS) {
  test(`${datatype} elements are made of numbers and read again`, () => {
    const tensor = new Tensor("x", datatype, [2], numbers);
    assert.deepEqual(Array.from(read(tensor)), expected);
    assert.throws(() => tensor.asByteStrings(), /has datatype \w+, not BYTES/);
    const unaligned = new Uint8Array(tensor.bytes.byteLength + 1);
    unaligned.set(tensor.bytes, 1);
    const moved = new Tensor("x", datatype, [2], unaligned.subarray(1));
    assert.deepEqual(Array.from(read(moved)), expected);
  });
}

test("BYTES elements are texts and byte strings", () => {
  const tensor = new Tensor("x", "BYTES", [3], ["Grüße", "", Uint8Array.of(0, 255)]);
  assert.deepEqual(tensor.asStrings().slice(0, 2), ["Grüße", ""]);
  assert.deepEqual(tensor.asByteStrings()[2], Buffer.from([0, 255]));
  assert.throws(() => tensor.asFloat32(), /has datatype BYTES, not FP32/);
});

const REFUSED: readonly (readonly [() => Tensor, RegExp])[] = [
  [() => new Tensor("", "FP32", [1], [1]), /cannot be an empty string/],
  [() => new Tensor("x", "FLOAT" as Datatype, [1], [1]), /unknown datatype 'FLOAT'/],
  [() => new Tensor("x", "FP32", [-1], [1]), /non-negative integers, got \[-1\]/],
  [() => new Tensor("x", "FP32", [1.5], [1]), /non-negative integers/],
  [() => new Tensor("x", "FP32", 1 as unknown as number[], [1]), /non-negative integers, got 1/],
  [() => new Tensor("x", "FP32", [2], [1]), /needs 8 bytes, got 4/],
  [() => new Tensor("x", "FP32", [1], ["1"]), /takes numbers, got string/],
  [() => new Tensor("x", "FP32", [1], null as unknown as number[]), /needs a typed array/],
  [() => new Tensor("x", "BYTES", [1], [1]), /takes strings and byte strings only/],
];

test("what is no tensor is refused", () => {
  for (const [make, expected] of REFUSED) {
    assert.throws(make, expected);
  }
});

/** Of a request only what the two functions read. */
function requestOf(tensor: Tensor): InferenceRequest {
  return { batchSize: tensor.shape[0] ?? 1, input: () => tensor } as unknown as InferenceRequest;
}

test("a batch is stacked and split again", () => {
  const rows = [
    new Tensor("x", "INT16", [1, 2], [1, 2]),
    new Tensor("x", "INT16", [2, 2], [3, 4, 5, 6]),
  ];
  const requests = rows.map(requestOf);
  const all = stackBatch(requests, "x");
  assert.deepEqual(all.shape, [3, 2]);
  assert.deepEqual([...all.asInt16()], [1, 2, 3, 4, 5, 6]);
  const parts = splitBatch(all.withName("y"), requests);
  assert.deepEqual(
    parts.map(({ name, shape }) => [name, ...shape]),
    [
      ["y", 1, 2],
      ["y", 2, 2],
    ],
  );
  assert.deepEqual([...parts[1]!.asInt16()], [3, 4, 5, 6]);
  const texts = ["a", "b"].map((text) => requestOf(new Tensor("x", "BYTES", [1], [text])));
  assert.deepEqual(stackBatch(texts, "x").asStrings(), ["a", "b"]);
});

test("what does not fit is not stacked, and not split", () => {
  const wide = requestOf(new Tensor("x", "INT8", [1, 3], [1, 2, 3]));
  const narrow = requestOf(new Tensor("x", "INT8", [1, 2], [1, 2]));
  assert.throws(
    () => stackBatch([wide, narrow], "x"),
    /shape \[1,2\], which cannot be stacked on \[1,3\]/,
  );
  assert.throws(() => stackBatch([], "x"), /a batch has requests/);
  assert.throws(
    () => splitBatch(new Tensor("y", "INT8", [3], [1, 2, 3]), [wide]),
    /cannot be split into 1 rows/,
  );
});
