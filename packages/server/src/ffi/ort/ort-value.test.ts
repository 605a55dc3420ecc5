import assert from "node:assert/strict";
import { after, test } from "node:test";
import { copyFromNative, NativeBlock } from "../native-memory.ts";
import { OrtElementType } from "./ort-element-type.ts";
import { fillStringTensor, readStringTensor } from "./ort-string-tensor.ts";
import { OrtValues } from "./ort-value.ts";
import { OrtFixture } from "./testing/ort-fixture.ts";

const fixture = new OrtFixture();
const values = new OrtValues(fixture.environment);
after(() => fixture[Symbol.asyncDispose]());

test("a value over memory of ours points to it, with type and shape", () => {
  const block = new NativeBlock(24);
  const value = values.createOverMemory(block.address, 24, [2, 3], OrtElementType.Float);
  assert.equal(values.dataAddress(value), block.address);
  assert.deepEqual(values.typeAndShape(value), {
    elementType: OrtElementType.Float,
    shape: [2, 3],
  });
  values.release(value);
});

test("scalars and empty tensors are values too", () => {
  const block = new NativeBlock(8);
  const scalar = values.createOverMemory(block.address, 8, [], OrtElementType.Int64);
  assert.deepEqual(values.typeAndShape(scalar), { elementType: OrtElementType.Int64, shape: [] });
  const empty = values.createOverMemory(block.address, 0, [0, 3], OrtElementType.Int64);
  assert.deepEqual(values.typeAndShape(empty).shape, [0, 3]);
  values.release(scalar);
  values.release(empty);
});

test("memory too small for the shape is refused by ONNX Runtime", () => {
  const block = new NativeBlock(8);
  assert.throws(
    () => values.createOverMemory(block.address, 8, [3], OrtElementType.Float),
    /^TritonError: onnx runtime error \d+: /,
  );
});

test("a shape beyond the limit of ranks is refused before the call", () => {
  const shape = new Array<number>(65).fill(1);
  const block = new NativeBlock(4);
  assert.throws(() => values.createOverMemory(block.address, 4, shape, OrtElementType.Float), {
    name: "AssertionError",
  });
});

test("allocated values have memory of their own", () => {
  const value = values.createAllocated([4], OrtElementType.Uint8);
  const bytes = new Uint8Array(4);
  copyFromNative(values.dataAddress(value), bytes);
  assert.deepEqual(values.typeAndShape(value), { elementType: OrtElementType.Uint8, shape: [4] });
  values.release(value);
});

/** Packs texts as BYTES tensors are packed, fills a tensor with them and reads it back. */
function roundTrip(texts: readonly string[]): string[] {
  const parts = texts.map((text) => Buffer.from(text, "latin1"));
  const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.alloc(4, 0xff), part]));
  const starts: number[] = [];
  let offset = 0;
  for (const part of parts) {
    starts.push(offset + 4);
    offset += 4 + part.length;
  }
  const value = values.createAllocated([texts.length], OrtElementType.String);
  const byteSizes = parts.map((part) => part.length);
  fillStringTensor(fixture.library, value, { bytes, starts, byteSizes });
  const { content, offsets } = readStringTensor(fixture.library, value, texts.length);
  values.release(value);
  return texts.map((_, index) => {
    const end = index + 1 < offsets.length ? Number(offsets[index + 1]) : content.length;
    return Buffer.from(content.subarray(Number(offsets[index]), end)).toString("latin1");
  });
}

test("strings go in and come out, with NUL and any other byte", () => {
  const texts = ["a", "", "x".repeat(1000), "a\0b", "\0", "\0\0end", "\xff\xfe", "last"];
  assert.deepEqual(roundTrip(texts), texts);
});

test("no strings are strings too", () => {
  assert.deepEqual(roundTrip([]), []);
  assert.deepEqual(roundTrip([""]), [""]);
});
