import type { HistogramStatistic } from "./histogram-statistic.ts";

/** How often, and how many nanoseconds in all. A double each: sums stay exact to 1 ns up to 104 days, to 1 µs for longer than any uptime. */
export interface DurationStatistic {
  count: number;
  ns: number;
}

/** Durations of the executions of one batch size. */
export interface BatchStatistic {
  readonly batchSize: number;
  readonly computeInput: DurationStatistic;
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
}

/** What has become of the answers with one number to all requests: the third ones, say. */
export interface ResponseStatistic {
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
  readonly success: DurationStatistic;
  readonly fail: DurationStatistic;
  readonly emptyResponse: DurationStatistic;
  readonly cancel: DurationStatistic;
}

/** Why a request failed: the values of the label `reason` of nv_inference_request_failure. */
export const FAILURE_REASONS = ["REJECTED", "CANCELED", "BACKEND", "OTHER"] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** What one model version has done since it was loaded: the source of /stats and of the metrics. */
export interface ModelStatistics {
  readonly name: string;
  readonly version: bigint;
  /** Epoch milliseconds of the last inference request; 0 before the first. */
  readonly lastInferenceMs: number;
  /** Batch rows executed; cache hits are not counted. */
  readonly inferenceCount: number;
  /** Batches executed. */
  readonly executionCount: number;
  readonly success: DurationStatistic;
  readonly fail: DurationStatistic;
  readonly queue: DurationStatistic;
  readonly computeInput: DurationStatistic;
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
  readonly cacheHit: DurationStatistic;
  readonly cacheMiss: DurationStatistic;
  /** Ascending by batch size. */
  readonly batches: readonly BatchStatistic[];
  /** By the answer's number, from 0; empty unless the backend tells of each answer. */
  readonly responses: readonly ResponseStatistic[];
  /** Milliseconds from a request's beginning to its first answer; null unless they are counted. */
  readonly firstResponseMs: HistogramStatistic | null;
  readonly failuresByReason: Readonly<Record<FailureReason, number>>;
  /** Requests waiting in the scheduler now. */
  readonly pendingCount: number;
}

/** What a cache has done, for its metrics. */
export interface CacheStatistics {
  readonly entryCount: number;
  /** Of the cache's size, between 0 and 1. */
  readonly utilization: number;
  readonly lookupCount: number;
  readonly hitCount: number;
  readonly missCount: number;
  readonly evictionCount: number;
  readonly lookupNs: number;
  readonly insertionNs: number;
}
