import type { AdaptiveMetricsSource } from "../metrics/adaptive-families.ts";
import { ensembleSeries } from "../metrics/ensemble-series.ts";
import type { ModelMetricsSource } from "../metrics/inference-families.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** What the metrics page says of the READY versions of one model. */
export function metricsSources(
  versions: readonly LoadedVersion[],
): readonly (ModelMetricsSource & AdaptiveMetricsSource)[] {
  const sources = versions.map(({ statistics, config, isCached, adaptiveChoice }) => ({
    statistics,
    metricTags: config.metricTags,
    isCached,
    adaptive: adaptiveChoice,
  }));
  return versions[0]?.config.schedulingChoice.case === "ensembleScheduling"
    ? ensembleSeries(sources).map((source) => ({ ...source, adaptive: null }))
    : sources;
}
