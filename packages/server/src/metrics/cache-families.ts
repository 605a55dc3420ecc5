import type { CacheStatistics } from "../model/statistics.ts";
import type { MetricFamily } from "./exposition.ts";
import {
  type FamilyDefinition,
  type ModelMetricsSource,
  microseconds,
  modelFamily,
} from "./inference-families.ts";

/** By model; the durations are in microseconds although their names do not say so. */
const MODEL_FAMILIES: readonly FamilyDefinition[] = [
  {
    name: "nv_cache_num_hits_per_model",
    help: "Number of cache hits per model",
    type: "counter",
    value: ({ cacheHit }) => cacheHit.count,
  },
  {
    name: "nv_cache_hit_duration_per_model",
    help: "Total cache hit duration per model, in microseconds",
    type: "counter",
    value: ({ cacheHit }) => microseconds(cacheHit.ns),
  },
  {
    name: "nv_cache_num_misses_per_model",
    help: "Number of cache misses per model",
    type: "counter",
    value: ({ cacheMiss }) => cacheMiss.count,
  },
  {
    name: "nv_cache_miss_duration_per_model",
    help: "Total cache miss (insert+lookup) duration per model, in microseconds",
    type: "counter",
    value: ({ cacheMiss }) => microseconds(cacheMiss.ns),
  },
];

interface CacheFamily {
  readonly name: string;
  readonly help: string;
  readonly value: (statistics: CacheStatistics) => number;
}

const LOCAL_FAMILIES: readonly CacheFamily[] = [
  {
    name: "nv_cache_util",
    help: "Cache utilization [0.0 - 1.0]",
    value: ({ utilization }) => utilization,
  },
  {
    name: "nv_cache_num_entries",
    help: "Number of responses stored in response cache",
    value: ({ entryCount }) => entryCount,
  },
  {
    name: "nv_cache_num_hits",
    help: "Number of cache hits in response cache",
    value: ({ hitCount }) => hitCount,
  },
  {
    name: "nv_cache_num_misses",
    help: "Number of cache misses in response cache",
    value: ({ missCount }) => missCount,
  },
  {
    name: "nv_cache_num_lookups",
    help: "Number of cache lookups in response cache",
    value: ({ lookupCount }) => lookupCount,
  },
  {
    name: "nv_cache_num_evictions",
    help: "Number of cache evictions in response cache",
    value: ({ evictionCount }) => evictionCount,
  },
  {
    name: "nv_cache_lookup_duration",
    help: "Total cache lookup duration (hit and miss), in microseconds",
    value: ({ lookupNs }) => microseconds(lookupNs),
  },
  {
    name: "nv_cache_insertion_duration",
    help: "Total cache insertion duration, in microseconds",
    value: ({ insertionNs }) => microseconds(insertionNs),
  },
];

/**
 * The families of the response cache: by model for those whose responses are cached, and of the cache itself if it counts.
 *
 * @see Triton core src/metrics.cc; local_cache src/local_cache.cc `InitMetrics`
 */
export function cacheFamilies(
  sources: readonly ModelMetricsSource[],
  cache: CacheStatistics | null,
): readonly MetricFamily[] {
  const cached = sources.filter(({ isCached }) => isCached);
  return [
    ...MODEL_FAMILIES.map((definition) => modelFamily(definition, cached)),
    ...(cache === null
      ? []
      : LOCAL_FAMILIES.map(
          ({ name, help, value }): MetricFamily => ({
            name,
            help,
            type: "gauge",
            samples: [{ labels: {}, value: value(cache) }],
          }),
        )),
  ];
}
