import assert from "node:assert/strict";
import { test } from "node:test";
import {
  expectedObservation,
  parseExpectedDifferences,
  readExpectedDifferences,
} from "./expected-differences.ts";
import { observedSteps } from "./suite.ts";
import { SUITES } from "./suites/all-suites.ts";

const ENTRY = "- case: s/c\n  kind: improvement\n  reason: better\n  expect: { status: 200 }\n";

test("an entry is read with its defaults", () => {
  assert.deepEqual(parseExpectedDifferences(ENTRY), [
    {
      case: "s/c",
      step: null,
      kind: "improvement",
      reason: "better",
      source: null,
      expect: { status: 200 },
    },
  ]);
});

test("what is not well-formed is refused, naming the entry", () => {
  for (const [text, problem] of [
    ["a: 1", /a list is expected/],
    ["- 1", /entry 1: not a mapping/],
    [`${ENTRY}- case: x`, /entry 2: 'case', 'kind' and 'reason' are required/],
    [ENTRY.replace("improvement", "wish"), /'kind'/],
    [ENTRY.replace("improvement", "version"), /needs its 'source'/],
    [ENTRY.replace("{ status: 200 }", "{}"), /'expect' says what is right/],
    [ENTRY.replace("status", "body"), /unknown field 'body' in 'expect'/],
    [`${ENTRY}  steps: 1\n`, /unknown field 'steps'/],
  ] as const) {
    assert.throws(() => parseExpectedDifferences(text), problem, text);
  }
});

test("expected fields replace recorded ones, null removes them", () => {
  const difference = parseExpectedDifferences(
    ENTRY.replace("{ status: 200 }", "{ status: 400, tail: null }"),
  )[0];
  assert.ok(difference !== undefined);
  const recorded = { status: 200, text: "t", tail: "AA==" };
  assert.deepEqual(expectedObservation(recorded, difference), { status: 400, text: "t" });
  const silent = parseExpectedDifferences(ENTRY.replace("status: 200", "text: x"))[0];
  assert.ok(silent !== undefined);
  assert.throws(() => expectedObservation(undefined, silent), /gives no status/);
});

test("the file of the project names cases that exist, each answer once", () => {
  const cases = new Map(
    SUITES.flatMap((suite) =>
      suite.cases.map((item) => [`${suite.name}/${item.name}`, observedSteps(item).length]),
    ),
  );
  for (const suite of SUITES) {
    cases.set(suite.name, 1);
  }
  const seen = new Set<string>();
  for (const { case: name, step } of readExpectedDifferences()) {
    const answers = cases.get(name);
    assert.ok(answers !== undefined, `${name} does not exist`);
    assert.ok(step === null || step < answers, `${name} has no answer ${step}`);
    assert.ok(!seen.has(`${name} ${step}`), `${name} is there twice`);
    seen.add(`${name} ${step}`);
  }
});
