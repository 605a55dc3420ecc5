import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "./fuzz-options.ts";

test("the seed is the same for every property of a process, and of every test run", () => {
  const fuzz = { FUZZ_MS: "30" };
  assert.equal(fuzzOptions(fuzz).seed, fuzzOptions(fuzz).seed);
  assert.equal(fuzzOptions({}).seed, fuzzOptions({}).seed);
  assert.notEqual(fuzzOptions({}).seed, fuzzOptions(fuzz).seed);
});

test("SEED is taken as it is, and gives the replay more time", () => {
  const replay = fuzzOptions({ SEED: "-12", FUZZ_MS: "30" });
  assert.equal(replay.seed, -12);
  assert.ok(
    replay.interruptAfterTimeLimit > fuzzOptions({ FUZZ_MS: "30" }).interruptAfterTimeLimit,
  );
});

test("the same seed gives the same inputs", () => {
  const inputs = (): number[] => {
    const seen: number[] = [];
    const property = fc.property(fc.integer(), (value) => {
      seen.push(value);
    });
    fc.assert(property, { ...fuzzOptions({ SEED: "7" }), numRuns: 50 });
    return seen;
  };
  assert.deepEqual(inputs(), inputs());
});

test("FUZZ_MS ends a property that holds, without a failure", () => {
  let runs = 0;
  const property = fc.property(fc.nat(), () => {
    runs++;
  });
  fc.assert(property, fuzzOptions({ FUZZ_MS: "20" }));
  assert.ok(runs > 0);
});

test("a setting that is not a number in range is refused by name", () => {
  for (const env of [{ SEED: "x" }, { SEED: "1.5" }, { FUZZ_MS: "0" }, { FUZZ_MS: "-1" }]) {
    assert.throws(() => fuzzOptions(env), /^Error: (SEED|FUZZ_MS) must be an integer/);
  }
});
