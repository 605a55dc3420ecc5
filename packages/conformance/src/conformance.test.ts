// Tests our server, from its sources, against what is recorded of the real one over HTTP; conformance-grpc*.test.ts have the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";
import { SUITES } from "./suites/all-suites.ts";
import { GRPC_SUITES } from "./suites/grpc-suites.ts";

test("our server answers every recorded case as the real one, or as the differences say", async () => {
  const names = SUITES.filter((suite) => !GRPC_SUITES.includes(suite)).map(({ name }) => name);
  const words = names.flatMap((name) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, {}),
    0,
    "what the suites printed above says which do not",
  );
});
