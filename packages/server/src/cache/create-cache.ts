import { totalmem } from "node:os";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { LocalCache } from "./local-cache.ts";
import { RedisCache } from "./redis-cache.ts";
import { connectToRedis } from "./redis-connection.ts";
import { readRedisSettings } from "./redis-settings.ts";
import type { ResponseCache } from "./response-cache.ts";

/** The smallest local cache that the real server makes. */
const LOCAL_BYTES_MIN = 192;
const UINT64_MAX = 2n ** 64n - 1n;
const MS_PER_SECOND = 1000;
const NS_PER_MS = 1e6;

/** What a cache is made from. */
export interface CacheOptions {
  /** `--cache-config` by cache; empty: no cache. */
  readonly settings: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** `--cache-directory`: shown where a cache is not found. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the cache that the command line asks for; null if it asks for none. Both built-in caches take one setting that the
 * real ones do not have: `ttl_seconds`, for how long a response is good.
 *
 * @throws {TritonError} with the real server's text if there is no such cache, its settings are wrong, or it cannot be
 *   reached
 * @see Triton core src/server.cc `InferenceServer::Init`, src/cache_manager.cc
 */
export async function createCache(options: CacheOptions): Promise<ResponseCache | null> {
  const [entry, second] = options.settings;
  if (entry === undefined) {
    return null;
  }
  const { directory, log } = options;
  if (directory === "") {
    throw new TritonError(StatusCode.InvalidArg, "cache directory can not be empty");
  }
  if (second !== undefined) {
    throw new TritonError(
      StatusCode.InvalidArg,
      "found multiple cache configurations, but only a single cache is currently supported",
    );
  }
  const [name, settings] = entry;
  switch (name) {
    case "local":
      return createLocalCache(settings, options);
    case "redis": {
      const redis = readRedisSettings(settings);
      const ttlMs = readTtlMs(settings, "RedisCache");
      const connection = await connectToRedis(redis, {
        onLost: (reason) => {
          log.error(`The connection to Redis is lost, responses are not cached: ${reason}`);
        },
        onRestored: () => {
          log.info("The connection to Redis is back: responses are cached again");
        },
      });
      const { keyPrefix, answerTimeoutMs } = redis;
      log.info(`Response Cache is in Redis at ${redis.host}:${redis.port}`);
      return new RedisCache({ ...options, connection, keyPrefix, answerTimeoutMs, ttlMs });
    }
    default:
      throw new TritonError(
        StatusCode.InvalidArg,
        `unable to find 'libtritoncache_${name}.so' for cache. Searched: ${directory}`,
      );
  }
}

function createLocalCache(
  settings: ReadonlyMap<string, string>,
  { clock, log }: CacheOptions,
): LocalCache {
  const sizeBytes = localSize(settings);
  const ttlMs = readTtlMs(settings, "LocalCache");
  log.info(`Response Cache is created with size ${sizeBytes}`);
  return new LocalCache({ sizeBytes, ttlNs: ttlMs === null ? null : ttlMs * NS_PER_MS, clock });
}

/** Bytes as `std::stoull` reads them. @see Triton local_cache src/local_cache.cc `LocalCache::Create` */
function localSize(settings: ReadonlyMap<string, string>): number {
  const text = settings.get("size");
  if (text === undefined) {
    throw new TritonError(
      StatusCode.InvalidArg,
      "Failed to initialize LocalCache: config didn't contain a valid 'size' field.",
    );
  }
  const [, sign = "", digits] = /^\s*([+-]?)(\d+)/.exec(text) ?? [];
  if (digits === undefined || BigInt(digits) > UINT64_MAX) {
    throw failedLocal("stoull");
  }
  const sizeBytes = Number(BigInt.asUintN(64, BigInt(digits) * (sign === "-" ? -1n : 1n)));
  if (sizeBytes > totalmem()) {
    throw failedLocal("failed to allocate buffer");
  }
  if (sizeBytes < LOCAL_BYTES_MIN) {
    throw failedLocal("Could not initialize buffer in basic_managed_external_buffer constructor");
  }
  return sizeBytes;
}

function failedLocal(reason: string): TritonError {
  return new TritonError(StatusCode.Internal, `Failed to initialize LocalCache: ${reason}`);
}

function readTtlMs(settings: ReadonlyMap<string, string>, cache: string): number | null {
  const text = settings.get("ttl_seconds");
  if (text === undefined) {
    return null;
  }
  const ttlMs = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * MS_PER_SECOND) : 0;
  if (ttlMs === 0) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Failed to initialize ${cache}: 'ttl_seconds' must be a number of seconds above 0, with at most three decimals. ` +
        `Got ${text}`,
    );
  }
  return ttlMs;
}
