import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import type { FairQueueSpec } from "../model/batching-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import { FairOrder } from "./fair-order.ts";

const MODEL = modelSpec();

const SPEC: FairQueueSpec = {
  key: "tenant",
  weights: new Map([
    ["gold", 4],
    ["silver", 2],
  ]),
  weightDefault: 1,
};

function makeRequest(tenant: string | number | null, rows = 1): InferenceRequest {
  const request = new InferenceRequest(MODEL, { send() {} }, 0);
  request.batchSize = rows;
  request.id = String(tenant);
  if (tenant !== null) {
    request.parameters = new Map([["tenant", tenant]]);
  }
  return request;
}

type Step = readonly ["push", number, number] | readonly ["shift"] | readonly ["remove", number];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("push" as const), fc.nat(4), fc.integer({ min: 1, max: 8 })),
    fc.tuple(fc.constant("shift" as const)),
    fc.tuple(fc.constant("remove" as const), fc.nat(30)),
  ),
  { maxLength: 200 },
);

test("property: a walk names everybody in the order in which they are then taken, and skips change nothing else", () => {
  fc.assert(
    fc.property(steps, fc.array(fc.boolean(), { maxLength: 30 }), (script, skips) => {
      const order = new FairOrder(SPEC, "queued");
      const waiting: InferenceRequest[] = [];
      const names = ["gold", "silver", "x", "y", null];
      for (const [kind, first, rows] of script) {
        if (kind === "push") {
          const request = makeRequest(names[first ?? 0] ?? null, rows);
          waiting.push(request);
          order.push(request);
        } else if (kind === "shift") {
          const request = order.shift();
          assert.equal(request === null, waiting.length === 0);
          waiting.splice(waiting.indexOf(request!), request === null ? 0 : 1);
        } else if (waiting.length > 0) {
          const [request] = waiting.splice((first ?? 0) % waiting.length, 1);
          order.remove(request!);
        }
        assert.equal(order.size, waiting.length);
      }
      const named: InferenceRequest[] = [];
      let place = 0;
      for (let request = order.startWalk(); request !== null; place++) {
        if (skips[place] === true) {
          const next = order.skip(request);
          order.remove(request);
          request = next;
        } else {
          named.push(request);
          request = order.pass(request);
        }
      }
      for (const request of named) {
        assert.equal(order.shift(), request);
      }
      assert.equal(order.shift(), null);
      assert.equal(order.flowCount, 0);
    }),
    fuzzOptions(),
  );
});
