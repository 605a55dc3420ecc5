import type { ModelConfig } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import { firstResponseBuckets } from "../config/first-response-buckets.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { VersionStatistics } from "./version-statistics.ts";

/**
 * The counters of a version that is being loaded, and in the log what its configuration asks of metrics in vain.
 *
 * @param options.hasHistograms whether the times to the first answer are counted
 */
export function createStatistics(
  options: { readonly hasHistograms: boolean; readonly log: Logger },
  config: ModelConfig,
  { name, version }: ModelSpec,
): VersionStatistics {
  const { boundsMs, warnings } = firstResponseBuckets(config);
  for (const warning of warnings) {
    options.log.warning(warning);
  }
  return new VersionStatistics(name, version, options.hasHistograms ? boundsMs : null);
}
