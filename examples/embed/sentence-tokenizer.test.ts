import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SentenceTokenizer, TOKENS_MAX } from "./sentence-tokenizer.ts";
import { wordPieceTokenizer } from "./word-piece.ts";

const folder = mkdtempSync(join(tmpdir(), "nereid-tokenizer-"));
after(() => rmSync(folder, { recursive: true }));
const { json, size } = wordPieceTokenizer();
writeFileSync(join(folder, "tokenizer.json"), json);
const tokenizer = new SentenceTokenizer(join(folder, "tokenizer.json"));

const [PAD, UNKNOWN, START, END] = [0n, 1n, 2n, 3n];

test("a text stands between its marks, and zeros that the mask leaves out follow", () => {
  const { shape, ids, mask, types } = tokenizer.encode(["A cat", "zzz"]);
  assert.deepEqual(shape, [2, 16]);
  assert.deepEqual([ids[0], ids[3], ids[4]], [START, END, PAD]);
  assert.deepEqual(Array.from(mask.subarray(0, 5)), [1n, 1n, 1n, 1n, 0n]);
  // z ##z ##z
  assert.deepEqual([ids[16], ids[20]], [START, END]);
  assert.equal(ids[18], ids[19]);
  assert.notEqual(ids[17], ids[18]);
  assert.ok(types.every((type) => type === 0n));
  assert.ok(ids.every((id) => id < size));
});

test("capitals and accents do not matter, and letters outside the vocabulary are unknown", () => {
  assert.deepEqual(tokenizer.encode(["CAFÉ"]).ids, tokenizer.encode(["cafe"]).ids);
  assert.equal(tokenizer.encode(["東"]).ids[1], UNKNOWN);
});

test("all texts get the length of the longest, a multiple of 16", () => {
  const words = (count: number): string => "cat ".repeat(count);
  assert.deepEqual(tokenizer.encode([words(14)]).shape, [1, 16]);
  assert.deepEqual(tokenizer.encode([words(15), words(1)]).shape, [2, 32]);
  assert.deepEqual(tokenizer.encode([""]).shape, [1, 16]);
});

test("a text that is too long is cut and keeps the mark at its end", () => {
  const { shape, ids } = tokenizer.encode(["cat ".repeat(500)]);
  assert.deepEqual(shape, [1, TOKENS_MAX]);
  assert.equal(ids[TOKENS_MAX - 1], END);
});
