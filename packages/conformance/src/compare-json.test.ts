import assert from "node:assert/strict";
import { test } from "node:test";
import { differencesOfJson } from "./compare-json.ts";
import { parseJsonText } from "./json-text.ts";

function differences(
  expected: string,
  actual: string,
  tolerance: { readonly float?: number; readonly anyOrder?: boolean } = {},
): readonly string[] {
  return differencesOfJson(parseJsonText(expected), parseJsonText(actual), {
    float: 0,
    anyOrder: false,
    ...tolerance,
  });
}

test("equal documents have no differences, whatever their space", () => {
  assert.deepEqual(
    differences('{"a":[1,2.5,"x",null,NaN]}', '{ "a" : [1,2.50,"x",null,NaN] }'),
    [],
  );
});

test("every difference is named with its place", () => {
  assert.deepEqual(differences('{"a":[1,{"b":2}]}', '{"a":[1,{"b":3}]}'), [
    "$.a[1].b: expected 2, got 3",
  ]);
  assert.deepEqual(differences("[1,2]", "[1]"), ["$: expected 2 elements, got 1"]);
  assert.deepEqual(differences('{"a":1}', '{"b":1}'), ["$: expected keys a, got b"]);
  assert.deepEqual(differences('"x"', "null"), ['$: expected "x", got null']);
  assert.deepEqual(differences("true", "false"), ["$: expected true, got false"]);
});

test("the order of keys counts unless it is said not to", () => {
  assert.equal(differences('{"a":1,"b":2}', '{"b":2,"a":1}').length, 1);
  assert.deepEqual(differences('{"a":1,"b":2}', '{"b":2,"a":1}', { anyOrder: true }), []);
});

test("the order of elements counts unless it is said not to", () => {
  assert.equal(differences("[1,2,2]", "[2,1,2]").length, 2);
  assert.deepEqual(differences("[1,2,2]", "[2,1,2]", { anyOrder: true }), []);
  assert.equal(differences("[1,2,2]", "[2,1,1]", { anyOrder: true }).length, 1);
});

test("integers are exact beyond 2^53", () => {
  assert.deepEqual(differences("9007199254740993", "9007199254740993"), []);
  assert.equal(differences("9007199254740993", "9007199254740992").length, 1);
});

test("an integer is not a number with a fraction", () => {
  assert.equal(differences("1.0", "1").length, 1);
  assert.deepEqual(differences("1.0", "1.00"), []);
});

test("floats are equal within the tolerance, and only within it", () => {
  assert.deepEqual(differences("[1000000.5,0.1]", "[1000001.0,0.1000001]", { float: 1e-6 }), []);
  assert.equal(differences("1000000.5", "1000003.5", { float: 1e-6 }).length, 1);
  assert.equal(differences("0.1", "0.1000001").length, 1);
  assert.equal(differences("NaN", "0.0", { float: 1 }).length, 1);
  assert.equal(differences("Infinity", "1e308", { float: 1 }).length, 1);
});
