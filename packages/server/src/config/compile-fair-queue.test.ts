import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText, StatusCode } from "@nereid/protocol";
import { compileFairQueue } from "./compile-fair-queue.ts";

function compile(parameters: Readonly<Record<string, string>>, batching = "dynamic_batching { }") {
  const entries = Object.entries(parameters).map(
    ([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`,
  );
  return compileFairQueue(parseModelConfigText(`name: "m" ${batching} ${entries.join(" ")}`));
}

test("without a key requests are served as they come", () => {
  assert.equal(compile({}), null);
});

test("a key alone gives every flow the same", () => {
  assert.deepEqual(compile({ NEREID_FAIR_KEY: " tenant " }), {
    key: "tenant",
    weights: new Map(),
    weightDefault: 1,
  });
});

test("weights are by value, and one for all others", () => {
  const spec = compile({
    NEREID_FAIR_KEY: "tenant",
    NEREID_FAIR_WEIGHTS: "gold=4; silver = 2.5; *=0.5",
  });
  assert.deepEqual(spec, {
    key: "tenant",
    weights: new Map([
      ["gold", 4],
      ["silver", 2.5],
    ]),
    weightDefault: 0.5,
  });
});

const KEY = { NEREID_FAIR_KEY: "tenant" };
const WRONG: readonly (readonly [Readonly<Record<string, string>>, string | undefined, string])[] =
  [
    [
      { NEREID_FAIR_WEIGHTS: "a=1" },
      undefined,
      "'NEREID_FAIR_WEIGHTS' of model 'm': it needs NEREID_FAIR_KEY",
    ],
    [
      { NEREID_FAIR_KEY: " " },
      undefined,
      "'NEREID_FAIR_KEY' of model 'm': it is the name of a request parameter, not empty",
    ],
    [KEY, "", "'NEREID_FAIR_KEY' of model 'm': it needs dynamic_batching"],
    [
      KEY,
      "dynamic_batching { preserve_ordering: true }",
      "'NEREID_FAIR_KEY' of model 'm': requests are not served in another order where preserve_ordering is true",
    ],
    ...["0", "-1", "1e3", "x", "1001", "0.0001", ".5", "Infinity"].map(
      (weight) =>
        [
          { ...KEY, NEREID_FAIR_WEIGHTS: `a=${weight}` },
          undefined,
          `'NEREID_FAIR_WEIGHTS' of model 'm': the weight of 'a' is a number from 0.001 to 1000, not '${weight}'`,
        ] as const,
    ),
    [
      { ...KEY, NEREID_FAIR_WEIGHTS: "a=1; a=2" },
      undefined,
      "'NEREID_FAIR_WEIGHTS' of model 'm': 'a' has two weights",
    ],
  ];

for (const [parameters, batching, message] of WRONG) {
  test(`refused: ${message}`, () => {
    assert.throws(() => compile(parameters, batching), {
      code: StatusCode.InvalidArg,
      message: `parameter ${message}`,
    });
  });
}
