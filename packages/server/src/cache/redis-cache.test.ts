import assert from "node:assert/strict";
import { test } from "node:test";
import { type Logger, nullLogger } from "../base/logger.ts";
import { INSERTING_BYTES_MAX, RedisCache, type RedisConnection } from "./redis-cache.ts";
import { HandClock, responseOf } from "./testing/responses.ts";

/** A Redis in this process whose answers can be held back. */
class FakeRedis implements RedisConnection {
  readonly values = new Map<string, Buffer>();
  isUp = true;
  failure: Error | null = null;
  hold: Promise<void> = Promise.resolve();
  getCount = 0;

  isReady(): boolean {
    return this.isUp;
  }

  async get(key: string): Promise<Buffer | null> {
    this.getCount++;
    await this.hold;
    if (this.failure !== null) {
      throw this.failure;
    }
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: Buffer): Promise<unknown> {
    await this.hold;
    if (this.failure !== null) {
      throw this.failure;
    }
    this.values.set(key, value);
    return "OK";
  }

  close(): void {
    this.isUp = false;
  }
}

function setUp() {
  const redis = new FakeRedis();
  const clock = new HandClock();
  const errors: string[] = [];
  const log: Logger = { ...nullLogger, error: (message) => errors.push(message) };
  const cache = new RedisCache({
    connection: redis,
    keyPrefix: "p:",
    answerTimeoutMs: 100,
    ttlMs: null,
    clock,
    log,
  });
  return { redis, clock, errors, cache };
}

/** Lets everything that waits for a promise go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
}

test("what was inserted is found, under its prefix", async () => {
  const { redis, cache } = setUp();
  assert.equal(await cache.lookup("k"), null);
  assert.equal(cache.insert("k", responseOf(Uint8Array.of(1, 2))), "inserted");
  await settle();
  assert.deepEqual([...redis.values.keys()], ["p:k"]);
  assert.deepEqual([...((await cache.lookup("k"))?.outputs[0]?.bytes ?? [])], [1, 2]);
});

test("without a connection every look-up is a miss at once, and nothing is inserted", () => {
  const { redis, cache } = setUp();
  redis.isUp = false;
  assert.equal(cache.lookup("k"), null);
  assert.equal(cache.insert("k", responseOf(Uint8Array.of(1))), "skipped");
  assert.equal(redis.getCount, 0);
});

test("an overdue answer is a miss, and so are all further ones until Redis answers again", async () => {
  const { redis, clock, cache, errors } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.hold = promise;
  const first = cache.lookup("k");
  clock.ring();
  assert.equal(await first, null);
  assert.match(errors[0] ?? "", /Timeout retrieving key: k/);
  assert.equal(cache.lookup("k"), null);
  assert.equal(redis.getCount, 1, "Redis is not asked while it owes an answer");
  resolve();
  await settle();
  redis.hold = Promise.resolve();
  assert.notEqual(cache.lookup("k"), null);
  assert.equal(redis.getCount, 2);
});

test("an error is a miss, and is reported once in a while", async () => {
  const { redis, clock, cache, errors } = setUp();
  redis.failure = new Error("OOM command not allowed");
  assert.equal(await cache.lookup("k"), null);
  assert.equal(await cache.lookup("k"), null);
  cache.insert("k", responseOf(Uint8Array.of(1)));
  await settle();
  assert.deepEqual(errors, ["Failed to retrieve key: k. OOM command not allowed"]);
  clock.time = 20e9;
  cache.insert("k", responseOf(Uint8Array.of(1)));
  await settle();
  assert.match(errors[1] ?? "", /Failed to insert key \[k\] into response cache/);
});

test("a value that another program wrote is a miss", async () => {
  const { redis, cache, errors } = setUp();
  redis.values.set("p:k", Buffer.from("hello"));
  assert.equal(await cache.lookup("k"), null);
  assert.equal(errors.length, 1);
});

test("no more bytes are on their way than the limit", async () => {
  const { redis, cache } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.hold = promise;
  const half = responseOf(new Uint8Array(INSERTING_BYTES_MAX / 2 - 1000));
  assert.deepEqual(
    ["a", "b", "c"].map((key) => cache.insert(key, half)),
    ["inserted", "inserted", "skipped"],
  );
  resolve();
  await settle();
  assert.equal(cache.insert("c", half), "inserted");
  await settle();
});
