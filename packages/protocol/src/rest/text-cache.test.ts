import assert from "node:assert/strict";
import { test } from "node:test";
import { TextCache } from "./text-cache.ts";

test("texts are right whatever was looked up before them", () => {
  const cache = new TextCache();
  const encoder = new TextEncoder();
  const texts = Array.from({ length: 3000 }, (_, index) => `${"x".repeat(index % 60)}${index}`);
  for (const text of [...texts, ...texts.reverse(), "", "a", "INPUT0", "INPUT1", "INPUT0"]) {
    const bytes = encoder.encode(`"${text}"`);
    assert.equal(cache.textOf(bytes, 1, bytes.byteLength - 1), text);
  }
});
