import type { ModelConfig, ModelMetrics } from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";
import { isPlatformMismatch, Platform } from "./platforms.ts";
import { validateDynamicBatching } from "./validate-dynamic-batching.ts";
import { validateEnsemble } from "./validate-ensemble.ts";
import { validateSequenceBatching } from "./validate-sequence-batching.ts";

/**
 * Checks a normalised configuration against the rules that need neither backend nor devices; inputs and outputs have
 * `validateTensors`. The first broken rule is reported, in the core's order.
 *
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, ValidateModelConfig
 */
export function validateModelConfig(config: ModelConfig): void {
  validatePlatform(config);
  if (config.maxBatchSize < 0) {
    throw invalidConfig(`'max_batch_size' must be non-negative value for ${config.name}`);
  }
  if (config.versionPolicy === undefined) {
    throw invalidConfig(`must specify 'version policy' for ${config.name}`);
  }
  const { schedulingChoice } = config;
  if (schedulingChoice.case === "dynamicBatching") {
    validateDynamicBatching(config, schedulingChoice.value);
  } else if (schedulingChoice.case === "sequenceBatching") {
    validateSequenceBatching(config, schedulingChoice.value);
  }
  if (schedulingChoice.case === "ensembleScheduling") {
    validateEnsemble(config, schedulingChoice.value);
  } else if (config.platform === Platform.Ensemble) {
    throw invalidConfig(
      `ensemble scheduling must be set for ensemble ${config.name} whose platform is ensemble`,
    );
  }
  if (config.modelTransactionPolicy?.decoupled && config.responseCache?.enable) {
    throw invalidConfig(
      `Response Cache does not currently support model ${config.name} with 'decoupled' transaction policy. ` +
        "Please disable the response cache.",
    );
  }
  if (config.modelMetrics !== undefined) {
    validateModelMetrics(config.modelMetrics);
  }
}

function validatePlatform({ name, platform, backend }: ModelConfig): void {
  if (name === "") {
    throw invalidConfig("model configuration must specify 'name'");
  }
  if (backend === "" && platform !== Platform.Ensemble) {
    throw invalidConfig(`unexpected platform type '${platform}' for ${name}`);
  }
  if (backend !== "" && platform === Platform.Ensemble) {
    throw invalidConfig(
      `Ensemble model '${name}' must have platform type '${platform}' and empty backend type`,
    );
  }
  if (isPlatformMismatch({ backend, platform })) {
    throw invalidConfig(`unexpected 'platform' and 'backend' pair, got:${platform}, ${backend}`);
  }
}

function validateModelMetrics(metrics: ModelMetrics): void {
  for (const { metricIdentifier, metricOptions } of metrics.metricControl) {
    if (metricIdentifier === undefined) {
      throw invalidConfig("metric control must specify 'metric_identifier'");
    }
    if (metricIdentifier.family === "") {
      throw invalidConfig("metric identifier must specify non-empty 'family'");
    }
    if (metricOptions.case !== "histogramOptions") {
      throw invalidConfig("metric control must specify 'histogram_options'");
    }
    if (metricOptions.value.buckets.length === 0) {
      throw invalidConfig("histogram options must specify non-empty 'buckets'");
    }
  }
}
