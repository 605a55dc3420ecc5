import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { OwnParameter, PARAMETER_ENTRY_COUNT_MAX } from "./own-parameters.ts";

function parameter(text: string | null): OwnParameter {
  const parameters = text === null ? {} : { NEREID_X: { stringValue: text } };
  return new OwnParameter(createModelConfig({ name: "m", parameters }), "NEREID_X");
}

test("a parameter that is not given has no entries", () => {
  assert.equal(parameter(null).isGiven, false);
  assert.equal(parameter(null).text, null);
  assert.deepEqual(parameter(null).entries(), []);
});

test("entries are names and values without the space around them; the last separator may be left out", () => {
  const expected = [
    ["a[0]", "1 2"],
    ["b:0", "x=y"],
  ];
  assert.deepEqual(parameter("a[0] = 1 2; b:0=x=y").entries(), expected);
  assert.deepEqual(parameter(" a[0]=1 2 ;b:0 =x=y ; ").entries(), expected);
});

const WRONG: readonly (readonly [string, string])[] = [
  ["", "it is empty"],
  [" ; ", "'' is not of the form name=value"],
  ["a", "'a' is not of the form name=value"],
  ["a=", "'a=' is not of the form name=value"],
  ["=1", "'=1' is not of the form name=value"],
  ["a=1;;b=2", "'' is not of the form name=value"],
  [
    "a=1;".repeat(PARAMETER_ENTRY_COUNT_MAX + 1),
    `it has ${PARAMETER_ENTRY_COUNT_MAX + 1} entries, ${PARAMETER_ENTRY_COUNT_MAX} are allowed`,
  ],
];

for (const [text, message] of WRONG) {
  test(`'${text.slice(0, 20)}' is refused: ${message}`, () => {
    assert.throws(() => parameter(text).entries(), {
      message: `parameter 'NEREID_X' of model 'm': ${message}`,
    });
  });
}

test("property: any text is read or refused with the model's name", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "=", ";", " ", "[", "]", "0", "\u00e9") }),
      (text) => {
        try {
          for (const [left, right] of parameter(text).entries()) {
            assert.ok(left !== "" && right !== "" && !left.includes("="));
          }
        } catch (error) {
          assert.ok(error instanceof TritonError);
          assert.match(error.message, /^parameter 'NEREID_X' of model 'm': /);
        }
      },
    ),
    fuzzOptions(),
  );
});
