import { differencesOfObservation } from "./compare-observation.ts";
import { type ExpectedDifference, expectedObservation } from "./expected-differences.ts";
import { digestOfCase, type Golden } from "./golden-file.ts";
import type { Look } from "./look.ts";
import { NOT_RUN, type Observation } from "./observation.ts";
import { type Case, observedSteps, type Suite } from "./suite.ts";

/** How the problem of a case that could not be run begins. */
export const COULD_NOT_RUN = "could not be run:";

/** How one case came out. */
export interface Verdict {
  /** `suite/case`. */
  readonly name: string;
  readonly isPassed: boolean;
  /** The differences that the case has on purpose. */
  readonly expected: readonly ExpectedDifference[];
  /** What is wrong; empty if it passed. */
  readonly problems: readonly string[];
}

/** Compares a run of our server with the recorded answers. Cases that did not run get no verdict. */
export function judgeSuite(options: {
  readonly suite: Suite;
  readonly golden: Golden | null;
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
  readonly differences: readonly ExpectedDifference[];
}): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const item of options.suite.cases) {
    const actual = options.observations.get(item.name);
    if (actual === undefined) {
      continue;
    }
    const name = `${options.suite.name}/${item.name}`;
    const expected = options.differences.filter((difference) => difference.case === name);
    const problems = judgeCase({
      item,
      recorded: options.golden?.answers.get(item.name) ?? null,
      actual,
      expected,
    });
    verdicts.push({ name, isPassed: problems.length === 0, expected, problems });
  }
  return verdicts;
}

/**
 * The verdict on a suite whose flags are expected to be refused: the entry's `status` is the exit code (`exit 1`), its
 * `text` is part of what the server prints.
 */
export function judgeRefusal(
  difference: ExpectedDifference,
  refusal: { readonly code: number | null; readonly output: string } | null,
): Verdict {
  const { status, text } = difference.expect;
  const problems: string[] = [];
  if (refusal === null) {
    problems.push(`serves although its flags are expected to be refused: ${difference.reason}`);
  } else {
    if (status !== `exit ${refusal.code}`) {
      problems.push(`expected ${String(status)}, got exit ${refusal.code}`);
    }
    if (typeof text === "string" && !refusal.output.includes(text)) {
      problems.push(`expected to read\n    ${text}\n  got\n    ${refusal.output}`);
    }
  }
  return {
    name: difference.case,
    isPassed: problems.length === 0,
    expected: [difference],
    problems,
  };
}

function judgeCase(options: {
  readonly item: Case;
  readonly recorded: {
    readonly asked: string;
    readonly observations: readonly Observation[];
  } | null;
  readonly actual: readonly Observation[];
  readonly expected: readonly ExpectedDifference[];
}): readonly string[] {
  const { item, recorded, actual, expected } = options;
  if (recorded === null && item.isDeadlyForPeer !== true) {
    return ["nothing is recorded for this case: record it with --peer"];
  }
  if (recorded !== null && recorded.asked !== digestOfCase(item)) {
    return ["the case asks something else than what was recorded: record it again with --peer"];
  }
  const looks: readonly Look[] = observedSteps(item);
  const problems: string[] = [];
  for (const [index, observation] of actual.entries()) {
    const wanted = recorded?.observations[index];
    const difference = expected.find(({ step }) => step === null || step === index);
    for (const problem of judgeStep({
      wanted,
      observation,
      difference,
      look: looks[index] ?? {},
    })) {
      problems.push(actual.length > 1 ? `answer ${index}: ${problem}` : problem);
    }
  }
  return problems;
}

function judgeStep(options: {
  readonly wanted: Observation | undefined;
  readonly observation: Observation;
  readonly difference: ExpectedDifference | undefined;
  readonly look: Look;
}): readonly string[] {
  const { wanted, observation, difference, look } = options;
  if (observation.status === NOT_RUN) {
    return [`${COULD_NOT_RUN} ${observation.text}`];
  }
  if (difference === undefined) {
    return wanted === undefined
      ? ["the real server was not asked and no expected difference says what is right"]
      : differencesOfObservation(wanted, observation, look);
  }
  if (wanted !== undefined && differencesOfObservation(wanted, observation, look).length === 0) {
    return [`agrees with the real server although a difference is expected: ${difference.reason}`];
  }
  return differencesOfObservation(expectedObservation(wanted, difference), observation, look);
}
