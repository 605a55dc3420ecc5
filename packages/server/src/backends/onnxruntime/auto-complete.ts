import {
  cloneModelConfig,
  createModelConfig,
  type ModelConfig,
  type ModelInput,
  type ModelOutput,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { Logger } from "../../base/logger.ts";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import { inHashOrder } from "./hash-order.ts";
import { dataTypeFromElementType, type SessionSignature } from "./session-signature.ts";

/** Whether the configuration says enough of inputs and outputs that Triton does not look at the model. */
export function isCompletionSkipped(config: ModelConfig): boolean {
  return config.input.length + config.batchInput.length > 0 && config.output.length > 0;
}

/**
 * A copy of the configuration with what the model says filled in: the batch size and the scheduler, and the whole list
 * of inputs or outputs where it is empty.
 *
 * @param name the model's, for messages
 * @throws {TritonError} InvalidArg if a batch size is configured for a model that cannot batch
 * @see onnxruntime_backend src/onnxruntime.cc, ModelState::AutoCompleteConfig
 */
export function autoCompleteConfig(options: {
  readonly name: string;
  readonly config: ModelConfig;
  readonly signature: SessionSignature;
  readonly defaultMaxBatchSize: number;
  readonly log: Logger;
}): ModelConfig {
  const { signature } = options;
  const config = cloneModelConfig(options.config);
  completeBatching(config, options);
  const hasBatchDimension = config.maxBatchSize > 0;
  if (config.input.length + config.batchInput.length === 0) {
    config.input = inHashOrder(signature.inputs).map((info) =>
      completedInput(info, hasBatchDimension),
    );
  }
  if (config.output.length === 0) {
    config.output = inHashOrder(signature.outputs).map((info) =>
      completedOutput(info, hasBatchDimension),
    );
  }
  return config;
}

function completeBatching(
  config: ModelConfig,
  options: {
    readonly name: string;
    readonly signature: SessionSignature;
    readonly defaultMaxBatchSize: number;
    readonly log: Logger;
  },
): void {
  const { name, signature, defaultMaxBatchSize, log } = options;
  const canBatch = [...signature.inputs, ...signature.outputs].every(
    ({ shape }) => shape[0] === -1,
  );
  if (!canBatch) {
    if (config.maxBatchSize !== 0) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `autofill failed for model '${name}': model does not support batching while non-zero max_batch_size is specified`,
      );
    }
    return;
  }
  if (config.maxBatchSize === 0) {
    config.maxBatchSize = defaultMaxBatchSize;
    log.warning(
      `autofilled max_batch_size to ${defaultMaxBatchSize} for model '${name}' since batching is supporrted but no ` +
        "max_batch_size is specified in model configuration. Must specify max_batch_size to utilize autofill with a " +
        "larger max batch size",
    );
  }
  const { case: scheduler } = config.schedulingChoice;
  const hasBatcher = scheduler === "sequenceBatching" || scheduler === "dynamicBatching";
  if (config.maxBatchSize > 1 && !hasBatcher) {
    config.schedulingChoice = createModelConfig({
      schedulingChoice: { case: "dynamicBatching", value: {} },
    }).schedulingChoice;
  }
}

/** The fields that inputs and outputs share. A scalar has one element, and a reshape where there is a batch dimension. */
function completedFields(info: OrtTensorInfo, hasBatchDimension: boolean) {
  const dims = info.shape.slice(hasBatchDimension ? 1 : 0).map(BigInt);
  const isScalar = dims.length === 0;
  return {
    name: info.name,
    dataType: dataTypeFromElementType(info.elementType),
    dims: isScalar ? [1n] : dims,
    ...(isScalar && hasBatchDimension ? { reshape: { shape: [] } } : {}),
  };
}

function completedInput(info: OrtTensorInfo, hasBatchDimension: boolean): ModelInput {
  const [input] = createModelConfig({ input: [completedFields(info, hasBatchDimension)] }).input;
  if (input === undefined) {
    throw new TypeError("one input was given");
  }
  return input;
}

function completedOutput(info: OrtTensorInfo, hasBatchDimension: boolean): ModelOutput {
  const [output] = createModelConfig({ output: [completedFields(info, hasBatchDimension)] }).output;
  if (output === undefined) {
    throw new TypeError("one output was given");
  }
  return output;
}
