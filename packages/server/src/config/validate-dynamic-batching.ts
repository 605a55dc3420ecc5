import {
  type ModelConfig,
  type ModelDynamicBatching,
  type ModelQueuePolicy,
  ModelQueuePolicy_TimeoutAction,
} from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";

/**
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, ValidateModelConfig
 */
export function validateDynamicBatching(config: ModelConfig, batching: ModelDynamicBatching): void {
  validatePreferredBatchSizes(batching.preferredBatchSize, {
    batchSizeMax: config.maxBatchSize,
    subject: "dynamic batching preferred size",
    model: config.name,
  });
  validatePriorities(config, batching);
  if (!batching.preserveOrdering) {
    return;
  }
  if (batching.priorityLevels > 1n) {
    throw invalidConfig(
      `Only one priority level is allowed when 'preserve_ordering' is true for ${config.name}`,
    );
  }
  const policies = [batching.defaultQueuePolicy, ...Object.values(batching.priorityQueuePolicy)];
  if (policies.some((policy) => policy !== undefined && delaysExpired(policy))) {
    throw invalidConfig(
      "Queue policy can not have DELAY as timeout action when 'preserve_ordering' is true " +
        `for ${config.name}`,
    );
  }
}

/** The rule of every list of preferred batch sizes: positive and no greater than the maximum. */
export function validatePreferredBatchSizes(
  sizes: readonly number[],
  {
    batchSizeMax,
    subject,
    model,
  }: { readonly batchSizeMax: number; readonly subject: string; readonly model: string },
): void {
  for (const size of sizes) {
    if (size <= 0) {
      throw invalidConfig(`${subject} must be positive for ${model}`);
    }
    if (size > batchSizeMax) {
      throw invalidConfig(`${subject} must be <= max batch size for ${model}`);
    }
  }
}

function validatePriorities(
  { name }: ModelConfig,
  { priorityLevels, defaultPriorityLevel, priorityQueuePolicy }: ModelDynamicBatching,
): void {
  if (priorityLevels === 0n) {
    return;
  }
  if (!isLevel(defaultPriorityLevel, priorityLevels)) {
    throw invalidConfig(
      `default priority level must be in range [1, ${priorityLevels}] for ${name}`,
    );
  }
  for (const level of Object.keys(priorityQueuePolicy)) {
    if (!isLevel(BigInt(level), priorityLevels)) {
      throw invalidConfig(
        `priority queue policy must have priority level in range [1, ${priorityLevels}] for ${name}`,
      );
    }
  }
}

function isLevel(level: bigint, levelMax: bigint): boolean {
  return level >= 1n && level <= levelMax;
}

function delaysExpired(policy: ModelQueuePolicy): boolean {
  return (
    policy.defaultTimeoutMicroseconds !== 0n &&
    policy.timeoutAction === ModelQueuePolicy_TimeoutAction.DELAY
  );
}
