import { FAILURE_REASONS, type ModelStatistics } from "../model/statistics.ts";
import type { MetricFamily, Sample } from "./exposition.ts";

/** The statistics of one READY model version and the extra labels its configuration gives it. */
export interface ModelMetricsSource {
  readonly statistics: ModelStatistics;
  /** The configuration's `metric_tags`; each key gets a leading underscore. */
  readonly metricTags: Readonly<Record<string, string>>;
  /** Whether its responses are cached. */
  readonly isCached: boolean;
}

const NS_PER_US = 1000;

/** A family with one sample a model version. */
export interface FamilyDefinition {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly value: (statistics: ModelStatistics) => number;
}

/** Whole microseconds, as the real server counts them. */
export function microseconds(ns: number): number {
  return Math.floor(ns / NS_PER_US);
}

const SUCCESS: FamilyDefinition = {
  name: "nv_inference_request_success",
  help: "Number of successful inference requests, all batch sizes",
  type: "counter",
  value: (statistics) => statistics.success.count,
};

const FAILURE_NAME = "nv_inference_request_failure";
const FAILURE_HELP = "Number of failed inference requests, all batch sizes";

const AFTER_FAILURE: readonly FamilyDefinition[] = [
  {
    name: "nv_inference_count",
    help: "Number of inferences performed (does not include cached requests)",
    type: "counter",
    value: (statistics) => statistics.inferenceCount,
  },
  {
    name: "nv_inference_exec_count",
    help: "Number of model executions performed (does not include cached requests)",
    type: "counter",
    value: (statistics) => statistics.executionCount,
  },
  {
    name: "nv_inference_request_duration_us",
    help: "Cumulative inference request duration in microseconds (includes cached requests)",
    type: "counter",
    value: (statistics) => microseconds(statistics.success.ns),
  },
  {
    name: "nv_inference_queue_duration_us",
    help: "Cumulative inference queuing duration in microseconds (includes cached requests)",
    type: "counter",
    value: (statistics) => microseconds(statistics.queue.ns),
  },
  {
    name: "nv_inference_compute_input_duration_us",
    help: "Cumulative compute input duration in microseconds (does not include cached requests)",
    type: "counter",
    value: (statistics) => microseconds(statistics.computeInput.ns),
  },
  {
    name: "nv_inference_compute_infer_duration_us",
    help: "Cumulative compute inference duration in microseconds (does not include cached requests)",
    type: "counter",
    value: (statistics) => microseconds(statistics.computeInfer.ns),
  },
  {
    name: "nv_inference_compute_output_duration_us",
    help: "Cumulative inference compute output duration in microseconds (does not include cached requests)",
    type: "counter",
    value: (statistics) => microseconds(statistics.computeOutput.ns),
  },
  {
    name: "nv_inference_pending_request_count",
    help: "Instantaneous number of pending requests awaiting execution per-model.",
    type: "gauge",
    value: (statistics) => statistics.pendingCount,
  },
];

/**
 * The families that a model version's statistics give, in the real server's order.
 *
 * @see Triton core src/metrics.cc, src/metric_model_reporter.cc
 */
export function inferenceFamilies(sources: readonly ModelMetricsSource[]): MetricFamily[] {
  return [
    modelFamily(SUCCESS, sources),
    {
      name: FAILURE_NAME,
      help: FAILURE_HELP,
      type: "counter",
      samples: sources.flatMap((source) => failureSamples(source)),
    },
    ...AFTER_FAILURE.map((definition) => modelFamily(definition, sources)),
  ];
}

/** The family as it is now. */
export function modelFamily(
  definition: FamilyDefinition,
  sources: readonly ModelMetricsSource[],
): MetricFamily {
  return {
    name: definition.name,
    help: definition.help,
    type: definition.type,
    samples: sources.map((source) => ({
      labels: modelLabels(source),
      value: definition.value(source.statistics),
    })),
  };
}

function failureSamples(source: ModelMetricsSource): Sample[] {
  return FAILURE_REASONS.map((reason) => ({
    labels: { ...modelLabels(source), reason },
    value: source.statistics.failuresByReason[reason],
  }));
}

/** What tells a version's series from others. */
export function modelLabels(
  source: Pick<ModelMetricsSource, "statistics" | "metricTags">,
): Record<string, string> {
  const labels: Record<string, string> = {
    model: source.statistics.name,
    version: String(source.statistics.version),
  };
  for (const [key, value] of Object.entries(source.metricTags)) {
    labels[`_${key}`] = value;
  }
  return labels;
}
