import {
  DataType,
  type ModelConfig,
  type ModelEnsembling_Step,
  type ModelInput,
  type ModelOutput,
} from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import { invalidConfig } from "./invalid-config.ts";
import { stepExtraTensors } from "./parse-step-extras.ts";

const WILDCARD = -1n;

/** What the outputs of one step share: one numbering of its answers. */
interface StepOutputs {
  label: number | null;
}

/** A tensor of the ensemble, and what is known of it from the first model that it was seen with. */
interface TensorNode {
  /** The model, or the ensemble itself. */
  readonly model: string;
  readonly dataType: DataType;
  readonly dims: readonly bigint[];
  /** With the batch dimension, if the model batches. */
  readonly fullDims: readonly bigint[];
  readonly sources: TensorNode[];
  readonly targets: TensorNode[];
  isDecoupled: boolean;
  /** Which decoupled step's answers it is numbered by; 0 for none. */
  label: number;
  isVisited: boolean;
  step: StepOutputs | null;
}

/**
 * Checks an ensemble against the complete configurations of its models: names, datatypes, shapes, batch sizes, and that no
 * step needs answers of two decoupled models together.
 *
 * @param configOf the complete configuration of a step's model
 * @returns whether the ensemble is decoupled, which its steps decide
 * @throws {TritonError} InvalidArg
 * @see Triton core src/ensemble_scheduler/ensemble_utils.cc, ValidateEnsembleConfig
 */
export function checkEnsembleConsistency(
  config: ModelConfig,
  configOf: (model: string) => ModelConfig,
): boolean {
  const { schedulingChoice } = config;
  assert(schedulingChoice.case === "ensembleScheduling", "it is an ensemble");
  const tensors = new Map<string, TensorNode>();
  for (const input of config.input) {
    addTensor(tensors, input.name, ensembleTensor(config, input));
  }
  const sink = newNode(config.name, DataType.TYPE_INVALID, [], false);
  for (const output of config.output) {
    const node = addTensor(tensors, output.name, ensembleTensor(config, output));
    sink.sources.push(node);
    node.targets.push(sink);
  }
  const steps = schedulingChoice.value.step;
  for (const step of steps) {
    const model = configOf(step.modelName);
    if (model.maxBatchSize !== 0 && model.maxBatchSize < config.maxBatchSize) {
      throw invalidConfig(
        `ensemble ${config.name} allows maximum batch size ${config.maxBatchSize}, but it contains model ` +
          `${step.modelName} which only allows maximum batch size to be ${model.maxBatchSize}`,
      );
    }
    checkInputs(config.name, step, model, tensors);
    checkOutputs(config.name, step, model, tensors);
  }
  for (const [index, step] of steps.entries()) {
    const model = configOf(step.modelName);
    linkStep(step, stepExtraTensors(config, index), model, tensors);
  }
  return labelDecoupled(config, tensors);
}

function newNode(
  model: string,
  dataType: DataType,
  dims: readonly bigint[],
  isBatching: boolean,
): TensorNode {
  return {
    model,
    dataType,
    dims,
    fullDims: isBatching ? [WILDCARD, ...dims] : dims,
    sources: [],
    targets: [],
    isDecoupled: false,
    label: 0,
    isVisited: false,
    step: null,
  };
}

/** What steps see of the ensemble's own inputs and outputs: reshaped. */
function ensembleTensor(config: ModelConfig, tensor: ModelInput | ModelOutput): TensorNode {
  const dims = tensor.reshape?.shape ?? tensor.dims;
  return newNode(config.name, tensor.dataType, dims, config.maxBatchSize > 0);
}

function modelTensor(model: ModelConfig, tensor: ModelInput | ModelOutput): TensorNode {
  return newNode(model.name, tensor.dataType, tensor.dims, model.maxBatchSize > 0);
}

/** The first one stays. */
function addTensor(tensors: Map<string, TensorNode>, name: string, node: TensorNode): TensorNode {
  const known = tensors.get(name);
  if (known !== undefined) {
    return known;
  }
  tensors.set(name, node);
  return node;
}

function checkInputs(
  ensemble: string,
  step: ModelEnsembling_Step,
  model: ModelConfig,
  tensors: Map<string, TensorNode>,
): void {
  for (const [input, tensor] of Object.entries(step.inputMap)) {
    if (!model.input.some(({ name }) => name === input)) {
      throw invalidConfig(
        `in ensemble ${ensemble}, ensemble tensor ${tensor} is mapping to non-existing input ${input} in model ${step.modelName}`,
      );
    }
  }
  for (const input of model.input) {
    const tensor = Object.hasOwn(step.inputMap, input.name) ? step.inputMap[input.name] : undefined;
    if (tensor !== undefined) {
      mergeTensor(ensemble, tensor, modelTensor(model, input), tensors);
    } else if (!input.optional) {
      throw invalidConfig(
        `in ensemble ${ensemble}, input ${input.name} in model ${step.modelName} is not mapped to any ensemble tensors`,
      );
    }
  }
}

function checkOutputs(
  ensemble: string,
  step: ModelEnsembling_Step,
  model: ModelConfig,
  tensors: Map<string, TensorNode>,
): void {
  for (const [output, tensor] of Object.entries(step.outputMap)) {
    if (!model.output.some(({ name }) => name === output)) {
      throw invalidConfig(
        `in ensemble ${ensemble}, ensemble tensor ${tensor} is mapped from non-existing output ${output} in model ${step.modelName}`,
      );
    }
  }
  const outputs: StepOutputs = { label: null };
  for (const [output, tensor] of Object.entries(step.outputMap)) {
    const written = model.output.filter(({ name }) => name === output);
    for (const modelOutput of written) {
      mergeTensor(ensemble, tensor, modelTensor(model, modelOutput), tensors).step = outputs;
    }
    if (written.length > 1) {
      throw invalidConfig(
        `in ensemble ${ensemble}, multiple outputs in model ${step.modelName} are mapped to the same ensemble tensor ${tensor}`,
      );
    }
  }
}

function mergeTensor(
  ensemble: string,
  name: string,
  node: TensorNode,
  tensors: Map<string, TensorNode>,
): TensorNode {
  const known = addTensor(tensors, name, node);
  if (known !== node) {
    checkAgreement(known, node, `in ensemble ${ensemble}, ensemble tensor ${name}: `);
  }
  return known;
}

/** Where either side has a variable dimension, requests will tell; a non-batching model may see all rows as one tensor. */
function checkAgreement(left: TensorNode, right: TensorNode, prefix: string): void {
  if (left.dataType !== right.dataType) {
    throw invalidConfig(
      `${prefix}inconsistent data type: ${dataTypeName(left.dataType)} is inferred from model ${left.model} while ` +
        `${dataTypeName(right.dataType)} is inferred from model ${right.model}`,
    );
  }
  if (!agree(left.dims, right.dims) && !agree(left.fullDims, right.fullDims)) {
    throw invalidConfig(
      `${prefix}inconsistent shape: ${formatDims(left.fullDims)} is inferred from model ${left.model} while ` +
        `${formatDims(right.fullDims)} is inferred from model ${right.model}`,
    );
  }
}

function agree(left: readonly bigint[], right: readonly bigint[]): boolean {
  return (
    left.length === right.length &&
    left.every(
      (dim, index) => dim === right[index] || dim === WILDCARD || right[index] === WILDCARD,
    )
  );
}

function dataTypeName(dataType: DataType): string {
  const [name] = Object.entries(DataType).find(([, value]) => value === dataType) ?? [];
  return name ?? String(dataType);
}

function formatDims(dims: readonly bigint[]): string {
  return `[${dims.join(",")}]`;
}

function linkStep(
  step: ModelEnsembling_Step,
  extraTensors: readonly string[],
  model: ModelConfig,
  tensors: ReadonlyMap<string, TensorNode>,
): void {
  const isDecoupled = model.modelTransactionPolicy?.decoupled ?? false;
  for (const output of Object.values(step.outputMap)) {
    const node = tensors.get(output);
    assert(node !== undefined, "outputs have been checked");
    node.isDecoupled = isDecoupled;
    for (const input of [...Object.values(step.inputMap), ...extraTensors]) {
      const source = tensors.get(input);
      if (source !== undefined) {
        node.sources.push(source);
        source.targets.push(node);
      }
    }
  }
}

/** Follows the data from the inputs, and tells by which decoupled step's answers each tensor is numbered. */
function labelDecoupled(config: ModelConfig, tensors: ReadonlyMap<string, TensorNode>): boolean {
  let lastLabel = 0;
  const ready: TensorNode[] = [];
  for (const { name } of config.input) {
    const node = tensors.get(name);
    assert(node !== undefined, "inputs come first");
    node.isVisited = true;
    ready.push(node);
  }
  // The list grows while it is walked; every node enters it once.
  for (const node of ready) {
    for (const target of node.targets) {
      if (target.isVisited || !target.sources.every(({ isVisited }) => isVisited)) {
        continue;
      }
      const label = target.sources[0]?.label ?? 0;
      if (target.sources.some((source) => source.label !== label)) {
        throw invalidConfig(
          `in ensemble ${config.name}, step of model '${target.model}' receives inputs originated from different decoupled models`,
        );
      }
      target.label = target.step?.label ?? (target.isDecoupled ? ++lastLabel : label);
      if (target.step !== null) {
        target.step.label = target.label;
      }
      target.isVisited = true;
      ready.push(target);
    }
  }
  return lastLabel !== 0;
}
