import assert from "node:assert/strict";
import { test } from "node:test";
import type { FairQueueSpec } from "../model/batching-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import { FairOrder, FLOW_COUNT_MAX } from "./fair-order.ts";

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

function pushMany(order: FairOrder, tenant: string | number | null, count: number): void {
  for (let index = 0; index < count; index++) {
    order.push(makeRequest(tenant));
  }
}

/** Takes some out and counts them by their tenants. */
function serve(order: FairOrder, count: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const id = order.shift()?.id ?? "nobody";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

test("flows that wait share by their weights, whoever came first", () => {
  const order = new FairOrder(SPEC, "queued");
  pushMany(order, "bronze", 100);
  pushMany(order, "silver", 100);
  pushMany(order, "gold", 100);
  assert.deepEqual(serve(order, 70), { bronze: 10, silver: 20, gold: 40 });
});

test("rows count, not requests", () => {
  const order = new FairOrder(SPEC, "queued");
  for (let index = 0; index < 40; index++) {
    order.push(makeRequest("a", 4));
    order.push(makeRequest("b", 1));
  }
  assert.deepEqual(serve(order, 25), { a: 5, b: 20 });
});

test("requests without the parameter are a flow of their own; numbers are told apart like texts", () => {
  const order = new FairOrder(SPEC, "queued");
  pushMany(order, null, 10);
  pushMany(order, 7, 10);
  pushMany(order, "7", 10);
  assert.equal(order.flowCount, 2);
  assert.deepEqual(serve(order, 12), { null: 6, 7: 6 });
});

test("the key is found whatever its case, as headers come", () => {
  const order = new FairOrder({ ...SPEC, key: "X-Tenant" }, "queued");
  for (const name of ["X-Tenant", "x-tenant", "X-TENANT"]) {
    const request = makeRequest(null);
    request.parameters = new Map([[name, "a"]]);
    order.push(request);
  }
  assert.equal(order.flowCount, 1);
  order.push(makeRequest("a"));
  assert.equal(order.flowCount, 2);
});

test("time in which a flow asked for nothing gives it no claim", () => {
  const order = new FairOrder(SPEC, "queued");
  pushMany(order, "a", 100);
  serve(order, 50);
  pushMany(order, "b", 100);
  assert.deepEqual(serve(order, 20), { a: 10, b: 10 });
});

test("a flow that sends one request at a time gets no more than its weight", () => {
  const order = new FairOrder(SPEC, "queued");
  pushMany(order, "gold", 1000);
  order.push(makeRequest("x"));
  let servedOfX = 0;
  for (let index = 0; index < 500; index++) {
    if (order.shift()?.id === "x") {
      servedOfX++;
      order.push(makeRequest("x"));
    }
  }
  assert.equal(servedOfX, 100);
});

test("what is taken out unserved costs its flow nothing", () => {
  const order = new FairOrder(SPEC, "queued");
  const given = Array.from({ length: 100 }, () => makeRequest("a"));
  for (const request of given) {
    order.push(request);
  }
  pushMany(order, "b", 100);
  for (const request of given.slice(0, 80)) {
    order.remove(request);
  }
  assert.deepEqual(serve(order, 20), { a: 10, b: 10 });
});

test("flows are bounded: those that are too many share one", () => {
  const order = new FairOrder(SPEC, "queued");
  for (let tenant = 0; tenant < FLOW_COUNT_MAX + 50; tenant++) {
    pushMany(order, `t${tenant}`, 2);
  }
  assert.equal(order.flowCount, FLOW_COUNT_MAX);
  // One of each flow, and of the fifty that share one.
  const served = serve(order, FLOW_COUNT_MAX + 1);
  assert.ok(Object.values(served).every((count) => count === 1));
  serve(order, FLOW_COUNT_MAX + 99);
  assert.deepEqual([order.size, order.flowCount], [0, 0]);
});

test("flows that no longer wait make room for others", () => {
  const order = new FairOrder(SPEC, "queued");
  pushMany(order, "gold", 4 * FLOW_COUNT_MAX * 4);
  for (let tenant = 0; tenant < FLOW_COUNT_MAX * 3; tenant++) {
    order.push(makeRequest(`t${tenant}`));
    serve(order, 6);
  }
  assert.ok(order.flowCount <= FLOW_COUNT_MAX);
});

test("a queue that never empties goes on sharing", () => {
  const order = new FairOrder({ ...SPEC, weights: new Map([["slow", 0.001]]) }, "queued");
  pushMany(order, "slow", 4);
  pushMany(order, "a", 2);
  for (let index = 0; index < 5_000; index++) {
    order.push(makeRequest("slow", 1_000_000));
    order.push(makeRequest("a", 1_000_000_000));
    order.shift();
  }
  const served = serve(order, 2_000);
  assert.deepEqual(served, { slow: 1000, a: 1000 });
});
