// Tests our server, from its sources, against what is recorded of the real one about models of the Python backend.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../tools/python-environment.ts";
import { runConformance } from "./run-conformance.ts";
import { PYTHON_SUITES } from "./suites/all-suites.ts";

test("our server runs every recorded Python model as the real one, or as the differences say", async () => {
  const python = await preparePython({
    file: join(import.meta.dirname, "../../server/python/requirements-test.txt"),
    modules: ["numpy"],
  });
  const words = PYTHON_SUITES.flatMap(({ name }) => ["--only", name]);
  assert.ok(words.length > 0);
  assert.equal(
    await runConformance(words, { NEREID_PYTHON: python }),
    0,
    "what the suites printed above says which do not",
  );
});
