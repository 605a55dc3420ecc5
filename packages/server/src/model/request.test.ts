import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelSpec } from "./model-spec.ts";
import { InferenceRequest } from "./request.ts";

const MODEL = { name: "m" } as ModelSpec; // nothing else of it is read

test("whoever waits for the client to catch up is called once", () => {
  const request = new InferenceRequest(MODEL, { send() {} }, 0);
  let callCount = 0;
  request.setCongested(true);
  request.drainListener = () => {
    callCount++;
  };
  request.setCongested(true);
  assert.equal(callCount, 0);
  request.setCongested(false);
  request.setCongested(false);
  assert.ok(!request.isCongested);
  assert.equal(callCount, 1);
});

test("nobody is called for a request that has ended", () => {
  const request = new InferenceRequest(MODEL, { send() {} }, 0);
  request.setCongested(true);
  request.drainListener = () => assert.fail("called");
  request.respond(null, true);
  request.setCongested(false);
});
