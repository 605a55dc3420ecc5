import assert from "node:assert/strict";
import { test } from "node:test";
import { ParseError } from "./parse-error.ts";
import {
  asciiLowerCase,
  parseBoolean,
  parseFloating,
  parseInteger,
  parseInteger64,
  parseIntegerOrBoolean,
  parseUnsigned64,
} from "./parse-value.ts";

function refuses(read: () => unknown, message: string): void {
  assert.throws(read, (error) => error instanceof ParseError && error.message === message);
}

test("booleans are six words in any case, and nothing else", () => {
  for (const text of ["true", "TRUE", "On", "1"]) {
    assert.equal(parseBoolean(text), true, text);
  }
  for (const text of ["false", "FaLsE", "OFF", "0"]) {
    assert.equal(parseBoolean(text), false, text);
  }
  for (const text of ["", "yes", "t", " true", "2", "01"]) {
    refuses(() => parseBoolean(text), `invalid value for bool option: ${text}`);
  }
});

test("integers are read as stoi reads them: what follows the digits is ignored", () => {
  const table: readonly (readonly [string, number])[] = [
    ["12", 12],
    ["12abc", 12],
    [" \t\n\v\f\r7", 7],
    ["+5", 5],
    ["-5", -5],
    ["-0", 0],
    ["007", 7],
    ["0x10", 0],
    ["1.9", 1],
    ["2147483647", 2147483647],
    ["-2147483648", -2147483648],
  ];
  for (const [text, value] of table) {
    assert.equal(parseInteger(text), value, text);
  }
});

test("integers without digits or beyond 32 bits are refused in tritonserver's words", () => {
  for (const text of ["", "abc", "+", "-", "- 5", "\u00a05", ".5"]) {
    refuses(() => parseInteger(text), `Invalid option value. Got ${text}\n`);
  }
  for (const text of ["2147483648", "-2147483649", "99999999999999999999x"]) {
    refuses(() => parseInteger(text), `Provided option value is out of bound. Got ${text}\n`);
  }
});

test("64-bit integers have their own limits, and unsigned ones wrap below zero", () => {
  assert.equal(parseInteger64("9223372036854775807"), 2n ** 63n - 1n);
  assert.equal(parseInteger64("-9223372036854775808"), -(2n ** 63n));
  refuses(
    () => parseInteger64("9223372036854775808"),
    "Provided option value is out of bound. Got 9223372036854775808\n",
  );
  assert.equal(parseUnsigned64("18446744073709551615"), 2n ** 64n - 1n);
  assert.equal(parseUnsigned64("-1"), 2n ** 64n - 1n);
  refuses(
    () => parseUnsigned64("18446744073709551616"),
    "Provided option value is out of bound. Got 18446744073709551616\n",
  );
});

test("a level is a number or true or false, not on or off", () => {
  assert.equal(parseIntegerOrBoolean("True"), 1);
  assert.equal(parseIntegerOrBoolean("FALSE"), 0);
  assert.equal(parseIntegerOrBoolean("3"), 3);
  refuses(() => parseIntegerOrBoolean("on"), "Invalid option value. Got on\n");
});

test("doubles are read as stod reads them", () => {
  const table: readonly (readonly [string, number])[] = [
    ["6.5", 6.5],
    [" -.5e1x", -5],
    ["1e", 1],
    ["5.", 5],
    ["0x10", 16],
    ["-0x1.8p1", -3],
    ["0xg", 0],
    ["inf", Number.POSITIVE_INFINITY],
    ["-INFINITY", Number.NEGATIVE_INFINITY],
    ["0e-999", 0],
  ];
  for (const [text, value] of table) {
    assert.equal(parseFloating(text), value, text);
  }
  assert.ok(Number.isNaN(parseFloating("nan")));
  refuses(() => parseFloating("abc"), "Invalid option value. Got abc\n");
  for (const text of ["1e999", "1e-999", "-1e999"]) {
    refuses(() => parseFloating(text), `Provided option value is out of bound. Got ${text}\n`);
  }
});

test("only ASCII letters change their case", () => {
  assert.equal(asciiLowerCase("NONE \u00c0\u212a"), "none \u00c0\u212a");
});
