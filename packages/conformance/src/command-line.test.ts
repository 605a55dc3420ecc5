import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "./command-line.ts";

test("defaults", () => {
  assert.deepEqual(parseCommandLine([]), {
    isPeer: false,
    isRecordOnly: false,
    isList: false,
    only: [],
    isWithClients: false,
    isWithPythonExamples: false,
    jobs: 2,
    isVerbose: false,
  });
});

test("options are read", () => {
  const options = parseCommandLine(["--only", "a", "--only=b/c", "--peer", "--jobs", "3"]);
  assert.deepEqual(options.only, ["a", "b/c"]);
  assert.equal(options.isPeer, true);
  assert.equal(options.jobs, 3);
});

test("what is not known, or makes no sense, is refused", () => {
  for (const words of [["--nonsense"], ["positional"], ["--jobs", "0"], ["--record-only"]]) {
    assert.throws(() => parseCommandLine(words), words.join(" "));
  }
});
