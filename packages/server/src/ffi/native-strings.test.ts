import assert from "node:assert/strict";
import { test } from "node:test";
import { readWord } from "./native-memory.ts";
import { CStringArray, readCString } from "./native-strings.ts";

test("strings are found through their pointers, in any script and of any length", () => {
  const texts = ["a", "", "héllo 日本", "x".repeat(10_000)];
  const strings = new CStringArray(texts);
  assert.equal(strings.count, texts.length);
  texts.forEach((text, index) => {
    assert.equal(readCString(readWord(strings.address + BigInt(index) * 8n)), text);
  });
});

test("no strings make an array of no pointers", () => {
  const strings = new CStringArray([]);
  assert.equal(strings.count, 0);
  assert.notEqual(strings.address, 0n);
});

test("a NUL would end a string early and is refused", () => {
  assert.throws(() => new CStringArray(["a\0b"]), { name: "AssertionError" });
});

test("text is not read at NULL", () => {
  assert.throws(() => readCString(0n), { name: "AssertionError" });
});
