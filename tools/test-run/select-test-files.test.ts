import assert from "node:assert/strict";
import { test } from "node:test";
import { selectTestFiles } from "./select-test-files.ts";
import { parseTestArguments } from "./test-arguments.ts";

const FILES = ["a/x.fuzz.test.ts", "a/x.test.ts", "a/x.ts", "ab/y.test.ts"];

function select(words: readonly string[], cwd = "/r"): string[] {
  return selectTestFiles(FILES, parseTestArguments(words), { root: "/r", cwd });
}

test("without paths every test file is run, fuzz tests included", () => {
  assert.deepEqual(select([]), ["a/x.fuzz.test.ts", "a/x.test.ts", "ab/y.test.ts"]);
});

test("--fuzz leaves only the fuzz tests", () => {
  assert.deepEqual(select(["--fuzz"]), ["a/x.fuzz.test.ts"]);
});

test("a folder selects what is under it, not what begins like it", () => {
  assert.deepEqual(select(["a"]), ["a/x.fuzz.test.ts", "a/x.test.ts"]);
});

test("paths start at the working directory, and each file runs once", () => {
  assert.deepEqual(select(["x.test.ts", "."], "/r/a"), ["a/x.fuzz.test.ts", "a/x.test.ts"]);
  assert.deepEqual(select(["/r/ab"]), ["ab/y.test.ts"]);
});

test("a path without tests is an error", () => {
  assert.throws(() => select(["a/x.ts"]), /no \.test\.ts file at or under a\/x\.ts/);
  assert.throws(() => select(["--fuzz", "ab"]), /no \.fuzz\.test\.ts file/);
});
