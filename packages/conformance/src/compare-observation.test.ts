import assert from "node:assert/strict";
import { test } from "node:test";
import { differencesOfObservation } from "./compare-observation.ts";

const GOOD = {
  status: 200,
  headers: { "content-type": "application/json" },
  text: '{"a":0.5}',
  tail: Buffer.from(Float32Array.of(1, 2).buffer).toString("base64"),
};

test("an observation agrees with itself", () => {
  assert.deepEqual(differencesOfObservation(GOOD, GOOD, {}), []);
});

test("status, headers, body and tail are compared", () => {
  const bad = { status: 400, headers: { allow: "GET" }, text: '{"a":0.25}', tail: "AAAA" };
  assert.deepEqual(differencesOfObservation(GOOD, bad, {}), [
    "status: expected 200, got 400",
    "header content-type: expected application/json, got none",
    "header allow: expected none, got GET",
    "$.a: expected 0.5, got 0.25",
    "binary tail: expected 8 bytes, got 3",
  ]);
});

test("error texts are compared byte for byte", () => {
  const wanted = { status: 400, text: '{"error":"a  b"}' };
  const got = { status: 400, text: '{"error":"a b"}' };
  assert.equal(differencesOfObservation(wanted, got, {}).length, 1);
});

test("a body that is not JSON is compared as text", () => {
  const found = differencesOfObservation(
    { status: 200, text: "x" },
    { status: 200, text: "y" },
    {},
  );
  assert.equal(found.length, 1);
});

test("a tail of floats may have a tolerance", () => {
  const tail = Buffer.from(Float32Array.of(1, 2.000001).buffer).toString("base64");
  assert.equal(differencesOfObservation(GOOD, { ...GOOD, tail }, {}).length, 1);
  const look = { tail: "FP32", tolerance: 1e-5 } as const;
  assert.deepEqual(differencesOfObservation(GOOD, { ...GOOD, tail }, look), []);
  assert.equal(differencesOfObservation(GOOD, { ...GOOD, tail }, { tail: "FP32" }).length, 1);
});

test("of the JSON part's length only its presence counts", () => {
  const name = "inference-header-content-length";
  const of = (headers: Readonly<Record<string, string>>): object => ({ status: 200, headers });
  const compare = (left: object, right: object): number =>
    differencesOfObservation(left as typeof GOOD, right as typeof GOOD, {}).length;
  assert.equal(compare(of({ [name]: "10" }), of({ [name]: "11" })), 0);
  assert.equal(compare(of({ [name]: "10" }), of({})), 1);
});
