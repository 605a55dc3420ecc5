import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { formatCliDocument } from "../packages/server/src/cli/cli-document.ts";

test("docs/cli.md is what the flag table says: node tools/generate-cli-document.ts writes it", () => {
  const path = join(dirname(import.meta.dirname), "docs", "cli.md");
  assert.equal(readFileSync(path, "utf8"), formatCliDocument());
});
