import assert from "node:assert/strict";
import { test } from "node:test";
import type { ParameterValue } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import { Tensor } from "../model/tensor.ts";
import { CacheKeys, HASH_TURN_BYTES_MAX } from "./cache-key.ts";

/** Only what keys are made of. */
function modelOf(name: string, versionText = "1"): ModelSpec {
  const inputs = ["A", "B"].map((input) => ({ name: input, datatype: "UINT8" }));
  return { name, versionText, inputs } as unknown as ModelSpec; // the keys read no other field
}

const MODEL = modelOf("m");
const SENDER = { send: () => {} };

function requestOf(shape: readonly number[], bytes: Uint8Array, second = 7): InferenceRequest {
  const request = new InferenceRequest(MODEL, SENDER, 0);
  request.inputs = [
    new Tensor("A", "UINT8", shape, bytes, null),
    new Tensor("B", "UINT8", [1], Uint8Array.of(second), null),
  ];
  return request;
}

function plain(): InferenceRequest {
  return requestOf([2, 2], Uint8Array.of(1, 2, 3, 4));
}

function changed(change: (request: InferenceRequest) => void): InferenceRequest {
  const request = plain();
  change(request);
  return request;
}

const KEYS = new CacheKeys(MODEL, "1");
const KEY = KEYS.keyOf(plain());

const SAME: Readonly<Record<string, InferenceRequest>> = {
  "an equal request": plain(),
  "another order of inputs": changed((request) => {
    request.inputs.reverse();
  }),
  "another id": changed((request) => {
    request.id = "x";
  }),
  "another priority and timeout": changed((request) => {
    request.priority = 2;
    request.timeoutUs = 5;
  }),
};

const OTHER: Readonly<Record<string, InferenceRequest>> = {
  "other bytes": requestOf([2, 2], Uint8Array.of(1, 2, 3, 5)),
  "another shape of the same bytes": requestOf([4, 1], Uint8Array.of(1, 2, 3, 4)),
  "bytes in another input": requestOf([2, 2], Uint8Array.of(1, 2, 3, 4), 8),
  "a missing optional input": changed((request) => {
    request.inputs.pop();
  }),
  "requested outputs": changed((request) => {
    request.requestedOutputs = ["O"];
  }),
  "a parameter": changed((request) => {
    request.parameters = new Map([["p", "1"]]);
  }),
  "a parameter of another type": changed((request) => {
    request.parameters = new Map([["p", 1n]]);
  }),
};

for (const [what, request] of Object.entries(SAME)) {
  test(`${what} has the same key`, () => {
    assert.equal(KEYS.keyOf(request), KEY);
  });
}

test("whatever an answer can depend on makes another key", () => {
  const keys = Object.values(OTHER).map((request) => KEYS.keyOf(request));
  assert.equal(new Set([KEY, ...keys]).size, keys.length + 1);
});

test("models, versions and loads have keys of their own", () => {
  const keys = [
    KEYS,
    new CacheKeys(MODEL, "2"),
    new CacheKeys(modelOf("n"), "1"),
    new CacheKeys(modelOf("m", "2"), "1"),
  ].map((made) => made.keyOf(plain()));
  assert.equal(new Set(keys).size, keys.length);
});

test("the order of parameters does not matter", () => {
  const keyWith = (parameters: readonly (readonly [string, ParameterValue])[]): string | null =>
    KEYS.keyOf(
      changed((request) => {
        request.parameters = new Map(parameters);
      }),
    );
  const one = keyWith([
    ["a", 1n],
    ["b", "x"],
  ]);
  const two = keyWith([
    ["b", "x"],
    ["a", 1n],
  ]);
  assert.equal(one, two);
});

for (const size of [1000, 16_000, 20_000, HASH_TURN_BYTES_MAX - 1]) {
  test(`${size} bytes have one key, however they are hashed`, async () => {
    const request = requestOf([size], new Uint8Array(size).fill(3));
    assert.equal(await KEYS.keyInTurns(request, () => Promise.resolve()), KEYS.keyOf(request));
  });
}

test("more bytes than fit a turn are hashed in turns", async () => {
  const size = 3 * HASH_TURN_BYTES_MAX + 5;
  const request = requestOf([size], new Uint8Array(size));
  assert.equal(KEYS.keyOf(request), null);
  let turnCount = 0;
  const turn = (): Promise<void> => {
    turnCount++;
    return Promise.resolve();
  };
  const key = await KEYS.keyInTurns(request, turn);
  assert.ok(turnCount >= 4);
  const other = requestOf([size], new Uint8Array(size).fill(1, size - 1));
  assert.notEqual(await KEYS.keyInTurns(other, turn), key);
});
