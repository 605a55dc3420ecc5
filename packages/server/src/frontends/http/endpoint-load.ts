import type { ServerFacade } from "../../engine/server-facade.ts";
import { headerLine } from "./wire/header-line.ts";

/** The request header that asks a generate answer for the load, as `text` or `json`. */
export const ENDPOINT_LOAD_FORMAT = "endpoint-load-metrics-format";
const ENDPOINT_LOAD = "endpoint-load-metrics";

/** A gauge that models of large language models set: blocks of their cache, by what is counted. */
const FAMILY = "nv_trt_llm_kv_cache_block_metrics";
const BLOCK_TYPE = "kv_cache_block_type";

/**
 * The header line that says how full a model's cache is, for load balancers (ORCA); empty, with an error in the log, if no model
 * has set the gauges that it is made of, or if the format is none.
 *
 * @see Triton server src/orca_http.cc
 */
export function endpointLoadLine(
  server: Pick<ServerFacade, "metricFamilies" | "log">,
  format: string,
): string {
  const blocks = cacheBlocks(server);
  const text = blocks === null ? "" : loadText(server, format, blocks);
  if (text === "") {
    server.log.error(
      "ENDPOINT_LOAD_METRICS_TYPE request header is set but extracted_kv_metrics is empty, no header written. " +
        `orca_type=${format}`,
    );
    return "";
  }
  return headerLine(ENDPOINT_LOAD, text);
}

interface CacheBlocks {
  readonly utilization: number;
  readonly tokenCapacity: number;
}

function cacheBlocks(server: Pick<ServerFacade, "metricFamilies" | "log">): CacheBlocks | null {
  const byType = new Map<string, number>();
  for (const { name, samples } of server.metricFamilies()) {
    for (const { labels, value } of name === FAMILY ? samples : []) {
      byType.set(labels[BLOCK_TYPE] ?? "", value);
    }
  }
  const used = byType.get("used") ?? -1;
  const total = byType.get("max") ?? -1;
  const tokensPerBlock = byType.get("tokens_per") ?? -1;
  if (used < 0 || total < 0 || tokensPerBlock < 0) {
    server.log.error("One or more of the kv metrics was not found or invalid.");
    return null;
  }
  return {
    utilization: total > 0 ? used / total : 0,
    tokenCapacity: Math.trunc(total * tokensPerBlock),
  };
}

function loadText(
  { log }: Pick<ServerFacade, "log">,
  format: string,
  { utilization, tokenCapacity }: CacheBlocks,
): string {
  if (format === "json") {
    const fraction = Number.isInteger(utilization) ? `${utilization}.0` : String(utilization);
    return `JSON {"named_metrics":{"kv_cache_utilization":${fraction},"max_token_capacity":${tokenCapacity}}}`;
  }
  if (format === "text") {
    return (
      `TEXT named_metrics.kv_cache_utilization=${utilization.toFixed(6)}, ` +
      `named_metrics.max_token_capacity=${tokenCapacity}`
    );
  }
  log.error(`orca_type is set to an invalid type: ${format}`);
  return "";
}
