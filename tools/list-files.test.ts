import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { listFiles } from "./list-files.ts";

function withTree(files: readonly string[], use: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "list-files-"));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), "");
    }
    use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("files come sorted and relative, without what is installed or built", () => {
  const tree = ["b.ts", "a/c.ts", "node_modules/x/i.js", "a/dist/c.js", ".git/HEAD", ".npmrc"];
  withTree(tree, (root) => {
    assert.deepEqual(listFiles(root), [".npmrc", "a/c.ts", "b.ts"]);
  });
});

test("a folder narrows the list, and its paths stay relative to the root", () => {
  withTree(["a/b/c.ts", "a/d.ts", "e.ts"], (root) => {
    assert.deepEqual(listFiles(root, "a"), ["a/b/c.ts", "a/d.ts"]);
  });
});

test("links are not followed: a link to a folder above would never end", () => {
  withTree(["a/b.ts"], (root) => {
    symlinkSync(root, join(root, "a/loop"));
    assert.deepEqual(listFiles(root), ["a/b.ts"]);
  });
});
