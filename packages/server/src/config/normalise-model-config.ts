import { createModelConfig, type ModelConfig } from "@nereid/protocol";
import { assert } from "../base/assert.ts";

const SEQUENCE_IDLE_DEFAULT_US = 1_000_000n;

/**
 * Fills in the defaults that do not depend on backend or devices, in place: version policy, preferred batch sizes, the
 * sequence idle time and pinned memory. What is set stays.
 *
 * @see Triton core src/model_config_utils.cc, NormalizeModelConfig
 */
export function normaliseModelConfig(config: ModelConfig): void {
  fillVersionPolicy(config);
  const { schedulingChoice, maxBatchSize } = config;
  if (schedulingChoice.case === "dynamicBatching") {
    fillPreferredBatchSize(schedulingChoice.value.preferredBatchSize, maxBatchSize);
  }
  if (schedulingChoice.case === "sequenceBatching") {
    const batching = schedulingChoice.value;
    batching.maxSequenceIdleMicroseconds ||= SEQUENCE_IDLE_DEFAULT_US;
    if (batching.strategyChoice.case === "oldest") {
      fillPreferredBatchSize(batching.strategyChoice.value.preferredBatchSize, maxBatchSize);
    }
  }
  if (schedulingChoice.case !== "ensembleScheduling") {
    fillPinnedMemory(config);
  }
}

function fillVersionPolicy(config: ModelConfig): void {
  const { versionPolicy } = createModelConfig({
    versionPolicy: { policyChoice: { case: "latest", value: { numVersions: 1 } } },
  });
  assert(versionPolicy !== undefined, "it was set");
  config.versionPolicy ??= versionPolicy;
}

function fillPreferredBatchSize(sizes: number[], batchSizeMax: number): void {
  if (sizes.length === 0 && batchSizeMax > 0) {
    sizes.push(batchSizeMax);
  }
}

function fillPinnedMemory(config: ModelConfig): void {
  const { optimization } = createModelConfig({
    optimization: { inputPinnedMemory: { enable: true }, outputPinnedMemory: { enable: true } },
  });
  const input = optimization?.inputPinnedMemory;
  const output = optimization?.outputPinnedMemory;
  assert(optimization !== undefined && input !== undefined && output !== undefined, "all are set");
  config.optimization ??= optimization;
  config.optimization.inputPinnedMemory ??= input;
  config.optimization.outputPinnedMemory ??= output;
}
