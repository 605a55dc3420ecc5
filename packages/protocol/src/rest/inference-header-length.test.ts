import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { parseInferenceHeaderLength } from "./inference-header-length.ts";

test("digits are taken as by strtol", () => {
  for (const [text, size] of [
    ["0", 0],
    ["-0", 0],
    ["96", 96],
    [" \t+96", 96],
    ["96abc", 96],
    ["0x10", 0],
    ["1.5", 1],
    ["0096", 96],
  ] as const) {
    assert.equal(parseInferenceHeaderLength(text, 96), size, text);
  }
});

test("what is no size of a part of the body is refused", () => {
  const name = "Inference-Header-Content-Length";
  for (const [text, message] of [
    ["", `Unable to parse ${name}, got: `],
    ["x", `Unable to parse ${name}, got: x`],
    ["- 5", `Unable to parse ${name}, got: - 5`],
    [
      "99999999999",
      `Unable to parse ${name}, value is out of range [ -2147483648, 2147483647 ], got: 99999999999`,
    ],
    ["-1", "inference header size should be in range (0, 96), got: -1"],
    ["97", "inference header size should be in range (0, 96), got: 97"],
  ] as const) {
    assert.throws(() => parseInferenceHeaderLength(text, 96), {
      code: StatusCode.InvalidArg,
      message,
    });
  }
});
