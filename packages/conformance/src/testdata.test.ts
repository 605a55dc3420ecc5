// Tests that the committed models of testdata are what their program writes.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generateTestModels } from "../../../testdata/generate.ts";

const COMMITTED = join(import.meta.dirname, "../../../testdata/models");

function filesOf(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    files.map((path) => [path.slice(directory.length), readFileSync(path).toString("base64")]),
  );
}

test("testdata/models is what testdata/generate.ts writes", () => {
  const directory = mkdtempSync(join(tmpdir(), "testdata-"));
  try {
    generateTestModels(directory);
    assert.deepEqual(filesOf(COMMITTED), filesOf(directory));
    assert.equal(readdirSync(directory).length, 7, "a client example counts the models");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
