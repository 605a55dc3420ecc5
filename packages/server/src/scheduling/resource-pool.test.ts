import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { type ResourceDemand, ResourcePool } from "./resource-pool.ts";

function demand(name: string, count: number, more: Partial<ResourceDemand> = {}): ResourceDemand {
  return { name, count, isGlobal: false, deviceId: 0, ...more };
}

const GLOBAL = { isGlobal: true };

test("without limits there is as much as the hungriest instance needs, and no more", () => {
  const pool = new ResourcePool([]);
  const small = pool.register([demand("R", 2)]);
  const other = pool.register([demand("R", 2)]);
  assert.ok(pool.tryTake(small));
  assert.equal(pool.tryTake(other), false);
  const large = pool.register([demand("R", 5)]);
  assert.ok(pool.tryTake(other));
  pool.giveBack(small);
  pool.giveBack(other);
  pool.unregister(large);
  assert.ok(pool.tryTake(small));
  assert.equal(pool.tryTake(other), false);
});

test("an instance takes everything it needs or nothing", () => {
  const pool = new ResourcePool([
    { name: "A", deviceId: null, count: 1 },
    { name: "B", deviceId: null, count: 2 },
  ]);
  const both = pool.register([demand("A", 1), demand("B", 1)]);
  const first = pool.register([demand("A", 1)]);
  const second = pool.register([demand("B", 2)]);
  assert.ok(pool.tryTake(first));
  assert.equal(pool.tryTake(both), false);
  assert.ok(pool.tryTake(second), "what could not be taken whole was not taken in part");
});

test("devices have pools of their own, and a global resource has one", () => {
  const pool = new ResourcePool([]);
  const local = [0, 1].map((deviceId) => pool.register([demand("R", 1, { deviceId })]));
  assert.deepEqual(
    local.map((claim) => pool.tryTake(claim)),
    [true, true],
  );
  const shared = [0, 1].map((deviceId) => pool.register([demand("G", 1, { deviceId, ...GLOBAL })]));
  assert.deepEqual(
    shared.map((claim) => pool.tryTake(claim)),
    [true, false],
  );
});

test("of two demands for one resource the last counts", () => {
  const pool = new ResourcePool([{ name: "R", deviceId: null, count: 2 }]);
  assert.ok(pool.tryTake(pool.register([demand("R", 9), demand("R", 2)])));
});

const LIMITS = [
  { name: "R1", deviceId: null, count: 4 },
  { name: "R2", deviceId: 0, count: 2 },
  { name: "R3", deviceId: 3, count: 5 },
  { name: "R4", deviceId: 7, count: 6 },
  { name: "R4", deviceId: null, count: 2 },
  { name: "R5", deviceId: null, count: 9 },
];

function limited(name: string, limit: number, needed: number): string {
  return (
    `Resource count for "${name}" is limited to ${limit} which will prevent scheduling of one or more model ` +
    `instances, the minimum required count is ${needed}`
  );
}

const REFUSED: readonly (readonly [string, readonly ResourceDemand[], string])[] = [
  ["too much", [demand("R1", 5)], limited("R1", 4, 5)],
  ["another case", [demand("r1", 1)], limited("r1", 0, 1)],
  ["not listed", [demand("R9", 1)], limited("R9", 0, 1)],
  ["too much of a device's", [demand("R2", 3)], limited("R2", 2, 3)],
  ["only on another device", [demand("R3", 1)], limited("R3", 0, 1)],
  ["more than any device's", [demand("R4", 7, GLOBAL)], limited("R4", 6, 7)],
  [
    "of a device and of all",
    [demand("R5", 1), demand("R5", 1, GLOBAL)],
    'Resource "R5" is present as both global and device-specific resource in the model configuration.',
  ],
];

for (const [what, demands, message] of REFUSED) {
  test(`refuses what could never run: ${what}`, () => {
    const pool = new ResourcePool(LIMITS);
    const before = pool.register([demand("R1", 4)]);
    assert.throws(() => pool.register(demands), new TritonError(StatusCode.InvalidArg, message));
    assert.ok(pool.tryTake(before), "nothing has changed");
    pool.giveBack(before);
    assert.ok(pool.tryTake(pool.register([demand("R4", 6, GLOBAL), demand("R5", 9)])));
  });
}

test("nothing of an unknown resource is needed where the count is 0", () => {
  const pool = new ResourcePool(LIMITS);
  assert.ok(pool.tryTake(pool.register([demand("R9", 0)])));
});
