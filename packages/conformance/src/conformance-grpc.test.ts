// Tests our server, from its sources, against what is recorded of the real one about gRPC itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "./run-conformance.ts";
import { GRPC_OWN_SUITES } from "./suites/grpc-suites.ts";

test("our server answers every recorded gRPC call as the real one, or as the differences say", async () => {
  const words = GRPC_OWN_SUITES.flatMap(({ name }) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, {}),
    0,
    "what the suites printed above says which do not",
  );
});
