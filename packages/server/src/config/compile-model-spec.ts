import {
  datatypeFromDataType,
  type ModelConfig,
  type ModelInput,
  type ModelOutput,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { InputSpec, ModelSpec, OutputSpec, TensorSpec } from "../model/model-spec.ts";
import { checkOwnParameters } from "./check-own-parameters.ts";
import {
  compileBatchInput,
  compileBatchOutput,
  compileDynamicBatching,
} from "./compile-batching.ts";
import { compilePadding } from "./compile-padding.ts";
import { compileSequenceBatching } from "./compile-sequence-batching.ts";

/**
 * The data plane's form of a complete configuration. Of two inputs or outputs with one name, the first counts.
 *
 * @param labels by output name; outputs without labels are absent
 * @throws {TritonError} Unsupported for a dimension beyond 2^53, InvalidArg for a data type that is none and for a parameter
 *   of ours that is wrong or that nobody reads
 */
export function compileModelSpec(
  config: ModelConfig,
  version: bigint,
  labels: ReadonlyMap<string, readonly string[]>,
): ModelSpec {
  checkOwnParameters(config);
  const padding = compilePadding(config);
  const masks = new Set(padding?.masks.map(({ name }) => name));
  const inputs = config.input
    .filter(({ name }) => !masks.has(name))
    .map((input) => compileInput(input, config));
  const outputs = config.output.map((output) => compileOutput(output, config, labels));
  return {
    name: config.name,
    version,
    versionText: String(version),
    platform: config.platform === "" ? config.backend : config.platform,
    batchSizeMax: config.maxBatchSize,
    isDecoupled: config.modelTransactionPolicy?.decoupled ?? false,
    inputs,
    inputsByName: byName(inputs),
    outputs,
    outputsByName: byName(outputs),
    requiredInputCount: inputs.filter(({ isOptional }) => !isOptional).length,
    dynamicBatching: compileDynamicBatching(config),
    sequenceBatching: compileSequenceBatching(config),
    batchInputs: config.batchInput.map(compileBatchInput),
    batchOutputs: config.batchOutput.map(compileBatchOutput),
    padding,
  };
}

function compileInput(input: ModelInput, config: ModelConfig): InputSpec {
  return {
    ...compileTensor(input, config),
    isOptional: input.optional,
    isRaggedBatchAllowed: input.allowRaggedBatch,
    isShapeTensor: input.isShapeTensor,
  };
}

function compileOutput(
  output: ModelOutput,
  config: ModelConfig,
  labels: ReadonlyMap<string, readonly string[]>,
): OutputSpec {
  return { ...compileTensor(output, config), labels: labels.get(output.name) ?? null };
}

function compileTensor(tensor: ModelInput | ModelOutput, config: ModelConfig): TensorSpec {
  const { name, dataType, reshape } = tensor;
  const datatype = datatypeFromDataType(dataType);
  if (datatype === null) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `tensor '${name}' of model '${config.name}' has an unknown data type: ${dataType}`,
    );
  }
  const toNumber = (dim: bigint): number => numberFromDim(dim, name, config.name);
  const dims = tensor.dims.map(toNumber);
  return {
    name,
    datatype,
    dims,
    fullShape: config.maxBatchSize > 0 ? [-1, ...dims] : dims,
    reshape: reshape === undefined ? null : reshape.shape.map(toNumber),
  };
}

function numberFromDim(dim: bigint, tensor: string, model: string): number {
  if (dim > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new TritonError(
      StatusCode.Unsupported,
      `tensor '${tensor}' of model '${model}' has a dimension that is not supported: ${dim}`,
    );
  }
  return Number(dim);
}

function byName<Spec extends TensorSpec>(specs: readonly Spec[]): ReadonlyMap<string, Spec> {
  const map = new Map<string, Spec>();
  for (const spec of specs) {
    if (!map.has(spec.name)) {
      map.set(spec.name, spec);
    }
  }
  return map;
}
