import {
  DataType,
  type ModelConfig,
  type ModelInput,
  ModelInput_Format,
  type ModelOutput,
  TritonError,
} from "@nereid/protocol";
import { configuredElementCount, WILDCARD } from "./element-count.ts";
import { invalidConfig } from "./invalid-config.ts";
import { Platform } from "./platforms.ts";
import { validateBatchTensors } from "./validate-batch-tensors.ts";

const DIMENSION_RULE = "must be integer >= 1, or -1 to indicate a variable-size dimension";

/**
 * Checks inputs, outputs, batch inputs and batch outputs. Done once the backend has completed them, or at once if
 * auto-completion is off.
 *
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, ValidateModelIOConfig
 */
export function validateTensors(config: ModelConfig): void {
  try {
    for (const input of config.input) {
      validateInput(input, config);
    }
    for (const output of config.output) {
      validateShape(output, config.maxBatchSize, "model output ");
      validateTensorRtFlags(output, config.platform, "output");
    }
    validateBatchTensors(config);
  } catch (error) {
    throw error instanceof TritonError
      ? new TritonError(error.code, `${error.message} for ${config.name}`, { cause: error })
      : error;
  }
}

function validateInput(input: ModelInput, config: ModelConfig): void {
  validateShape(input, config.maxBatchSize, "model input ");
  const hasImageFormat =
    input.format === ModelInput_Format.NHWC || input.format === ModelInput_Format.NCHW;
  if (hasImageFormat && input.dims.length !== 3) {
    throw invalidConfig("model input NHWC/NCHW require 3 dims");
  }
  validateTensorRtFlags(input, config.platform, "input");
}

function validateTensorRtFlags(
  tensor: ModelInput | ModelOutput,
  platform: string,
  kind: "input" | "output",
): void {
  const isTensorRt = platform === Platform.TensorRt;
  if (tensor.isShapeTensor && !isTensorRt) {
    throw invalidConfig("shape tensors are only supported for TensorRT platform");
  }
  if (!tensor.isNonLinearFormatIo) {
    return;
  }
  if (!isTensorRt) {
    throw invalidConfig("Non-linear IO format is only supported for the TensorRT platform");
  }
  if (tensor.dims.length !== 3) {
    throw invalidConfig(`Non-linear IO format ${kind} requires 3 dims`);
  }
}

function validateShape(
  tensor: ModelInput | ModelOutput,
  batchSizeMax: number,
  prefix: string,
): void {
  const { name, dims, reshape } = tensor;
  if (name === "") {
    throw invalidConfig(`${prefix}must specify 'name'`);
  }
  const subject = `${prefix}'${name}'`;
  if (tensor.dataType === DataType.TYPE_INVALID) {
    throw invalidConfig(`${subject} must specify 'data_type'`);
  }
  if (dims.length === 0) {
    throw invalidConfig(`${subject} must specify 'dims'`);
  }
  if (reshape !== undefined && reshape.shape.length === 0 && batchSizeMax === 0) {
    throw invalidConfig(
      `${subject} cannot have empty reshape for non-batching model as scalar tensors are not supported`,
    );
  }
  if (!dims.every(isDimension)) {
    throw invalidConfig(`${subject} dimension ${DIMENSION_RULE}`);
  }
  if (reshape !== undefined) {
    if (!reshape.shape.every(isDimension)) {
      throw invalidConfig(`${subject} reshape dimensions ${DIMENSION_RULE}`);
    }
    validateReshape({ name, subject, dims, shape: reshape.shape });
  }
}

function isDimension(dim: bigint): boolean {
  return dim >= 1n || dim === WILDCARD;
}

interface Reshape {
  readonly name: string;
  readonly subject: string;
  readonly dims: readonly bigint[];
  readonly shape: readonly bigint[];
}

/** Both shapes have as many elements; where there are wildcards, so have the parts between them. */
function validateReshape({ name, subject, dims, shape }: Reshape): void {
  const sizeMessage = `${subject} has different size for dims and reshape`;
  const dimsCount = configuredElementCount(dims, `${name} dims`);
  const shapeCount = configuredElementCount(shape, `${name} reshape`);
  // An empty reshape stands for one element, and counts as 0.
  const isScalar = shapeCount === 0n && dimsCount === 1n;
  if (dimsCount !== shapeCount && !isScalar) {
    throw invalidConfig(sizeMessage);
  }
  if (dimsCount !== WILDCARD) {
    return;
  }
  const dimsParts = countsBetweenWildcards(dims);
  const shapeParts = countsBetweenWildcards(shape);
  if (dimsParts.length !== shapeParts.length) {
    throw invalidConfig(
      `${subject} has different number of variable-size dimensions for dims and reshape`,
    );
  }
  if (dimsParts.some((count, index) => count !== shapeParts[index])) {
    throw invalidConfig(sizeMessage);
  }
}

function countsBetweenWildcards(dims: readonly bigint[]): readonly bigint[] {
  const counts: bigint[] = [];
  let count = 1n;
  for (const dim of dims) {
    if (dim === WILDCARD) {
      counts.push(count);
      count = 1n;
    } else {
      count *= dim;
    }
  }
  counts.push(count);
  return counts;
}
