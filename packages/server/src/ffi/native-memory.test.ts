import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressOf,
  copyFromNative,
  copyToNative,
  NativeBlock,
  NativeWords,
  readWord,
} from "./native-memory.ts";

test("native code sees what a block holds, and the other way round", () => {
  const block = new NativeBlock(8);
  block.bytes.set([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(readWord(block.address), 0x0807060504030201n);
  copyToNative(block.address + 2n, Uint8Array.of(9, 9));
  assert.deepEqual([...block.bytes], [1, 2, 9, 9, 5, 6, 7, 8]);
});

test("bytes are copied from an address", () => {
  const block = new NativeBlock(4);
  block.bytes.set([5, 6, 7, 8]);
  const target = new Uint8Array(3);
  copyFromNative(block.address + 1n, target);
  assert.deepEqual([...target], [6, 7, 8]);
});

test("nothing is copied where there is nothing to copy, whatever the address", () => {
  copyFromNative(0n, new Uint8Array(0));
  copyToNative(0n, new Uint8Array(0));
});

test("an address of nothing is found before native code finds it", () => {
  assert.throws(() => readWord(0n), { name: "AssertionError" });
  assert.throws(() => copyFromNative(0n, new Uint8Array(1)), { name: "AssertionError" });
  assert.throws(() => copyToNative(0n, new Uint8Array(1)), { name: "AssertionError" });
});

test("a view's address is that of its first byte", () => {
  const block = new NativeBlock(64);
  assert.equal(addressOf(block.bytes.subarray(3)), block.address + 3n);
});

test("shared memory has an address too", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(128));
  shared[5] = 42;
  const copy = new Uint8Array(1);
  copyFromNative(addressOf(shared.subarray(5)), copy);
  assert.deepEqual([...copy], [42]);
});

test("an empty block has an address all the same", () => {
  const block = new NativeBlock(0);
  assert.notEqual(block.address, 0n);
  assert.equal(block.bytes.byteLength, 0);
});

test("words are read by index, and not beyond their end", () => {
  const words = new NativeWords(2);
  words.words[1] = 7n;
  assert.equal(words.at(1), 7n);
  assert.equal(readWord(words.address + 8n), 7n);
  assert.throws(() => words.at(2), { name: "AssertionError" });
});
