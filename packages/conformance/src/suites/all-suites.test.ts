import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readExpectedDifferences } from "../expected-differences.ts";
import { digestOfCase, goldenPath, readGolden } from "../golden-file.ts";
import { observedSteps } from "../suite.ts";
import { SUITES } from "./all-suites.ts";

test("names are unique, and fit a command line", () => {
  const names = SUITES.flatMap((suite) => suite.cases.map((item) => `${suite.name}/${item.name}`));
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(SUITES.map((suite) => suite.name)).size, SUITES.length);
  for (const name of names) {
    assert.match(name, /^L0_[a-z0-9_]+\/[\w.~-]+$/i);
  }
});

for (const suite of SUITES) {
  test(`${suite.name}: the recorded answers are those of its cases as they are now`, () => {
    const golden = readGolden(goldenPath(suite.name));
    assert.ok(golden !== null);
    assert.match(golden.provenance.server, /^tritonserver \d+\.\d+\.\d+$/);
    const survived = suite.cases.filter((item) => item.isDeadlyForPeer !== true);
    assert.deepEqual(
      [...golden.answers].map(([name, { asked }]) => [name, asked]),
      survived.map((item) => [item.name, digestOfCase(item)]),
    );
    for (const item of survived) {
      assert.equal(
        golden.answers.get(item.name)?.observations.length,
        observedSteps(item).length,
        item.name,
      );
    }
  });

  test(`${suite.name}: no answer names the machine on which it was recorded`, () => {
    const text = readFileSync(goldenPath(suite.name), "utf8");
    assert.doesNotMatch(text, /\/(?:root|home|work|tmp)\//);
  });
}

test("what the real server does not survive has an expected answer of its own", () => {
  const listed = new Set(readExpectedDifferences().map((difference) => difference.case));
  for (const suite of SUITES) {
    for (const item of suite.cases) {
      if (item.isDeadlyForPeer === true) {
        assert.ok(listed.has(`${suite.name}/${item.name}`), `${suite.name}/${item.name}`);
      }
    }
  }
});
