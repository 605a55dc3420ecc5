import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../tools/fuzz-options.ts";
import { type JsonNode, JsonNumber, parseJsonText } from "./json-text.ts";

/** What JSON.parse would have made of it. */
function plain(node: JsonNode): unknown {
  if (node instanceof JsonNumber) {
    return Number(node.text);
  }
  if (Array.isArray(node)) {
    return node.map(plain);
  }
  if (node !== null && typeof node === "object" && "members" in node) {
    return JSON.parse(
      `{${node.members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(plain(value))}`).join()}}`,
    );
  }
  return node;
}

test("the reader agrees with JSON.parse on every JSON text", () => {
  const property = fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    assert.deepEqual(plain(parseJsonText(text)), JSON.parse(text));
  });
  fc.assert(property, fuzzOptions());
});

test("any text is read or refused with a SyntaxError", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    '"',
    ":",
    ",",
    "1",
    "-",
    ".",
    "e",
    "\\",
    "u0",
    "null",
    " ",
  );
  const property = fc.property(fc.array(piece), (pieces) => {
    try {
      parseJsonText(pieces.join(""));
    } catch (error) {
      assert.ok(error instanceof SyntaxError);
    }
  });
  fc.assert(property, fuzzOptions());
});
