import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../fuzz-options.ts";
import { scanSource } from "./scan-source.ts";

test("code and source have the same length and lines, whatever the source", () => {
  const fragment = fc.constantFrom(
    "`",
    "${",
    "}",
    "{",
    '"',
    "'",
    "/",
    "/*",
    "*/",
    "//",
    "\\",
    "\n",
    "a",
    "(",
    "[",
  );
  const property = fc.property(fc.array(fragment), (fragments) => {
    const source = fragments.join("");
    const { code } = scanSource(source);
    assert.equal(code.length, source.length);
    assert.equal(code.split("\n").length, source.split("\n").length);
  });
  fc.assert(property, fuzzOptions());
});
