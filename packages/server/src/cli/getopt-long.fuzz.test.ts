import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { GetoptLong, type LongOption } from "./getopt-long.ts";

const NAMES = ["a", "ab", "abc", "b-c", "b-d"] as const;
const OPTIONS: readonly LongOption[] = NAMES.map((name) => ({
  name,
  hasArgument: name !== "abc",
  meaning: name,
  yieldsPrefix: name === "b-d",
}));

const word = fc.oneof(
  fc.constantFrom(
    "--",
    "-",
    "--a",
    "--ab",
    "--abc",
    "--b",
    "--b-",
    "--b-d",
    "-a",
    "x",
    "",
    "--a=",
    "--=",
  ),
  fc.string(),
  fc.string().map((text) => `--${text}`),
  fc.tuple(fc.constantFrom(...NAMES), fc.string()).map(([name, value]) => `--${name}=${value}`),
);

test("any words come to an end within as many steps, and operands keep their order", () => {
  const property = fc.property(fc.array(word), (words) => {
    const getopt = new GetoptLong(words, OPTIONS);
    for (let count = 0; count <= words.length; count++) {
      const step = getopt.step();
      if (step.kind === "end") {
        let position = 0;
        for (const operand of step.operands) {
          position = words.indexOf(operand, position) + 1;
          assert.ok(position > 0, `${operand} is not where it was`);
        }
        return;
      }
    }
    assert.fail("more steps than words");
  });
  fc.assert(property, fuzzOptions());
});

test("what was written with exact names is read back", () => {
  const given = fc.record({
    name: fc.constantFrom(...NAMES),
    value: fc.string(),
    isJoined: fc.boolean(),
  });
  const property = fc.property(fc.array(given), fc.array(fc.string()), (flags, operands) => {
    const words = flags.flatMap(({ name, value, isJoined }) => {
      if (name === "abc") {
        return ["--abc"];
      }
      return isJoined ? [`--${name}=${value}`] : [`--${name}`, value];
    });
    const getopt = new GetoptLong([...words, "--", ...operands], OPTIONS);
    for (const { name, value } of flags) {
      const step = getopt.step();
      assert.ok(step.kind === "option");
      assert.equal(step.option.name, name);
      assert.equal(step.value, name === "abc" ? "" : value);
    }
    assert.deepEqual(getopt.step(), { kind: "end", operands });
  });
  fc.assert(property, fuzzOptions());
});
