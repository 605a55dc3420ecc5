import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpectedDifference } from "./expected-differences.ts";
import { digestOfCase, type Golden } from "./golden-file.ts";
import { judgeRefusal, judgeSuite } from "./judge-suite.ts";
import type { Observation } from "./observation.ts";
import { type Case, type Suite, send, testCase } from "./suite.ts";

const CASE = testCase("c", send("/a"), send("/b"));
const RECORDED: readonly Observation[] = [
  { status: 200, text: "a" },
  { status: 200, text: "b" },
];

function problemsOf(options: {
  readonly actual: readonly Observation[];
  readonly differences?: readonly ExpectedDifference[];
  readonly item?: Case;
  readonly asked?: string | null;
}): readonly string[] {
  const item = options.item ?? CASE;
  const suite: Suite = { name: "L0_x", about: "", models: [], flags: [], cases: [item] };
  const asked = options.asked === undefined ? digestOfCase(item) : options.asked;
  const golden: Golden = {
    provenance: { suite: "L0_x", server: "", command: "" },
    answers: new Map(asked === null ? [] : [["c", { asked, observations: RECORDED }]]),
  };
  const [verdict] = judgeSuite({
    suite,
    golden,
    observations: new Map([["c", options.actual]]),
    differences: options.differences ?? [],
  });
  assert.ok(verdict !== undefined);
  assert.equal(verdict.isPassed, verdict.problems.length === 0);
  return verdict.problems;
}

function difference(expect: ExpectedDifference["expect"], step: number | null): ExpectedDifference {
  return {
    case: "L0_x/c",
    step,
    kind: "improvement",
    reason: "we do better",
    source: null,
    expect,
  };
}

test("answers as recorded pass", () => {
  assert.deepEqual(problemsOf({ actual: RECORDED }), []);
});

test("another answer fails, and says which one", () => {
  assert.deepEqual(
    problemsOf({
      actual: [
        { status: 200, text: "a" },
        { status: 500, text: "b" },
      ],
    }),
    ["answer 1: status: expected 200, got 500"],
  );
});

test("a case without a record, or with one of another request, fails", () => {
  assert.match(problemsOf({ actual: RECORDED, asked: null })[0] ?? "", /nothing is recorded/);
  assert.match(problemsOf({ actual: RECORDED, asked: "other" })[0] ?? "", /asks something else/);
});

test("an expected difference is what is compared with", () => {
  const differences = [difference({ text: "better" }, 1)];
  const actual = [
    { status: 200, text: "a" },
    { status: 200, text: "better" },
  ];
  assert.deepEqual(problemsOf({ actual, differences }), []);
  const wrong = [
    { status: 200, text: "a" },
    { status: 200, text: "worse" },
  ];
  assert.equal(problemsOf({ actual: wrong, differences }).length, 1);
});

test("an expected difference that is not there any more fails", () => {
  const differences = [difference({ text: "better" }, 1)];
  assert.match(
    problemsOf({ actual: RECORDED, differences })[0] ?? "",
    /answer 1: agrees with the real server although a difference is expected: we do better/,
  );
});

test("what the real server does not survive needs an expected answer", () => {
  const item: Case = { ...testCase("c", send("/a")), isDeadlyForPeer: true };
  const actual = [{ status: 400, text: "refused" }];
  assert.match(problemsOf({ item, actual, asked: null })[0] ?? "", /no expected difference/);
  const differences = [difference({ status: 400, text: "refused" }, null)];
  assert.deepEqual(problemsOf({ item, actual, asked: null, differences }), []);
});

test("a suite whose flags are to be refused passes only if they are, with the words", () => {
  const entry = difference({ status: "exit 1", text: "not yet" }, null);
  assert.equal(judgeRefusal(entry, { code: 1, output: "it is not yet there" }).isPassed, true);
  assert.equal(judgeRefusal(entry, { code: 2, output: "not yet" }).isPassed, false);
  assert.equal(judgeRefusal(entry, { code: 1, output: "something else" }).isPassed, false);
  assert.match(judgeRefusal(entry, null).problems[0] ?? "", /serves although/);
});
