import assert from "node:assert/strict";
import { test } from "node:test";
import { HistogramStatistic } from "../model/histogram-statistic.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import { ensembleSeries } from "./ensemble-series.ts";
import type { ModelMetricsSource } from "./inference-families.ts";

/** A version that has answered `count` requests, failed two others, and has one waiting. */
function version(number: bigint, count: number): ModelMetricsSource {
  const duration = { count, ns: count * 1000 };
  const firstResponseMs = new HistogramStatistic([10]);
  firstResponseMs.observe(3);
  const statistics: ModelStatistics = {
    name: "e",
    version: number,
    lastInferenceMs: 5,
    inferenceCount: count,
    executionCount: count,
    success: duration,
    fail: { count: 4, ns: 1000 },
    queue: duration,
    computeInput: duration,
    computeInfer: duration,
    computeOutput: duration,
    cacheHit: duration,
    cacheMiss: duration,
    batches: [],
    responses: [],
    firstResponseMs,
    failuresByReason: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 4 },
    pendingCount: 1,
  };
  return { statistics, metricTags: { team: "vision" }, isCached: number === 1n };
}

function summary({ statistics, isCached, metricTags }: ModelMetricsSource): object {
  return {
    version: statistics.version,
    success: statistics.success.count,
    inferences: statistics.inferenceCount,
    computed: statistics.computeInfer.ns,
    failures: statistics.failuresByReason.OTHER,
    pending: statistics.pendingCount,
    firstResponses: statistics.firstResponseMs?.counts,
    isCached,
    metricTags,
  };
}

const TAGS = { team: "vision" };

test("version 1 of an ensemble has its own numbers", () => {
  const versions = [version(1n, 3)];
  assert.equal(ensembleSeries(versions), versions);
});

test("what another version has done is version 1's, but for half its failures, its queue and its first answers", () => {
  assert.deepEqual(ensembleSeries([version(3n, 7)]).map(summary), [
    {
      version: 1n,
      success: 7,
      inferences: 7,
      computed: 7000,
      failures: 2,
      pending: 0,
      firstResponses: [0, 0],
      isCached: false,
      metricTags: TAGS,
    },
    {
      version: 3n,
      success: 0,
      inferences: 0,
      computed: 0,
      failures: 2,
      pending: 1,
      firstResponses: [1, 0],
      isCached: false,
      metricTags: TAGS,
    },
  ]);
});

test("several versions are added up in version 1", () => {
  const series = ensembleSeries([version(1n, 3), version(2n, 4), version(5n, 6)]);
  assert.deepEqual(
    series.map(({ statistics }) => statistics.version),
    [1n, 2n, 5n],
  );
  assert.deepEqual(summary(series[0]!), {
    version: 1n,
    success: 13,
    inferences: 13,
    computed: 13_000,
    failures: 8,
    pending: 1,
    firstResponses: [1, 0],
    isCached: true,
    metricTags: TAGS,
  });
});
