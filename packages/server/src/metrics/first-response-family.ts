import type { MetricFamily, Sample } from "./exposition.ts";
import { type ModelMetricsSource, modelLabels } from "./inference-families.ts";

/**
 * How long clients wait for the first answer to a request: of the versions that keep count, none if there are none.
 *
 * @see Triton core src/metrics.cc
 */
export function firstResponseFamilies(
  sources: readonly Pick<ModelMetricsSource, "statistics" | "metricTags">[],
): MetricFamily[] {
  const samples = sources.flatMap(histogramSamples);
  return samples.length === 0
    ? []
    : [
        {
          name: "nv_inference_first_response_histogram_ms",
          help: "Duration from request to first response in milliseconds",
          type: "histogram",
          samples,
        },
      ];
}

function histogramSamples(source: Pick<ModelMetricsSource, "statistics" | "metricTags">): Sample[] {
  const histogram = source.statistics.firstResponseMs;
  if (histogram === null) {
    return [];
  }
  const labels = modelLabels(source);
  let cumulative = 0;
  const buckets = histogram.counts.map((count, index): Sample => {
    cumulative += count;
    const bound = histogram.bounds[index] ?? Number.POSITIVE_INFINITY;
    return { suffix: "_bucket", labels, bound, value: cumulative };
  });
  return [
    { suffix: "_count", labels, value: cumulative },
    { suffix: "_sum", labels, value: histogram.sum },
    ...buckets,
  ];
}
