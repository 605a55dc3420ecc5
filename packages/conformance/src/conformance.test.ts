// Tests our server, from its sources, against everything that is recorded of the real one: `npm run conformance` in full.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";

test("our server answers every recorded case as the real one, or as the differences say", async () => {
  const suites = SUITES.flatMap(({ name }) => ["--only", name]);
  assert.equal(
    await runConformance(suites, {}),
    0,
    "what the suites printed above says which do not",
  );
});
