import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { checkUnsignedValue, parseBoolValue, parseIntValue } from "./parse-value.ts";

test("integers are read as the C++ server reads them", () => {
  for (const [text, value] of [
    ["0", 0],
    ["12", 12],
    ["-3", -3],
    ["+4", 4],
    [" 1", 1],
    ["1z", 1],
    ["2147483647", 2147483647],
  ] as const) {
    assert.equal(parseIntValue(text), value, text);
  }
});

test("what is no 32-bit integer is refused with the real server's text", () => {
  for (const text of ["", "x", "z1", "- 1", "99999999999", "-99999999999"]) {
    assert.throws(() => parseIntValue(text), {
      code: StatusCode.InvalidArg,
      message: `failed to convert '${text}' to integral number`,
    });
  }
});

test("booleans have three spellings each", () => {
  for (const text of ["true", "TRUE", "on", "1"]) {
    assert.equal(parseBoolValue(text), true);
  }
  for (const text of ["false", "Off", "0"]) {
    assert.equal(parseBoolValue(text), false);
  }
  for (const text of ["", "yes", "2", " 1"]) {
    assert.throws(() => parseBoolValue(text), {
      code: StatusCode.InvalidArg,
      message: `failed to convert '${text}' to boolean`,
    });
  }
});

test("unsigned 64-bit integers are checked to their bound", () => {
  checkUnsignedValue("0");
  checkUnsignedValue("18446744073709551615");
  for (const text of ["", "x", "18446744073709551616"]) {
    assert.throws(() => checkUnsignedValue(text), {
      message: `failed to convert '${text}' to unsigned long long integral number`,
    });
  }
});
