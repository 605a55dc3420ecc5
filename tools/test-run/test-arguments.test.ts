import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTestArguments } from "./test-arguments.ts";

test("no arguments run everything with the defaults", () => {
  const expected = { isFuzz: false, paths: [], timeoutS: null, concurrency: null };
  assert.deepEqual(parseTestArguments([]), expected);
});

test("flags and paths may stand in any order", () => {
  const words = [
    "packages/server",
    "--fuzz",
    "--timeout-s=30",
    "tools/a.test.ts",
    "--concurrency=1",
  ];
  assert.deepEqual(parseTestArguments(words), {
    isFuzz: true,
    paths: ["packages/server", "tools/a.test.ts"],
    timeoutS: 30,
    concurrency: 1,
  });
});

test("a wrong flag or value is refused by name", () => {
  for (const word of [
    "--watch",
    "-v",
    "--fuzz=1",
    "--timeout-s",
    "--timeout-s=0",
    "--concurrency=x",
  ]) {
    assert.throws(() => parseTestArguments([word]), new RegExp(`${word}`));
  }
});
