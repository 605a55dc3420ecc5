import { cloneModelConfig, type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";
import { compileModelSpec } from "./compile-model-spec.ts";
import { configuredElementCount } from "./element-count.ts";
import type { ModelFiles } from "./model-files.ts";
import { normaliseModelConfig } from "./normalise-model-config.ts";
import { readLabels } from "./read-labels.ts";
import { validateModelConfig } from "./validate-model-config.ts";
import { validateTensors } from "./validate-tensors.ts";

/** The field numbers of the scheduling choices, which a message shows in their place. */
const SCHEDULING_CHOICE_NUMBERS = {
  dynamicBatching: 11,
  sequenceBatching: 13,
  ensembleScheduling: 15,
} as const;

/**
 * A copy of `config` with what the core takes from a backend's auto-completion: max_batch_size, inputs, outputs, a
 * scheduling choice if there was none, and the transaction policy; normalised again.
 *
 * @param completed what the backend returned
 * @throws {TritonError} Internal if the backend changed the scheduling choice
 * @see Triton core src/backend_model.cc, UpdateModelConfig
 */
export function mergeAutoCompleted(config: ModelConfig, completed: ModelConfig): ModelConfig {
  const merged = cloneModelConfig(config);
  const source = cloneModelConfig(completed);
  merged.maxBatchSize = source.maxBatchSize;
  merged.input = source.input;
  merged.output = source.output;
  const choice = merged.schedulingChoice.case;
  if (choice === undefined) {
    merged.schedulingChoice = source.schedulingChoice;
  } else if (choice !== source.schedulingChoice.case) {
    const number = SCHEDULING_CHOICE_NUMBERS[choice];
    // The same number twice: the real server prints its own choice in both places.
    throw new TritonError(
      StatusCode.Internal,
      `Cannot update scheduling choice from ${number} to ${number} when auto-completing.`,
    );
  }
  if (source.modelTransactionPolicy !== undefined) {
    merged.modelTransactionPolicy = source.modelTransactionPolicy;
  }
  normaliseModelConfig(merged);
  return merged;
}

/** What `compileModelConfig` is given of one version. */
export interface CompileModelConfigOptions {
  /** Complete; it is not changed. */
  readonly config: ModelConfig;
  /** Whether a file, an override or the backend's auto-completion gave the configuration. */
  readonly isProvided: boolean;
  readonly version: bigint;
  readonly files: ModelFiles;
}

/**
 * The last step before instances are made: validates the complete configuration, inputs and outputs included, reads the
 * label files and compiles the whole for the data plane.
 *
 * @throws {TritonError} NotFound if nothing gave the configuration, InvalidArg if it breaks a rule, Unsupported for a label
 *   file outside the model directory, Internal if a label file cannot be read
 * @see Triton core src/model.cc, Model::Init
 */
export async function compileModelConfig(options: CompileModelConfigOptions): Promise<ModelSpec> {
  const { config, version, files } = options;
  if (!options.isProvided) {
    throw new TritonError(
      StatusCode.NotFound,
      `model configuration is not provided for model '${config.name}'`,
    );
  }
  validateModelConfig(config);
  validateTensors(config);
  const labels = await readLabels(config, files);
  checkInputSizes(config);
  return compileModelSpec(config, version, labels);
}

/** The scheduler asks for the size of every input; one that no request can have is refused here. */
function checkInputSizes(config: ModelConfig): void {
  for (const { name, dims, isShapeTensor } of config.input) {
    if (!isShapeTensor) {
      configuredElementCount(dims, name);
    }
  }
}
