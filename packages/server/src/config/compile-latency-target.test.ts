import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText, StatusCode } from "@nereid/protocol";
import { compileLatencyTarget } from "./compile-latency-target.ts";

function compile(target: string | null, rest = "max_batch_size: 8 dynamic_batching { }") {
  const parameter =
    target === null
      ? ""
      : `parameters { key: "NEREID_LATENCY_TARGET_US" value { string_value: "${target}" } }`;
  return compileLatencyTarget(parseModelConfigText(`name: "m" ${rest} ${parameter}`));
}

test("a target is a number of microseconds; without it batch size and delay stay as they are", () => {
  assert.equal(compile(null), null);
  assert.equal(compile(" 20000 "), 20_000);
  const full = "max_batch_size: 8 dynamic_batching { preferred_batch_size: 8 }";
  assert.equal(compile("1", full), 1);
});

const WRONG: readonly (readonly [string, string | undefined, string])[] = [
  ...["", "0", "-5", "1.5", "20 ms", "3600000001"].map(
    (text) =>
      [
        text,
        undefined,
        `it is a whole number of microseconds from 1 to 3600000000, not '${text}'`,
      ] as const,
  ),
  ["5", "max_batch_size: 8", "it needs dynamic_batching"],
  ["5", "max_batch_size: 1 dynamic_batching { }", "it needs a max_batch_size of at least 2"],
  [
    "5",
    "max_batch_size: 8 dynamic_batching { preferred_batch_size: [ 4, 8 ] }",
    "it chooses the batch size, which preferred_batch_size does already",
  ],
];

for (const [text, rest, message] of WRONG) {
  test(`'${text}' is refused: ${message}`, () => {
    assert.throws(() => compile(text, rest), {
      code: StatusCode.InvalidArg,
      message: `parameter 'NEREID_LATENCY_TARGET_US' of model 'm': ${message}`,
    });
  });
}
