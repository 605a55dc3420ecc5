import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeHeaderBlock, type HeaderField } from "./header-block.ts";

test("fields of the static table are indices, others literal and not for any table", () => {
  const block = encodeHeaderBlock([
    [":status", "200"],
    [":status", "201"],
    ["content-type", "a"],
    ["x", ""],
  ]);
  assert.deepEqual(
    [...block],
    [0x88, 0x08, 3, 0x32, 0x30, 0x31, 0x0f, 16, 1, 0x61, 0x00, 1, 0x78, 0],
  );
});

test("long values have long lengths", () => {
  const block = encodeHeaderBlock([["x", "y".repeat(300)]]);
  assert.deepEqual([...block.subarray(0, 6)], [0x00, 1, 0x78, 0x7f, 173, 1]);
  assert.equal(block.byteLength, 306);
});

test("values hold a byte per character", () => {
  assert.deepEqual([...encodeHeaderBlock([["x", "\xe4\xff"]])].slice(-2), [0xe4, 0xff]);
});

test("what must not be sent is a bug", () => {
  const fields: HeaderField[] = [
    ["X", "y"],
    ["", "y"],
    ["x y", "y"],
    ["a:b", "y"],
    ["x", "a\r\nb"],
    ["x", "a\0b"],
    ["x", " a"],
    ["x", "a\t"],
    ["x", "\u0100"],
  ];
  for (const field of fields) {
    assert.throws(() => encodeHeaderBlock([field]), { name: "AssertionError" }, String(field));
  }
});
