import { formatTable } from "../base/table.ts";
import { formatRateLimitResource } from "../config/execution-options.ts";
import type { CompiledServerOptions } from "../config/server-options.ts";
import type { BackendDescription } from "../engine/backend-registry.ts";
import type { ModelStatusRow } from "../engine/inference-server.ts";

/** A repository agent that has been loaded. */
export interface RepositoryAgentEntry {
  readonly name: string;
  readonly path: string;
}

const PINNED_MEMORY_POOL_BYTES = 268435456;

/** The first table of the start-up log. */
export function formatRepositoryAgents(
  agents: readonly RepositoryAgentEntry[],
  width: number,
): string {
  const rows = agents.map(({ name, path }) => [name, path]);
  return formatTable(["Repository Agent", "Path"], rows, width);
}

/** The second table: each backend with the configuration it was given, as JSON. */
export function formatBackends(backends: readonly BackendDescription[], width: number): string {
  const rows = backends.map(({ name, path, config }) => [name, path, config]);
  return formatTable(["Backend", "Path", "Config"], rows, width);
}

/**
 * The third table: a row for each version, with the reason where it is not ready. A model without versions is one row.
 *
 * @see Triton core src/server.cc `PrintBackendAndModelSummary`
 */
export function formatModels(models: readonly ModelStatusRow[], width: number): string {
  const rows = models.map(({ name, version, status }) => [
    name,
    version === null ? "-" : String(version),
    status,
  ]);
  return formatTable(["Model", "Version", "Status"], rows, width);
}

/**
 * The last table: what the server was started with. Features that are still to come show as off, with their defaults.
 *
 * @see Triton core src/tritonserver.cc `TRITONSERVER_ServerNew`
 */
export function formatServerOptions(
  options: CompiledServerOptions,
  extensions: readonly string[],
): string {
  const rows = [
    ["server_id", options.id],
    ["server_version", options.version],
    ["server_extensions", extensions.join(" ")],
    ...options.modelRepositories.map((path, index) => [`model_repository_path[${index}]`, path]),
    ["model_control_mode", `MODE_${options.modelControlMode.toUpperCase()}`],
    ...options.startupModels.map((name, index) => [`startup_models_${index}`, name]),
    ["strict_model_config", bit(!options.autoCompleteConfig)],
    ["model_config_name", options.modelConfigName],
    ["rate_limit", options.rateLimitMode === "off" ? "OFF" : "EXEC_COUNT"],
    ...options.rateLimitResources.map((resource, index) => [
      `rate_limit_resource[${index}]`,
      formatRateLimitResource(resource),
    ]),
    ["pinned_memory_pool_byte_size", String(PINNED_MEMORY_POOL_BYTES)],
    ["min_supported_compute_capability", "6.0"],
    ["strict_readiness", bit(options.strictReadiness)],
    ["exit_timeout", String(options.exitTimeoutSecs)],
    ["cache_enabled", bit(options.cacheSettings.size > 0)],
  ];
  return formatTable(["Option", "Value"], rows, options.log.tableWidth);
}

function bit(value: boolean): string {
  return value ? "1" : "0";
}
