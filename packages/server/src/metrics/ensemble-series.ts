import { HistogramStatistic } from "../model/histogram-statistic.ts";
import type { DurationStatistic, FailureReason, ModelStatistics } from "../model/statistics.ts";
import type { ModelMetricsSource } from "./inference-families.ts";

/** The version whose series tell what an ensemble has done, whichever its versions are. */
const COUNTED_VERSION = 1n;

const NONE: DurationStatistic = { count: 0, ns: 0 };
const NO_FAILURES: Readonly<Record<FailureReason, number>> = {
  REJECTED: 0,
  CANCELED: 0,
  BACKEND: 0,
  OTHER: 0,
};

/**
 * The series of an ensemble's READY versions. The real server counts what they have done under version 1; under their own
 * numbers they have their pending requests, the times to the first answer, and each failure once: a failure counts twice, when
 * it is answered and when the request is let go of, and only the first is the version's own.
 *
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, EnsembleScheduler::EnsembleScheduler
 */
export function ensembleSeries(
  versions: readonly ModelMetricsSource[],
): readonly ModelMetricsSource[] {
  const others = versions.filter(({ statistics }) => statistics.version !== COUNTED_VERSION);
  const [other] = others;
  if (other === undefined) {
    return versions;
  }
  const first = versions.find(({ statistics }) => statistics.version === COUNTED_VERSION);
  return [
    {
      metricTags: other.metricTags,
      isCached: first?.isCached ?? false,
      statistics: countedSeries(
        other.statistics,
        first?.statistics ?? null,
        others.map(({ statistics }) => statistics),
      ),
    },
    ...others.map((source) => ({ ...source, statistics: ownSeries(source.statistics) })),
  ];
}

/** @param any one of the others, for what they have in common */
function countedSeries(
  any: ModelStatistics,
  first: ModelStatistics | null,
  others: readonly ModelStatistics[],
): ModelStatistics {
  const all = first === null ? others : [first, ...others];
  const failures = { ...(first?.failuresByReason ?? NO_FAILURES) };
  for (const { failuresByReason } of others) {
    failures.OTHER += failuresByReason.OTHER / 2;
  }
  return {
    name: any.name,
    version: COUNTED_VERSION,
    lastInferenceMs: Math.max(...all.map(({ lastInferenceMs }) => lastInferenceMs)),
    inferenceCount: sum(all, ({ inferenceCount }) => inferenceCount),
    executionCount: sum(all, ({ executionCount }) => executionCount),
    success: total(all, ({ success }) => success),
    fail: total(all, ({ fail }) => fail),
    queue: total(all, ({ queue }) => queue),
    computeInput: total(all, ({ computeInput }) => computeInput),
    computeInfer: total(all, ({ computeInfer }) => computeInfer),
    computeOutput: total(all, ({ computeOutput }) => computeOutput),
    cacheHit: total(all, ({ cacheHit }) => cacheHit),
    cacheMiss: total(all, ({ cacheMiss }) => cacheMiss),
    batches: [],
    responses: [],
    firstResponseMs: first === null ? emptyHistogram(any) : first.firstResponseMs,
    failuresByReason: failures,
    pendingCount: first?.pendingCount ?? 0,
  };
}

function ownSeries(statistics: ModelStatistics): ModelStatistics {
  const { name, version, firstResponseMs, pendingCount, failuresByReason } = statistics;
  return {
    name,
    version,
    lastInferenceMs: 0,
    inferenceCount: 0,
    executionCount: 0,
    success: NONE,
    fail: NONE,
    queue: NONE,
    computeInput: NONE,
    computeInfer: NONE,
    computeOutput: NONE,
    cacheHit: NONE,
    cacheMiss: NONE,
    batches: [],
    responses: [],
    firstResponseMs,
    failuresByReason: { ...NO_FAILURES, OTHER: failuresByReason.OTHER / 2 },
    pendingCount,
  };
}

function sum(
  all: readonly ModelStatistics[],
  value: (statistics: ModelStatistics) => number,
): number {
  return all.reduce((result, statistics) => result + value(statistics), 0);
}

function total(
  all: readonly ModelStatistics[],
  value: (statistics: ModelStatistics) => DurationStatistic,
): DurationStatistic {
  return {
    count: sum(all, (statistics) => value(statistics).count),
    ns: sum(all, (statistics) => value(statistics).ns),
  };
}

function emptyHistogram(like: ModelStatistics): HistogramStatistic | null {
  return like.firstResponseMs === null ? null : new HistogramStatistic(like.firstResponseMs.bounds);
}
