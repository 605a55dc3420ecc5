// Tests our server, from its sources, against what is recorded of the real one about command lines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";
import { COMMAND_LINE_SUITES } from "./suites/all-suites.ts";

test("our server treats every recorded command line as the real one, or as the differences say", async () => {
  const words = COMMAND_LINE_SUITES.flatMap(({ name }) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, {}),
    0,
    "what the suites printed above says which do not",
  );
});
