import assert from "node:assert/strict";
import { test } from "node:test";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { cachedByteSize } from "./cached-copy.ts";
import { LocalCache } from "./local-cache.ts";
import { HandClock, responseOf } from "./testing/responses.ts";

function setUp(sizeBytes: number, ttlNs: number | null = null) {
  const clock = new HandClock();
  return { clock, cache: new LocalCache({ sizeBytes, ttlNs, clock }) };
}

test("a hit is an equal copy that its original no longer touches", () => {
  const { cache } = setUp(10_000);
  const bytes = Uint8Array.of(1, 2, 3);
  const text = new Tensor("T", "BYTES", [1], Uint8Array.of(1, 0, 0, 0, 65), null);
  const response = InferenceResponse.ok([new Tensor("A", "UINT8", [3], bytes, null), text]);
  response.parameters = new Map([["n", 5n]]);
  assert.equal(cache.insert("k", response), "inserted");
  bytes.fill(9);
  const hit = cache.lookup("k");
  assert.deepEqual(
    hit?.outputs.map(({ name, datatype, shape, bytes: copy }) => [
      name,
      datatype,
      shape,
      [...copy],
    ]),
    [
      ["A", "UINT8", [3], [1, 2, 3]],
      ["T", "BYTES", [1], [1, 0, 0, 0, 65]],
    ],
  );
  assert.deepEqual(hit?.parameters, new Map([["n", 5n]]));
  assert.ok(hit.outputs.every(({ bytes: copy }) => !Buffer.isBuffer(copy)));
  assert.ok(hit.outputs.every(({ bytes: { byteOffset } }) => byteOffset % 8 === 0));
});

test("what was handed out stays as it was when its entry is evicted", () => {
  const first = responseOf(new Uint8Array(100).fill(1));
  const { cache } = setUp(cachedByteSize(first));
  cache.insert("a", first);
  const held = cache.lookup("a");
  cache.insert("b", responseOf(new Uint8Array(100).fill(2)));
  assert.equal(cache.lookup("a"), null);
  assert.deepEqual(
    held?.outputs[0]?.bytes.every((byte) => byte === 1),
    true,
  );
});

test("an entry that is there is not replaced", () => {
  const { cache } = setUp(10_000);
  cache.insert("k", responseOf(Uint8Array.of(1)));
  assert.equal(cache.insert("k", responseOf(Uint8Array.of(2))), "exists");
  assert.deepEqual([...(cache.lookup("k")?.outputs[0]?.bytes ?? [])], [1]);
});

test("what is larger than the cache is refused and evicts nobody", () => {
  const { cache } = setUp(1000);
  cache.insert("k", responseOf(Uint8Array.of(1)));
  const large = responseOf(new Uint8Array(1000));
  assert.deepEqual(cache.insert("l", large), {
    refusal: `Requested byte_size: ${cachedByteSize(large)} is greater than total cache size: 1000`,
  });
  assert.ok(cache.lookup("k"));
});

test("an entry is good until its time is over, and can then be made again", () => {
  const { clock, cache } = setUp(10_000, 500);
  cache.insert("k", responseOf(Uint8Array.of(1)));
  clock.time = 499;
  assert.ok(cache.lookup("k"));
  clock.time = 500;
  assert.equal(cache.insert("k", responseOf(Uint8Array.of(2))), "inserted");
  assert.deepEqual([...(cache.lookup("k")?.outputs[0]?.bytes ?? [])], [2]);
  clock.time = 1000;
  assert.equal(cache.lookup("k"), null);
  assert.equal(cache.usedBytes, 0);
});

test("counts what it does", () => {
  const response = responseOf(new Uint8Array(8));
  const { cache } = setUp(2 * cachedByteSize(response));
  cache.lookup("a");
  for (const key of ["a", "b", "c"]) {
    cache.insert(key, response);
  }
  cache.lookup("c");
  assert.deepEqual(cache.statistics(), {
    entryCount: 2,
    utilization: 1,
    lookupCount: 2,
    hitCount: 1,
    missCount: 1,
    evictionCount: 1,
    lookupNs: 0,
    insertionNs: 0,
  });
});
