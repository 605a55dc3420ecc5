import assert from "node:assert/strict";
import { fstatSync } from "node:fs";
import { test } from "node:test";
import { MemoryFile } from "./memory-file.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

test("two mappings of one part show the same bytes", () => {
  const file = MemoryFile.create("test", 4 * MIB);
  const one = file.map(0, MIB);
  const other = file.map(0, MIB);
  one[12_345] = 67;
  assert.equal(other[12_345], 67);
  file.close();
});

test("a sparse file takes memory only where it is written to, and gives it back", () => {
  const file = MemoryFile.create("test", 1024 * GIB);
  const part = file.map(512 * GIB, 4 * MIB);
  const blocks = (): number => fstatSync(file.descriptor).blocks * 512;
  assert.equal(blocks(), 0);
  part.fill(1, 0, MIB);
  assert.equal(blocks(), MIB);
  if (process.platform === "linux") {
    file.discard(512 * GIB, MIB);
    assert.equal(blocks(), 0);
    assert.equal(part[0], 0);
  }
  file.close();
});

test("what is mapped outlives the descriptor", () => {
  const file = MemoryFile.create("test", MIB);
  const part = file.map(0, MIB);
  file.close();
  file.close();
  part[7] = 8;
  assert.equal(part[7], 8);
  assert.throws(() => file.descriptor, /closed file/);
});

test("what cannot be mapped is an error", () => {
  const file = MemoryFile.create("test", MIB);
  assert.throws(() => file.map(1, MIB), RangeError);
  file.close();
});
