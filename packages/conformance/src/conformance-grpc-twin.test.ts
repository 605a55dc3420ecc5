// Tests our server, from its sources, over gRPC where the same is asked over HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";
import { GRPC_TWIN_SUITES } from "./suites/grpc-suites.ts";

test("our server answers over gRPC what it answers over HTTP, as the real one, or as the differences say", async () => {
  const words = GRPC_TWIN_SUITES.flatMap(({ name }) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, {}),
    0,
    "what the suites printed above says which do not",
  );
});
