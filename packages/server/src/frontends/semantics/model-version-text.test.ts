import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelVersion } from "./model-version-text.ts";

test("a version is read as far as it is a number", () => {
  const versions: readonly (readonly [string, bigint | null])[] = [
    ["", null],
    ["1", 1n],
    ["0", 0n],
    [" \t12", 12n],
    ["+3", 3n],
    ["1abc", 1n],
    ["1.5", 1n],
    ["9223372036854775807", 9223372036854775807n],
  ];
  for (const [text, version] of versions) {
    assert.equal(parseModelVersion(text), version, text);
  }
});

test("what is no number, too large or negative is refused with the real server's words", () => {
  const rest = "(details: stol), version should be an integral value > 0";
  for (const text of ["abc", " ", "-", "9223372036854775808", "-9223372036854775809"]) {
    assert.throws(() => parseModelVersion(text), {
      message: `failed to get model version from specified version string '${text}' ${rest}`,
    });
  }
  assert.throws(() => parseModelVersion("-1"), {
    message: "invalid model version specified '-1' , version should be an integral value > 0",
  });
});
