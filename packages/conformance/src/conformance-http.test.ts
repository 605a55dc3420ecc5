// Tests our server, from its sources, against what is recorded of the real one over HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";
import { HTTP_REQUEST_SUITES } from "./suites/all-suites.ts";

test("our server answers every recorded HTTP request as the real one, or as the differences say", async () => {
  const words = HTTP_REQUEST_SUITES.flatMap(({ name }) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, {}),
    0,
    "what the suites printed above says which do not",
  );
});
