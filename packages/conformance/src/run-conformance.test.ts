import assert from "node:assert/strict";
import { test } from "node:test";
import { ownCommand, peerCommand, runConformance, selectedCases } from "./run-conformance.ts";
import { type Suite, send, testCase } from "./suite.ts";

const SUITE: Suite = {
  name: "L0_x",
  about: "",
  models: [],
  flags: [],
  cases: [testCase("a", send("/a")), testCase("b", send("/b"))],
};

test("suites and cases are selected by name", () => {
  assert.equal(selectedCases(SUITE, []), "all");
  assert.equal(selectedCases(SUITE, ["L0_y", "L0_x"]), "all");
  assert.equal(selectedCases(SUITE, ["L0_y"]), "none");
  assert.deepEqual(selectedCases(SUITE, ["L0_x/b", "L0_y/a"]), new Set(["b"]));
});

test("commands come from the environment, with words of their own", () => {
  assert.equal(peerCommand({}), null);
  assert.equal(peerCommand({ TRITONSERVER: " " }), null);
  assert.deepEqual(peerCommand({ TRITONSERVER: "run me" }), ["run", "me"]);
  assert.deepEqual(ownCommand({ NEREID_SERVER: "other" }), ["other"]);
  assert.equal(ownCommand({})[0], process.execPath);
});

test("what cannot be done ends with exit code 2, before anything is started", async (context) => {
  const said = context.mock.method(process.stderr, "write", () => true);
  for (const [words, problem] of [
    [["--nonsense"], /nonsense/],
    [["--only", "L0_nothing"], /no suite or case has that name/],
    [["--peer"], /TRITONSERVER/],
    [["--clients"], /TRITON_CLIENT_PYTHON/],
  ] as const) {
    said.mock.resetCalls();
    assert.equal(await runConformance(words, {}), 2);
    assert.match(String(said.mock.calls[0]?.arguments[0]), problem);
  }
});
