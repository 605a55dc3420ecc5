import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteList } from "./byte-list.ts";

test("a single piece stays the view that it is", () => {
  const list = new ByteList();
  const piece = Uint8Array.of(1, 2, 3);
  list.appendView(piece);
  assert.equal(list.bytes, piece);
});

test("a piece behind a view is added to a copy, and the view is not written", () => {
  const memory = Uint8Array.of(1, 2, 3, 4);
  const list = new ByteList();
  list.appendView(memory.subarray(0, 2));
  const start = list.reserve(1);
  list.memory[start] = 9;
  list.appendView(memory.subarray(2));
  assert.deepEqual([...list.bytes], [1, 2, 9, 3, 4]);
  assert.deepEqual([...memory], [1, 2, 3, 4]);
});

test("an empty view before others changes nothing", () => {
  const list = new ByteList();
  list.appendView(new Uint8Array(0));
  const start = list.reserve(2);
  list.memory.set([1, 2], start);
  assert.deepEqual([...list.bytes], [1, 2]);
});

test("byte by byte, the memory is at most twice what has come", () => {
  const list = new ByteList();
  for (let index = 0; index < 5000; index++) {
    const start = list.reserve(1);
    list.memory[start] = index;
    assert.ok(list.bytes.buffer.byteLength <= Math.max(64, 2 * list.size));
  }
  assert.deepEqual(
    list.bytes,
    Uint8Array.from({ length: 5000 }, (_, index) => index),
  );
});
