import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../../../base/assert.ts";
import { headerLine } from "./header-line.ts";

test("a name and a value make a line", () => {
  assert.equal(headerLine("Content-Type", "text/plain"), "Content-Type: text/plain\r\n");
  assert.equal(headerLine("a", ""), "a: \r\n");
  assert.equal(headerLine("X!#$%&'*+-.^_`|~9", "a\tb c\xff"), "X!#$%&'*+-.^_`|~9: a\tb c\xff\r\n");
});

test("nothing can end the line early or begin another one", () => {
  for (const [name, value] of [
    ["", "a"],
    ["a b", "c"],
    ["a:", "b"],
    ["a\r\nb", "c"],
    ["\xe9", "c"],
    ["a", "b\r\nSet-Cookie: c"],
    ["a", "b\nc"],
    ["a", "b\rc"],
    ["a", "b\0"],
    ["a", " b"],
    ["a", "b "],
    ["a", "b\n"],
    ["a", "\u20ac"],
  ] as const) {
    assert.throws(() => headerLine(name, value), AssertionError, JSON.stringify([name, value]));
  }
});
