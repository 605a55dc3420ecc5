// Tests the Python side's own tests: they run in a Python process, without a server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { preparePython } from "../../../../../tools/python-environment.ts";

const DIRECTORY = join(import.meta.dirname, "../../../python");
const TIMEOUT_MS = 120_000;

test("the Python API keeps its promises", async () => {
  const python = await preparePython({
    file: join(DIRECTORY, "requirements-test.txt"),
    modules: ["numpy"],
  });
  const { stderr } = await promisify(execFile)(
    python,
    ["-B", "-m", "unittest", "discover", "-t", ".", "-s", "tests"],
    { cwd: DIRECTORY, timeout: TIMEOUT_MS },
  );
  // unittest is content with no tests at all.
  const [, count] = /^Ran (\d+) tests/m.exec(stderr) ?? [];
  assert.ok(Number(count) >= 70, stderr);
});
