import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatCliDocument } from "./cli-document.ts";
import { FLAG_TABLE } from "./flag-table.ts";

test("docs/cli.md is what the flag table says: node tools/generate-cli-document.ts writes it", () => {
  const document = new URL("../../../../docs/cli.md", import.meta.url);
  assert.equal(readFileSync(document, "utf8"), formatCliDocument());
});

test("the document has a row for each flag", () => {
  const document = formatCliDocument();
  for (const { name } of FLAG_TABLE) {
    assert.match(document, new RegExp(`^\\| \`--${name}\`( \\+)? \\|`, "m"));
  }
});
