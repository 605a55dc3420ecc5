import type { ModelConfig, ModelEnsembling } from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";
import { checkStepParameters, stepExtraTensors } from "./parse-step-extras.ts";
import { Platform } from "./platforms.ts";

/** A tensor that flows between an ensemble's steps. */
interface EnsembleTensor {
  readonly name: string;
  /** Whether a step writes it. */
  isStepOutput: boolean;
  isReady: boolean;
  /** What it is computed from, and what is computed from it. */
  readonly sources: EnsembleTensor[];
  readonly targets: EnsembleTensor[];
}

/**
 * Checks what an ensemble's configuration says by itself: nothing that ensembles cannot have, steps that are complete, and a
 * data flow in which every tensor is computed from the inputs and used.
 *
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, ValidateEnsembleSchedulingConfig
 */
export function validateEnsemble(config: ModelConfig, ensembling: ModelEnsembling): void {
  const { name } = config;
  if (config.platform !== Platform.Ensemble) {
    throw invalidConfig(
      `ensemble scheduling cannot be set for model '${name}' whose platform is not ensemble`,
    );
  }
  if (config.instanceGroup.length > 0) {
    throw invalidConfig(`instance group should not be specified for ensemble '${name}'`);
  }
  if (config.optimization !== undefined) {
    throw invalidConfig(`optimization should not be specified for ensemble '${name}'`);
  }
  if (config.modelWarmup.length > 0) {
    throw invalidConfig(`model_warmup can not be specified for ensemble '${name}'`);
  }
  if (ensembling.step.length === 0) {
    throw invalidConfig(`must specify 'step' for ensemble '${name}'`);
  }
  checkStepParameters(config, ensembling.step.length);
  const tensors = buildGraph(config, ensembling);
  markReady(config, tensors);
  validateOutputs(config, tensors);
  validateUse(config, tensors);
}

function buildGraph(
  config: ModelConfig,
  { step: steps }: ModelEnsembling,
): Map<string, EnsembleTensor> {
  const ensemble = config.name;
  const tensors = new Map<string, EnsembleTensor>();
  for (const [index, { modelName, inputMap, outputMap }] of steps.entries()) {
    const parts = [
      ["model_name", modelName !== ""],
      ["input_map", Object.keys(inputMap).length > 0],
      ["output_map", Object.keys(outputMap).length > 0],
    ] as const;
    for (const [part, isGiven] of parts) {
      if (!isGiven) {
        throw invalidConfig(`must specify '${part}' in step ${index} of ensemble '${ensemble}'`);
      }
    }
    const outputs = Object.values(outputMap).map((name) => {
      const tensor = tensorOf(tensors, name);
      if (tensor.isStepOutput) {
        throw invalidConfig(
          `ensemble tensor '${name}' can appear in an output map only once for ensemble '${ensemble}' step ${index}`,
        );
      }
      tensor.isStepOutput = true;
      return tensor;
    });
    for (const name of [...Object.values(inputMap), ...stepExtraTensors(config, index)]) {
      const input = tensorOf(tensors, name);
      for (const output of outputs) {
        output.sources.push(input);
        input.targets.push(output);
      }
    }
  }
  return tensors;
}

function tensorOf(tensors: Map<string, EnsembleTensor>, name: string): EnsembleTensor {
  let tensor = tensors.get(name);
  if (tensor === undefined) {
    tensor = { name, isStepOutput: false, isReady: false, sources: [], targets: [] };
    tensors.set(name, tensor);
  }
  return tensor;
}

/** Lets the data flow from the ensemble's inputs. */
function markReady(config: ModelConfig, tensors: ReadonlyMap<string, EnsembleTensor>): void {
  const ready: EnsembleTensor[] = [];
  for (const { name } of config.input) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw invalidConfig(`ensemble input '${name}' for ensemble ${config.name}' is not used`);
    }
    tensor.isReady = true;
    ready.push(tensor);
  }
  // The list grows while it is walked; every tensor enters it once.
  for (const tensor of ready) {
    for (const target of tensor.targets) {
      if (!target.isReady && target.sources.every(({ isReady }) => isReady)) {
        target.isReady = true;
        ready.push(target);
      }
    }
  }
}

function validateOutputs(config: ModelConfig, tensors: ReadonlyMap<string, EnsembleTensor>): void {
  for (const { name } of config.output) {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      throw invalidConfig(`ensemble output '${name}' for ensemble ${config.name}' is not used`);
    }
    if (!tensor.isReady) {
      const origin = unreadyOrigin(tensor);
      const cause =
        origin.name === name
          ? ""
          : `: at least one of its depending tensors, '${origin.name}', is not connected`;
      throw invalidConfig(`output '${name}' for ensemble '${config.name}' is not written${cause}`);
    }
  }
}

/** Follows what is not ready back to where it begins, or until it goes round in a circle. */
function unreadyOrigin(tensor: EnsembleTensor): EnsembleTensor {
  const seen = new Set<EnsembleTensor>();
  let origin = tensor;
  for (;;) {
    const source = origin.sources.find((candidate) => !candidate.isReady && !seen.has(candidate));
    if (source === undefined) {
      return origin;
    }
    seen.add(source);
    origin = source;
  }
}

function validateUse(config: ModelConfig, tensors: ReadonlyMap<string, EnsembleTensor>): void {
  const outputs = new Set(config.output.map(({ name }) => name));
  for (const { name, isReady, targets } of tensors.values()) {
    if (!outputs.has(name) && (!isReady || targets.length === 0)) {
      throw invalidConfig(`ensemble tensor '${name}' is unused in ensemble '${config.name}'`);
    }
  }
}
