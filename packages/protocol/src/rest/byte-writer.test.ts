import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "./byte-writer.ts";

test("growing keeps what has been written, and asks the given allocator", () => {
  const sizes: number[] = [];
  const writer = new ByteWriter(4, (byteSize) => {
    sizes.push(byteSize);
    return new Uint8Array(byteSize).fill(0xaa);
  });
  writer.append(new Uint8Array([1, 2, 3]));
  writer.append(new Uint8Array([4, 5]));
  writer.append(new Uint8Array(100));
  assert.deepEqual(sizes, [4, 8, 105]);
  assert.deepEqual([...writer.bytes.subarray(0, 6)], [1, 2, 3, 4, 5, 0]);
  assert.equal(writer.position, 105);
  assert.equal(writer.view.buffer, writer.bytes.buffer);
});

test("it goes on in memory that it is given", () => {
  const writer = new ByteWriter(4);
  writer.append(new Uint8Array([1]));
  const memory = new Uint8Array(16).subarray(8);
  writer.use(memory);
  writer.append(new Uint8Array([7]));
  assert.equal(memory[0], 7);
  assert.equal(writer.view.getUint8(0), 7);
});
