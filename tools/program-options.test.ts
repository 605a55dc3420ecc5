import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgramOptions } from "./program-options.ts";

const OPTIONS = {
  usage: "usage",
  texts: { only: "" },
  numbers: {
    rounds: { default: 3, min: 1, isWhole: true },
    seconds: { default: 1.5, min: 0.1, isWhole: false },
  },
} as const;

test("options that are given replace their defaults", () => {
  const parse = (...words: readonly string[]): unknown => parseProgramOptions(words, OPTIONS);
  assert.deepEqual(parse(), { only: "", rounds: 3, seconds: 1.5 });
  assert.deepEqual(parse("--only", "small", "--rounds=5", "--seconds", "0.5"), {
    only: "small",
    rounds: 5,
    seconds: 0.5,
  });
  assert.equal(parse("--rounds=5", "--help"), null);
  assert.equal(parse("-h"), null);
});

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [["--bogus"], /^Unknown option '--bogus'/],
  [["word"], /^Unexpected argument 'word'/],
  [["--rounds"], /^Option '--rounds <value>' argument missing$/],
  [["--rounds=x"], /^--rounds takes a whole number of at least 1, got 'x'$/],
  [["--rounds="], /^--rounds takes a whole number of at least 1, got ''$/],
  [["--rounds=0"], /at least 1, got '0'$/],
  [["--rounds=1.5"], /whole number/],
  [["--rounds=9007199254740993"], /whole number/],
  [["--seconds=0"], /^--seconds takes a number of at least 0\.1, got '0'$/],
  [["--seconds=Infinity"], /got 'Infinity'$/],
];

for (const [words, message] of WRONG) {
  test(`${words.join(" ")} is refused in one line`, () => {
    assert.throws(
      () => parseProgramOptions(words, OPTIONS),
      (error) =>
        error instanceof TypeError && message.test(error.message) && !error.message.includes("\n"),
    );
  });
}
