import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMachinePaths } from "./machine-paths.ts";
import { treeInMemory } from "./source-tree.ts";

function violationsOf(text: string, path = "docs/a.md"): string[] {
  return [...checkMachinePaths(treeInMemory({ [path]: text }))].map(
    ({ line, message }) => `${line}: ${message}`,
  );
}

/** Written so that this file itself is clean. */
function absolute(...parts: readonly string[]): string {
  return ["", ...parts].join("/");
}

test("a path under somebody's folder is refused in every kind of text", () => {
  const path = absolute("home", "jane", "models");
  for (const file of ["docs/a.md", "src/a.ts", "a/goldens/b.jsonl", ".npmrc", "run", "a.py"]) {
    assert.deepEqual(violationsOf(`see\n"${path}"`, file), [
      `2: ${absolute("home", "jane")} is a path of one machine`,
    ]);
  }
  for (const folder of ["root", "work", "Users"]) {
    assert.equal(violationsOf(`cd ${absolute(folder, "x")}`).length, 1, folder);
  }
});

test("other paths, addresses and relative paths are fine", () => {
  const texts = [
    absolute("models", "a"),
    absolute("opt", "home", "a"),
    `https:${absolute("", "host", "home", "a")}`,
    `https:${absolute("", "work", "a")}`,
    `~${absolute("work", "a")}`,
    `..${absolute("work", "a")}`,
    `the ${absolute("home")} folder`,
  ];
  for (const text of texts) {
    assert.deepEqual(violationsOf(text), [], text);
  }
});

test("binary files are not read", () => {
  assert.deepEqual(violationsOf(absolute("home", "jane"), "a/model.onnx"), []);
});
