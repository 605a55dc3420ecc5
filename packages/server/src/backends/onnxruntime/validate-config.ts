import {
  type DataType,
  dataTypeName,
  datatypeFromDataType,
  formatShape,
  type ModelConfig,
  type ModelInput,
  type ModelOutput,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import { compareBytes } from "./byte-order.ts";
import { dataTypeFromElementType, type SessionSignature } from "./session-signature.ts";
import { validateSequenceControls } from "./validate-sequence-controls.ts";

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

/**
 * Checks a complete configuration against the model: names, data types, shapes, counts.
 *
 * @param name the model's, for messages
 * @throws {TritonError} with Triton's texts
 * @see onnxruntime_backend src/onnxruntime.cc, ValidateInputs and ValidateOutputs
 */
export function validateConfig(
  name: string,
  config: ModelConfig,
  signature: SessionSignature,
): void {
  const controlCount = validateSequenceControls(name, config, signature.inputs);
  validateInputs(name, config, signature, controlCount);
  validateOutputs(name, config, signature);
}

function validateInputs(
  name: string,
  config: ModelConfig,
  signature: SessionSignature,
  controlCount: number,
): void {
  const requiredCount = config.input.filter((input) => !input.optional).length;
  const expectedCount = requiredCount + config.batchInput.length + controlCount;
  if (signature.inputs.length !== expectedCount) {
    throw invalid(
      `unable to load model '${name}', configuration expects ${expectedCount} inputs, model provides ${signature.inputs.length}`,
    );
  }
  // Requests may give the overridable initializers too.
  const infos = infosByName([...signature.inputs, ...signature.overridableInitializers]);
  for (const input of config.input) {
    if (input.optional && config.maxBatchSize !== 0) {
      throw invalid(
        `unable to load model '${name}', optional input '${input.name}' is not supported for models that support batching`,
      );
    }
    const info = infos.get(input.name);
    if (info === undefined) {
      throw invalid(
        `unexpected inference input '${input.name}', allowed inputs are: ${sortedNames(infos)}`,
      );
    }
    validateDataType(name, `input '${input.name}'`, input.dataType, info);
    validateInputShape(name, config.maxBatchSize, input, info);
  }
}

function validateInputShape(
  name: string,
  maxBatchSize: number,
  input: ModelInput,
  info: OrtTensorInfo,
): void {
  if (!input.allowRaggedBatch) {
    validateShape({ name, maxBatchSize, tensor: input, info, isExact: false });
    return;
  }
  const expectation = `unable to load model '${name}', configuration expects model provides input with shape [-1]`;
  if (input.optional) {
    throw invalid(
      `${expectation} for ragged input '${input.name}', which is not supported for optional input`,
    );
  }
  if (info.shape.length !== 1 || info.shape[0] !== -1) {
    throw invalid(
      `${expectation}  for ragged input '${input.name}', model provides ${formatShape(info.shape)}`,
    );
  }
}

function validateOutputs(name: string, config: ModelConfig, signature: SessionSignature): void {
  const infos = infosByName(signature.outputs);
  const batchOutputs = new Set(config.batchOutput.flatMap(({ targetName }) => targetName));
  for (const output of config.output) {
    const info = infos.get(output.name);
    if (info === undefined) {
      throw invalid(
        `unexpected inference output '${output.name}', allowed outputs are: ${sortedNames(infos)}`,
      );
    }
    validateDataType(name, `output '${output.name}'`, output.dataType, info);
    // A batch output's shape need not be the model's.
    if (!batchOutputs.has(output.name)) {
      const { maxBatchSize } = config;
      validateShape({ name, maxBatchSize, tensor: output, info, isExact: true });
    }
  }
}

/** @param subject `input '<n>'` or `output '<n>'` */
function validateDataType(
  name: string,
  subject: string,
  dataType: DataType,
  info: OrtTensorInfo,
): void {
  if (datatypeFromDataType(dataType) === null) {
    throw new TritonError(
      StatusCode.Internal,
      `unsupported datatype ${dataTypeName(dataType)} for ${subject} for model '${name}'`,
    );
  }
  if (dataType !== dataTypeFromElementType(info.elementType)) {
    const provided = datatypeFromDataType(dataTypeFromElementType(info.elementType));
    // The model's type is printed by its protocol name, which differs for strings.
    throw invalid(
      `unable to load model '${name}', configuration expects datatype ${dataTypeName(dataType)} for ${subject}, model provides TYPE_${provided ?? "<invalid>"}`,
    );
  }
}

interface ShapeCheck {
  readonly name: string;
  readonly maxBatchSize: number;
  readonly tensor: ModelInput | ModelOutput;
  readonly info: OrtTensorInfo;
  /** Whether a wildcard of the model must be one in the configuration too. */
  readonly isExact: boolean;
}

/** Compares the shape that the model sees, i.e. the reshaped one, with the model's. */
function validateShape(check: ShapeCheck): void {
  const { name, maxBatchSize, tensor, info } = check;
  const dims = (tensor.reshape?.shape ?? tensor.dims).map(Number);
  if (info.shape.length === 0) {
    validateScalar(name, tensor.name, dims);
    return;
  }
  const subject = `model '${name}', tensor '${tensor.name}'`;
  const model = formatShape(info.shape);
  if (maxBatchSize === 0) {
    if (!isSupported(check, dims)) {
      throw invalid(
        `${subject}: the model expects ${info.shape.length} dimensions (shape ${model}) but the model configuration ` +
          `specifies ${dims.length} dimensions (shape ${formatShape(dims)})`,
      );
    }
    return;
  }
  if (info.shape[0] !== -1) {
    throw invalid(
      `${subject}: for the model to support batching the shape should have at least 1 dimension and the first ` +
        `dimension must be -1; but shape expected by the model is ${model}`,
    );
  }
  const fullDims = [-1, ...dims];
  if (!isSupported(check, fullDims)) {
    throw invalid(
      `${subject}: the model expects ${info.shape.length} dimensions (shape ${model}) but the model configuration ` +
        `specifies ${fullDims.length} dimensions (an initial batch dimension because max_batch_size > 0 followed by the ` +
        `explicit tensor shape, making complete shape ${formatShape(fullDims)})`,
    );
  }
}

function validateScalar(name: string, tensor: string, dims: readonly number[]): void {
  if (dims.some((dim) => dim !== 1)) {
    throw invalid(
      `unable to load model '${name}', scalar tensor '${tensor}', should only provide 1 in the model configuration when ` +
        `the model doesn't support batching. Model configuration provided: ${formatShape(dims)}.`,
    );
  }
}

function isSupported({ info, isExact }: ShapeCheck, dims: readonly number[]): boolean {
  const { shape } = info;
  return (
    shape.length === dims.length &&
    shape.every((dim, index) => (!isExact && dim === -1) || dim === dims[index])
  );
}

function infosByName(infos: readonly OrtTensorInfo[]): ReadonlyMap<string, OrtTensorInfo> {
  return new Map(infos.map((info) => [info.name, info]));
}

/** As a `std::set` lists them: by bytes. */
function sortedNames(infos: ReadonlyMap<string, OrtTensorInfo>): string {
  return [...infos.keys()].sort(compareBytes).join(", ");
}
