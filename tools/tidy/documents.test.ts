import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDocuments } from "./documents.ts";
import { treeInMemory } from "./source-tree.ts";

function violationsOf(files: Readonly<Record<string, string>>): string[] {
  const tree = treeInMemory({ "ARCHITECTURE.md": "# Architecture\n", ...files });
  return [...checkDocuments(tree)].map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

test("ARCHITECTURE.md exists and mentions every folder of the server", () => {
  const source = { "packages/server/src/engine/a/b.ts": "", "packages/server/src/index.ts": "" };
  assert.deepEqual(violationsOf(source), [
    "ARCHITECTURE.md:0: does not mention packages/server/src/engine, as `engine` or engine/",
  ]);
  for (const text of ["`engine` runs models", "- engine/ runs models", "`server/src/engine/`"]) {
    assert.deepEqual(violationsOf({ ...source, "ARCHITECTURE.md": text }), [], text);
  }
  assert.equal(violationsOf({ ...source, "ARCHITECTURE.md": "`my-engine`, an engine" }).length, 1);
  assert.deepEqual(
    [...checkDocuments(treeInMemory({}))],
    [{ path: "ARCHITECTURE.md", line: 0, message: "is missing" }],
  );
});

test("ARCHITECTURE.md mentions every room that the layers list further down", () => {
  const layers = { "packages/server/src": { "doors/oak": [], "doors/steel/lock": [] } };
  const files = { "layers.json": JSON.stringify(layers), "packages/server/src/doors/oak/a.ts": "" };
  const text = "`doors`; `doors/oak` is of wood, and so is oak/lock/";
  assert.deepEqual(violationsOf({ ...files, "ARCHITECTURE.md": text }), [
    "ARCHITECTURE.md:0: does not mention packages/server/src/doors/steel/lock, as `doors/steel/lock` or doors/steel/lock/",
  ]);
});

test("decisions are numbered once, named for their title, and short", () => {
  const good = { "docs/decisions/0001-a.md": "# A\n", "docs/decisions/0002-b-c.md": "# B\n" };
  assert.deepEqual(violationsOf(good), []);
  assert.deepEqual(violationsOf({ ...good, "docs/decisions/0002-d.md": "# D\n" }), [
    "docs/decisions/0002-d.md:0: has the number of 0002-b-c.md: take the next free one",
  ]);
  assert.equal(violationsOf({ "docs/decisions/3-a.md": "# A\n" }).length, 1);
  assert.equal(violationsOf({ "docs/decisions/0003-a.md": "a\n".repeat(61) }).length, 1);
});

test("links inside the tree lead somewhere", () => {
  const tree = { "docs/b.md": "# B\n", "packages/a/src/a.ts": "" };
  const good = "[b](b.md#part) [a](../packages/a/) [c](https://example.com/x.md) [d](#here)";
  assert.deepEqual(violationsOf({ ...tree, "docs/a.md": good }), []);
  assert.deepEqual(violationsOf({ ...tree, "docs/a.md": "\n[b](docs/b.md)" }), [
    "docs/a.md:2: links to docs/b.md, which is not there",
  ]);
});

test("every package is in both build lists", () => {
  const files = {
    "packages/a/tsconfig.json": "{}",
    "tsconfig.json": `{"references":[{"path":"packages/a"}]}`,
    "tsconfig.build.json": `{"references":[{"path":"packages/ab"}]}`,
  };
  assert.deepEqual(violationsOf(files), [
    "tsconfig.build.json:0: does not list packages/a in its references",
  ]);
});
