import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNames } from "./names.ts";
import { treeInMemory } from "./source-tree.ts";

function violationsOf(...files: readonly (readonly [path: string, text?: string])[]): string[] {
  const tree = treeInMemory(Object.fromEntries(files.map(([path, text]) => [path, text ?? ""])));
  return [...checkNames(tree)].map(({ path, message }) => `${path}: ${message}`);
}

test("names that say nothing are refused, for files and for folders", () => {
  const bad = [
    "utils.ts",
    "types.ts",
    "http-helpers.ts",
    "common.js",
    "utils/parse.ts",
    "model-manager.ts",
  ];
  for (const path of bad) {
    assert.equal(violationsOf([`packages/a/src/${path}`]).length, 1, path);
  }
  const good = ["datatype.ts", "typed-view.ts", "common-prefix.ts", "manager-free/a.ts"];
  for (const path of good) {
    assert.deepEqual(violationsOf([`packages/a/src/${path}`]), [], path);
  }
});

test("only a package has an index", () => {
  assert.deepEqual(violationsOf(["packages/a/src/index.ts"]), []);
  assert.equal(violationsOf(["packages/a/src/rest/index.ts"]).length, 1);
  assert.equal(violationsOf(["examples/index.ts"]).length, 1);
});

test("a file has 500 lines at most, unless it is generated", () => {
  const text = "a();\n".repeat(501);
  assert.deepEqual(violationsOf(["tools/a.ts", text]), [
    "tools/a.ts: has 501 lines, 500 at most: split it by concept",
  ]);
  assert.equal(violationsOf(["examples/a.py", text]).length, 1);
  assert.deepEqual(violationsOf(["tools/a.ts", text.slice(5)]), []);
  assert.deepEqual(violationsOf(["a/src/gen/a.ts", text], ["a/src/a.gen.ts", text]), []);
});

test("a test stands beside what it tests, or says what it tests", () => {
  assert.deepEqual(violationsOf(["a/b.ts"], ["a/b.test.ts"], ["a/b.fuzz.test.ts"]), []);
  assert.deepEqual(violationsOf(["a/c.test.ts"]), [
    `a/c.test.ts: has no c.ts beside it: begin it with a comment "Tests <what>"`,
  ]);
  assert.equal(violationsOf(["a/b.ts"], ["c/b.test.ts"]).length, 1);
  assert.deepEqual(violationsOf(["a/c.test.ts", "// Tests all schedulers together.\n"]), []);
  assert.deepEqual(
    violationsOf(["a/c.test.ts", "/**\n * Tests all schedulers together.\n */\n"]),
    [],
  );
});
