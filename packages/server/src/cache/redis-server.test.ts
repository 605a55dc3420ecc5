// Tests the cache in a real Redis, where there is one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { systemClock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { createCache } from "./create-cache.ts";
import type { CachedResponse, ResponseCache } from "./response-cache.ts";
import { NO_REDIS, RedisProcess } from "./testing/redis-process.ts";
import { responseOf } from "./testing/responses.ts";

const OPTIONS = { skip: NO_REDIS };
const ATTEMPTS_MAX = 500;

function connect(
  port: number,
  more: Readonly<Record<string, string>> = {},
  log: Logger = nullLogger,
): Promise<ResponseCache | null> {
  const redis = new Map(Object.entries({ host: "127.0.0.1", port: String(port), ...more }));
  return createCache({
    settings: new Map([["redis", redis]]),
    directory: "/caches",
    clock: systemClock,
    log,
  });
}

async function connected(...args: Parameters<typeof connect>): Promise<ResponseCache> {
  const cache = await connect(...args);
  assert.ok(cache);
  return cache;
}

/** Looks a key up until it is there: insertions are not waited for, and connections come back by themselves. */
async function find(cache: ResponseCache, key: string): Promise<CachedResponse> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const found = await cache.lookup(key);
    if (found !== null) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`${key} was not found`);
}

function bytesOf(response: CachedResponse | null): Uint8Array | undefined {
  return response?.outputs[0]?.bytes;
}

test("responses outlive the server that cached them, whatever their size", OPTIONS, async () => {
  await using redis = await RedisProcess.start();
  const first = await connected(redis.port, { pool_size: "3" });
  const large = new Uint8Array(5_000_000).map((_, index) => index);
  assert.equal(await first.lookup("large"), null);
  first.insert("large", responseOf(large));
  first.insert("empty", responseOf(new Uint8Array()));
  await find(first, "large");
  await find(first, "empty");
  await first.close();
  const second = await connected(redis.port);
  assert.deepEqual(Buffer.compare(bytesOf(await find(second, "large")) ?? Buffer.of(), large), 0);
  assert.equal(bytesOf(await find(second, "empty"))?.byteLength, 0);
  await second.close();
});

test("a prefix keeps servers apart, and a time limit ends entries", OPTIONS, async () => {
  await using redis = await RedisProcess.start();
  const cache = await connected(redis.port, { ttl_seconds: "0.05" });
  const other = await connected(redis.port, { key_prefix: "other:" });
  cache.insert("k", responseOf(Uint8Array.of(1)));
  other.insert("k", responseOf(Uint8Array.of(2)));
  assert.deepEqual([...(bytesOf(await find(other, "k")) ?? [])], [2]);
  for (let attempt = 0; (await cache.lookup("k")) !== null; attempt++) {
    assert.ok(attempt < ATTEMPTS_MAX, "the entry ends");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(await other.lookup("k"));
  await cache.close();
  await other.close();
});

test("without Redis there are misses, and with it again hits", OPTIONS, async () => {
  await using redis = await RedisProcess.start();
  const errors: string[] = [];
  const log: Logger = { ...nullLogger, error: (message) => errors.push(message) };
  const cache = await connected(redis.port, {}, log);
  cache.insert("k", responseOf(Uint8Array.of(1)));
  await find(cache, "k");
  await redis.stop();
  assert.equal(await cache.lookup("k"), null);
  assert.equal(await cache.lookup("k"), null);
  await redis.restart();
  for (let attempt = 0; (await cache.lookup("n")) === null; attempt++) {
    assert.ok(attempt < ATTEMPTS_MAX, "the connection comes back");
    cache.insert("n", responseOf(Uint8Array.of(2)));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.match(errors.join("\n"), /The connection to Redis is lost/);
  await cache.close();
});

test(
  "a Redis that hangs costs one timeout, and is used again once it answers",
  OPTIONS,
  async () => {
    await using redis = await RedisProcess.start();
    const cache = await connected(redis.port, { socket_timeout: "50" });
    cache.insert("k", responseOf(Uint8Array.of(1)));
    await find(cache, "k");
    redis.signal("SIGSTOP");
    assert.equal(await cache.lookup("k"), null);
    assert.equal(cache.lookup("k"), null, "not even a promise");
    redis.signal("SIGCONT");
    await find(cache, "k");
    await cache.close();
  },
);

test("a Redis that cannot be used refuses the start", OPTIONS, async () => {
  await using redis = await RedisProcess.start("--requirepass", "secret");
  await assert.rejects(connect(redis.port), (error) => {
    assert.ok(error instanceof TritonError);
    assert.match(error.message, /^Failed to initialize RedisCache: .*(NOAUTH|[Aa]uthentication)/);
    return true;
  });
  const cache = await connected(redis.port, { password: "secret" });
  await cache.close();
  await redis.stop();
  await assert.rejects(
    connect(redis.port),
    new TritonError(
      StatusCode.Internal,
      "Failed to initialize RedisCache: Failed to connect to Redis: Connection refused",
    ),
  );
});
