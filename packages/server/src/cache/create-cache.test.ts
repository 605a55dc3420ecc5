import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { systemClock } from "../base/clock.ts";
import { nullLogger } from "../base/logger.ts";
import { createCache } from "./create-cache.ts";
import type { ResponseCache } from "./response-cache.ts";

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

function create(settings: Settings, directory = "/caches"): Promise<ResponseCache | null> {
  return createCache({
    settings: new Map(
      Object.entries(settings).map(([name, values]) => [name, new Map(Object.entries(values))]),
    ),
    directory,
    clock: systemClock,
    log: nullLogger,
  });
}

test("no settings, no cache", async () => {
  assert.equal(await create({}, ""), null);
});

test("a local cache takes its size as C++ reads numbers", async () => {
  for (const size of ["192", " +1000abc", "0001048576"]) {
    assert.ok(await create({ local: { size, color: "red" } }));
  }
});

const LOCAL = "Failed to initialize LocalCache: ";
const UNBUILT = `${LOCAL}Could not initialize buffer in basic_managed_external_buffer constructor`;
const { InvalidArg, Internal } = StatusCode;

const REFUSED: readonly (readonly [Settings, StatusCode, string])[] = [
  [{ local: {} }, InvalidArg, `${LOCAL}config didn't contain a valid 'size' field.`],
  [{ local: { size: "abc" } }, Internal, `${LOCAL}stoull`],
  [{ local: { size: "18446744073709551616" } }, Internal, `${LOCAL}stoull`],
  [{ local: { size: "-1" } }, Internal, `${LOCAL}failed to allocate buffer`],
  [{ local: { size: "100000000000000" } }, Internal, `${LOCAL}failed to allocate buffer`],
  [{ local: { size: "0" } }, Internal, UNBUILT],
  [{ local: { size: "191" } }, Internal, UNBUILT],
  [
    { local: { size: "1000", ttl_seconds: "0" } },
    InvalidArg,
    `${LOCAL}'ttl_seconds' must be a number of seconds above 0, with at most three decimals. Got 0`,
  ],
  [
    { memory: { size: "1000" } },
    InvalidArg,
    "unable to find 'libtritoncache_memory.so' for cache. Searched: /caches",
  ],
  [
    { local: { size: "1000" }, redis: { host: "h" } },
    InvalidArg,
    "found multiple cache configurations, but only a single cache is currently supported",
  ],
  [
    { redis: { host: "h" } },
    InvalidArg,
    "Failed to initialize RedisCache, didn't specify address. Must at a minimum specify 'host' and 'port' in the " +
      "configuration - e.g. tritonserver --cache-config redis,host=redis --cache-config redis,port=6379 " +
      "--model-repository=/models ...",
  ],
];

for (const [settings, code, message] of REFUSED) {
  test(`refuses ${JSON.stringify(settings)}`, async () => {
    await assert.rejects(create(settings), new TritonError(code, message));
  });
}

test("a directory is needed, although the caches are built in", async () => {
  await assert.rejects(
    create({ local: { size: "1000" } }, ""),
    new TritonError(InvalidArg, "cache directory can not be empty"),
  );
});
