import type { Datatype, ModelConfig, ModelEnsembling } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { EnsembleMapping, EnsembleSpec, EnsembleStepSpec } from "../model/ensemble-spec.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { compileStepExtras } from "./compile-step-extras.ts";
import { invalidConfig } from "./invalid-config.ts";
import { checkStepParameters, stepExtraTensors } from "./parse-step-extras.ts";

/** `model_version` of a step that takes the latest. */
const LATEST = -1n;

interface TensorBuilder {
  readonly name: string;
  producer: number | null;
  readonly consumers: number[];
  datatype: Datatype | null;
}

/** Gives the ensemble's tensors their indices. */
class TensorTable {
  readonly tensors: TensorBuilder[] = [];
  readonly #indices = new Map<string, number>();

  readonly indexOf = (name: string): number => {
    let index = this.#indices.get(name);
    if (index === undefined) {
      index = this.tensors.length;
      this.#indices.set(name, index);
      this.tensors.push({ name, producer: null, consumers: [], datatype: null });
    }
    return index;
  };

  at(index: number): TensorBuilder {
    const tensor = this.tensors[index];
    assert(tensor !== undefined, "the table gave the index");
    return tensor;
  }

  readonly datatypeOf = (name: string): Datatype | null => {
    const index = this.#indices.get(name);
    return index === undefined ? null : this.at(index).datatype;
  };
}

/**
 * The data flow of an ensemble whose configuration has been validated, by itself and against its models.
 *
 * @param spec the ensemble's own inputs and outputs
 * @param models the models of its steps, in their order
 * @throws {TritonError} InvalidArg for a parameter of ours that is wrong
 */
export function compileEnsemble(
  config: ModelConfig,
  spec: ModelSpec,
  models: readonly ModelSpec[],
): EnsembleSpec {
  const { schedulingChoice } = config;
  if (schedulingChoice.case !== "ensembleScheduling") {
    throw invalidConfig(`model '${config.name}' is no ensemble`);
  }
  const ensembling = schedulingChoice.value;
  checkStepParameters(config, ensembling.step.length);
  const table = new TensorTable();
  const inputTensors = new Map<string, number>();
  for (const { name, datatype } of spec.inputs) {
    const index = table.indexOf(name);
    table.at(index).datatype = datatype;
    inputTensors.set(name, index);
  }
  const outputTensors = new Map(spec.outputs.map(({ name }) => [name, table.indexOf(name)]));
  addOutputs(ensembling, models, table);
  const steps = models.map((model, index) => compileStep(config, { index, model }, table));
  return {
    name: config.name,
    tensors: table.tensors,
    inputTensors,
    optionalTensors: spec.inputs
      .filter(({ isOptional }) => isOptional)
      .map(({ name }) => table.indexOf(name)),
    outputTensors,
    steps,
    inflightRequestsMax: ensembling.maxInflightRequests,
  };
}

/** What the steps write has to be known before conditions can be read: a step may come before what it waits for. */
function addOutputs(
  ensembling: ModelEnsembling,
  models: readonly ModelSpec[],
  table: TensorTable,
): void {
  for (const [index, { outputMap }] of ensembling.step.entries()) {
    for (const [name, tensor] of Object.entries(outputMap)) {
      const builder = table.at(table.indexOf(tensor));
      builder.producer = index;
      builder.datatype = models[index]?.outputsByName.get(name)?.datatype ?? null;
    }
  }
}

function compileStep(
  config: ModelConfig,
  { index, model }: { readonly index: number; readonly model: ModelSpec },
  table: TensorTable,
): EnsembleStepSpec {
  const { schedulingChoice } = config;
  const step =
    schedulingChoice.case === "ensembleScheduling" ? schedulingChoice.value.step[index] : undefined;
  assert(step !== undefined, "a model for each step");
  const { indexOf, datatypeOf } = table;
  const outputs = Object.entries(step.outputMap).map(
    ([name, tensor]): EnsembleMapping => ({ name, tensor: indexOf(tensor) }),
  );
  const waitsFor = [
    ...new Set([...Object.values(step.inputMap), ...stepExtraTensors(config, index)].map(indexOf)),
  ];
  for (const tensor of waitsFor) {
    table.at(tensor).consumers.push(index);
  }
  const positionOf = (tensor: string): number => waitsFor.indexOf(indexOf(tensor));
  return {
    modelName: step.modelName,
    version: step.modelVersion === LATEST ? null : step.modelVersion,
    inputs: Object.entries(step.inputMap).map(([name, tensor]) => ({
      name,
      tensor: indexOf(tensor),
      position: positionOf(tensor),
    })),
    outputs,
    outputTensors: new Map(outputs.map(({ name, tensor }) => [name, tensor])),
    requestedOutputs:
      outputs.length === model.outputs.length ? null : outputs.map(({ name }) => name),
    waitsFor,
    ...compileStepExtras(config, {
      step: index,
      model,
      outputNames: new Map(Object.entries(step.outputMap).map(([name, tensor]) => [tensor, name])),
      indexOf,
      positionOf,
      datatypeOf,
    }),
  };
}
