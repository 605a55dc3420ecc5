import assert from "node:assert/strict";
import { test } from "node:test";
import { TritonError } from "../triton-error.ts";
import { type JsonValue, parseJsonDocument } from "./json-document.ts";

function parse(text: string): JsonValue {
  return parseJsonDocument(new TextEncoder().encode(text));
}

test("integers that fit 64 bits are bigint, other numbers double", () => {
  assert.deepEqual(parse("[0, -1, 18446744073709551615, 18446744073709551616, 1.0, 1e2, NaN]"), [
    0n,
    -1n,
    18446744073709551615n,
    2 ** 64,
    1,
    100,
    Number.NaN,
  ]);
});

test("objects are maps in which the first of repeated names wins", () => {
  assert.deepEqual(
    parse(' {"a": {"b": [true, false, null, "x\\u00e9"]}, "a": 2} '),
    new Map([["a", new Map([["b", [true, false, null, "xé"]]])]]),
  );
});

test("malformed text has rapidjson's message and offset", () => {
  assert.throws(
    () => parse('{"a": 1 "b"}'),
    /failed to parse the request JSON buffer: Missing a comma or '}' after an object member. at 8/,
  );
  assert.throws(() => parse(""), /The document is empty. at 0/);
});

test("deep nesting is an error, not a crash", () => {
  assert.deepEqual(parse(`${"[".repeat(100)}${"]".repeat(100)}`), nested(100));
  const deep = "[".repeat(1_000_000);
  assert.throws(
    () => parse(deep),
    (error: unknown) => {
      assert.ok(error instanceof TritonError);
      assert.equal(error.message, "JSON nesting depth exceeds maximum allowed limit (100)");
      return true;
    },
  );
});

function nested(depth: number): JsonValue {
  let value: JsonValue = [];
  for (let level = 1; level < depth; level++) {
    value = [value];
  }
  return value;
}
