import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { PaddedInput } from "../model/padding-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import { Tensor } from "../model/tensor.ts";
import { BUCKET_COUNT_MAX, BucketOrder, paddedBucketKey } from "./bucket-order.ts";
import { batchingModel } from "./testing/batcher-fixture.ts";

const PADDED: PaddedInput = {
  name: "A",
  datatype: "UINT8",
  rules: [{ kind: "list", sizes: [10, 20] }],
  value: Uint8Array.of(0),
};
const MODEL: ModelSpec = {
  ...batchingModel({ input: { dims: [-1] } }),
  padding: { inputs: new Map([["A", PADDED]]), masks: [], outputs: [] },
};

function makeRequest(width: number, startNs: number): InferenceRequest {
  const request = new InferenceRequest(MODEL, { send() {} }, 0);
  request.inputs = [new Tensor("A", "UINT8", [1, width], new Uint8Array(width), null)];
  request.queueStartNs = startNs;
  request.id = `${startNs}`;
  return request;
}

function createOrder(widths: readonly number[]): BucketOrder {
  const order = new BucketOrder(paddedBucketKey(MODEL), "queued");
  for (const [index, width] of widths.entries()) {
    order.push(makeRequest(width, index));
  }
  return order;
}

/** The ids of everybody whom a walk passes. */
function walk(order: BucketOrder): string[] {
  const ids: string[] = [];
  for (let request = order.startWalk(); request !== null; request = order.pass(request)) {
    ids.push(request.id);
  }
  return ids;
}

function shift(order: BucketOrder, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => order.shift()?.id);
}

test("a walk whose first request has to leave begins with the oldest of those that are left", () => {
  const order = createOrder([3, 15, 10]);
  const first = order.startWalk();
  assert.equal(first?.id, "0");
  assert.equal(order.skip(first)?.id, "1", "of another bucket, and older than the next of its own");
  order.remove(first);
  assert.deepEqual(shift(order, 2), ["1", "2"]);
});

test("a walk that has passed somebody stays in his bucket", () => {
  const order = createOrder([3, 15, 10, 4]);
  const first = order.startWalk();
  assert.ok(first !== null);
  const second = order.pass(first);
  assert.equal(second?.id, "2");
  assert.equal(order.skip(second)?.id, "3");
});

test("a walk sees the bucket of the oldest request, and nobody else", () => {
  const order = createOrder([3, 15, 10, 20, 1]);
  assert.deepEqual(walk(order), ["0", "2", "4"]);
  assert.deepEqual(shift(order, 2), ["0", "2"]);
  assert.deepEqual(walk(order), ["1", "3"]);
  assert.deepEqual(shift(order, 2), ["1", "3"]);
  assert.deepEqual(walk(order), ["4"]);
});

test("a bucket to which others keep coming does not keep the oldest request waiting", () => {
  const order = createOrder([3, 15, 3, 3, 3]);
  walk(order);
  shift(order, 2);
  order.push(makeRequest(3, 9));
  assert.deepEqual(walk(order), ["1"]);
});

test("what is larger than all sizes is with those of its own size alone", () => {
  assert.deepEqual(walk(createOrder([30, 31, 30])), ["0", "2"]);
});

test("when nobody is left of a bucket, the walk goes on with the next", () => {
  const order = createOrder([3, 15, 4]);
  const first = order.startWalk();
  assert.ok(first !== null);
  const second = order.skip(first);
  order.remove(first);
  assert.ok(second !== null);
  const third = order.skip(second);
  order.remove(second);
  assert.deepEqual([second.id, third?.id], ["1", "2"]);
  assert.deepEqual(shift(order, 2), ["2", undefined]);
});

test("buckets are bounded: requests of others wait as they come", () => {
  const widths = Array.from({ length: BUCKET_COUNT_MAX + 3 }, (_, index) => 21 + index);
  const order = createOrder(widths);
  assert.equal([...order.lists].length, BUCKET_COUNT_MAX + 1);
  const seen: string[] = [];
  for (let ids = walk(order); ids.length > 0; ids = walk(order)) {
    seen.push(...ids);
    shift(order, ids.length);
  }
  assert.deepEqual(seen, [...widths.keys()].map(String));
});

test("property: whatever is pushed, taken and removed, everybody leaves once, the oldest first of a batch", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("push" as const), value: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ kind: fc.constant("take" as const), value: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant("remove" as const), value: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (script) => {
      const order = new BucketOrder(paddedBucketKey(MODEL), "queued");
      const waiting: InferenceRequest[] = [];
      for (const [index, { kind, value }] of script.entries()) {
        if (kind === "push") {
          const request = makeRequest(value, index);
          waiting.push(request);
          order.push(request);
        } else if (kind === "take") {
          const ids = walk(order).slice(0, value);
          assert.equal(ids[0], waiting[0]?.id);
          assert.deepEqual(shift(order, ids.length), ids);
          for (const id of ids) {
            waiting.splice(
              waiting.findIndex((request) => request.id === id),
              1,
            );
          }
        } else if (waiting.length > 0) {
          const [request] = waiting.splice(value % waiting.length, 1);
          assert.ok(request !== undefined);
          order.remove(request);
        }
        assert.equal(order.size, waiting.length);
      }
    }),
    fuzzOptions(),
  );
});
