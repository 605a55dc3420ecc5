import type { MetricFamily } from "./exposition.ts";
import { type ModelMetricsSource, microseconds, modelLabels } from "./inference-families.ts";

/** What a model version's batcher has chosen to meet its latency target. */
export interface AdaptiveMetrics {
  readonly targetNs: number;
  readonly latencyNs: number;
  readonly batchSizeMax: number;
  readonly queueDelayNs: number;
  readonly isReachable: boolean;
}

/** A model version and what it has chosen; null if it has no target. */
export type AdaptiveMetricsSource = Pick<ModelMetricsSource, "statistics" | "metricTags"> & {
  readonly adaptive: AdaptiveMetrics | null;
};

interface AdaptiveFamily {
  readonly name: string;
  readonly help: string;
  readonly value: (metrics: AdaptiveMetrics) => number;
}

const FAMILIES: readonly AdaptiveFamily[] = [
  {
    name: "nereid_latency_target_us",
    help: "Latency target of the model's batcher, in microseconds",
    value: ({ targetNs }) => microseconds(targetNs),
  },
  {
    name: "nereid_latency_p99_us",
    help: "Time from the queue to the answer that 99 % of requests did not exceed of late, in microseconds",
    value: ({ latencyNs }) => microseconds(latencyNs),
  },
  {
    name: "nereid_adaptive_batch_size",
    help: "Batch size chosen for the latency target",
    value: ({ batchSizeMax }) => batchSizeMax,
  },
  {
    name: "nereid_adaptive_queue_delay_us",
    help: "Queue delay chosen for the latency target, in microseconds",
    value: ({ queueDelayNs }) => microseconds(queueDelayNs),
  },
  {
    name: "nereid_latency_target_reachable",
    help: "Whether the latency target can be met: 1, or 0 while batches are made for throughput alone",
    value: ({ isReachable }) => (isReachable ? 1 : 0),
  },
];

/** The families of batchers with a latency target; none at all where no model has one, as in the real server. */
export function adaptiveFamilies(sources: readonly AdaptiveMetricsSource[]): MetricFamily[] {
  const adaptive = sources.flatMap(({ adaptive: metrics, ...source }) =>
    metrics === null ? [] : [{ labels: modelLabels(source), metrics }],
  );
  if (adaptive.length === 0) {
    return [];
  }
  return FAMILIES.map(({ name, help, value }) => ({
    name,
    help,
    type: "gauge",
    samples: adaptive.map(({ labels, metrics }) => ({ labels, value: value(metrics) })),
  }));
}
