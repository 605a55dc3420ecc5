import assert from "node:assert/strict";
import { test } from "node:test";
import { textFromUtf8, utf8FromText } from "./utf8.ts";

test("text is what a standard decoder makes of it", () => {
  for (const text of ["", "abc", "é€😀", "\ufeffmark", "\0\x7f"]) {
    const bytes = new TextEncoder().encode(text);
    assert.equal(textFromUtf8(bytes), text);
    assert.deepEqual(utf8FromText(text), bytes);
  }
});

test("bytes that are no UTF-8 come back as they were", () => {
  for (const bytes of [
    [0xff],
    [0x80, 0x41],
    [0xc3],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xed, 0xb2, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x9f],
    [0x41, 0xe2, 0x82, 0x42, 0xc3, 0xa9],
  ]) {
    const text = textFromUtf8(Uint8Array.from(bytes));
    assert.deepEqual([...utf8FromText(text)], bytes);
  }
});
