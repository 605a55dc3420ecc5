import type { ModelConfig } from "@nereid/protocol";

/** The one family whose buckets a model's configuration can set. */
export const FIRST_RESPONSE_FAMILY = "nv_inference_first_response_histogram_ms";

const BUCKETS_MS_DEFAULT: readonly number[] = [100, 500, 2000, 5000];

/** What `model_metrics` says. */
export interface FirstResponseBuckets {
  /** Upper bounds, milliseconds. */
  readonly boundsMs: readonly number[];
  /** What is to be said in the log: families that have no buckets to set. */
  readonly warnings: readonly string[];
}

/** @see Triton core src/metric_model_reporter.cc, MetricReporterConfig::ParseConfig */
export function firstResponseBuckets(config: ModelConfig): FirstResponseBuckets {
  let boundsMs = BUCKETS_MS_DEFAULT;
  const warnings: string[] = [];
  for (const { metricIdentifier, metricOptions } of config.modelMetrics?.metricControl ?? []) {
    const family = metricIdentifier?.family ?? "";
    if (family !== FIRST_RESPONSE_FAMILY) {
      warnings.push(
        `Metric family '${family}' in 'metric_identifier' is not a customizable metric in Triton core.`,
      );
    } else if (metricOptions.case === "histogramOptions") {
      boundsMs = metricOptions.value.buckets;
    }
  }
  return { boundsMs, warnings };
}
