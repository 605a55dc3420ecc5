import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCliDocument } from "./cli-document.ts";
import { FLAG_TABLE } from "./flag-table.ts";

test("the document has a row for each flag", () => {
  const document = formatCliDocument();
  for (const { name } of FLAG_TABLE) {
    assert.match(document, new RegExp(`^\\| \`--${name}\`( \\+)? \\|`, "m"));
  }
});
