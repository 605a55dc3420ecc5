import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelStatistics } from "../model/statistics.ts";
import { cacheFamilies } from "./cache-families.ts";
import { formatExposition } from "./exposition.ts";

/** Only what these families read. */
const STATISTICS = {
  name: "m",
  version: 1n,
  cacheHit: { count: 3, ns: 4999 },
  cacheMiss: { count: 2, ns: 7000 },
} as unknown as ModelStatistics; // the other fields belong to other families

const CACHE = {
  entryCount: 2,
  utilization: 0.25,
  lookupCount: 5,
  hitCount: 3,
  missCount: 2,
  evictionCount: 1,
  lookupNs: 9000,
  insertionNs: 12_000,
};

function samples(isCached: boolean, cache: typeof CACHE | null): string[] {
  const sources = [{ statistics: STATISTICS, metricTags: {}, isCached }];
  return formatExposition(cacheFamilies(sources, cache))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

test("a model whose responses are cached has its hits and misses", () => {
  assert.deepEqual(samples(true, null), [
    'nv_cache_num_hits_per_model{model="m",version="1"} 3',
    'nv_cache_hit_duration_per_model{model="m",version="1"} 4',
    'nv_cache_num_misses_per_model{model="m",version="1"} 2',
    'nv_cache_miss_duration_per_model{model="m",version="1"} 7',
  ]);
  assert.deepEqual(samples(false, null), []);
});

test("a cache that counts has gauges of its own", () => {
  assert.deepEqual(samples(false, CACHE), [
    "nv_cache_util 0.25",
    "nv_cache_num_entries 2",
    "nv_cache_num_hits 3",
    "nv_cache_num_misses 2",
    "nv_cache_num_lookups 5",
    "nv_cache_num_evictions 1",
    "nv_cache_lookup_duration 9",
    "nv_cache_insertion_duration 12",
  ]);
});
