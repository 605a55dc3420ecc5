import { createModelConfig, DataType, type ModelConfig } from "@nereid/protocol";
import { compileEnsemble } from "../../config/compile-ensemble.ts";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import type { EnsembleSpec } from "../../model/ensemble-spec.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { Random } from "./random.ts";

/** One step of an ensemble that was drawn: tensors by name. */
export interface DrawnStep {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly isDecoupled: boolean;
  /** By which decoupled step's answers its outputs are numbered, and its inputs are; 0 for none. */
  readonly label: number;
  readonly inputLabel: number;
}

/** An ensemble that was drawn, and what the scheduler is given of it. */
export interface DrawnEnsemble {
  readonly inputs: readonly string[];
  /** All have `outputLabel`. */
  readonly outputs: readonly string[];
  readonly outputLabel: number;
  readonly steps: readonly DrawnStep[];
  readonly spec: EnsembleSpec;
  readonly model: ModelSpec;
  readonly models: readonly ModelSpec[];
}

/** Draws a data flow without circles, of which every step has inputs that belong together. */
export function drawEnsemble(random: Random): DrawnEnsemble {
  const inputs = Array.from({ length: random.integer(1, 3) }, (_, index) => `in${index}`);
  const labels = new Map(inputs.map((name) => [name, 0]));
  const steps: DrawnStep[] = [];
  const stepCount = random.integer(1, 6);
  const hasDecoupled = random.isLikely(0.4);
  for (let index = 0; index < stepCount; index++) {
    steps.push(
      drawStep(random, { labels, index, isDecoupled: hasDecoupled && random.isLikely(0.4) }),
    );
  }
  const last = random.integer(0, steps.length - 1);
  const outputLabel = steps[last]?.label ?? 0;
  const candidates = steps
    .filter(({ label }) => label === outputLabel)
    .flatMap(({ outputs }) => outputs);
  const outputs = candidates.filter((_, index) => index === 0 || random.isLikely(0.5));
  return compile({ inputs, outputs, outputLabel, steps }, random);
}

function drawStep(
  random: Random,
  {
    labels,
    index,
    isDecoupled,
  }: {
    readonly labels: Map<string, number>;
    readonly index: number;
    readonly isDecoupled: boolean;
  },
): DrawnStep {
  const names = [...labels.keys()];
  const first = names[random.integer(0, names.length - 1)] ?? "in0";
  const inputLabel = labels.get(first) ?? 0;
  const others = names.filter((name) => name !== first && labels.get(name) === inputLabel);
  const step: DrawnStep = {
    inputs: [first, ...others.filter(() => random.isLikely(0.3)).slice(0, 2)],
    outputs: Array.from({ length: random.integer(1, 2) }, (_, output) => `t${index}_${output}`),
    isDecoupled,
    inputLabel,
    label: isDecoupled ? index + 1 : inputLabel,
  };
  for (const output of step.outputs) {
    labels.set(output, step.label);
  }
  return step;
}

function compile(
  drawn: Pick<DrawnEnsemble, "inputs" | "outputs" | "outputLabel" | "steps">,
  random: Random,
): DrawnEnsemble {
  const { inputs, outputs, outputLabel, steps } = drawn;
  const models = steps.map((step, index) =>
    compileModelSpec(
      config(
        `m${index}`,
        step.inputs.map((_, input) => `I${input}`),
        step.outputs.map((_, output) => `O${output}`),
        step.isDecoupled,
      ),
      1n,
      new Map(),
    ),
  );
  const own = config("ensemble", inputs, outputs, outputLabel !== 0);
  own.schedulingChoice = createModelConfig({
    schedulingChoice: {
      case: "ensembleScheduling",
      value: {
        maxInflightRequests: random.isLikely(0.3) ? random.integer(1, 2) : 0,
        step: steps.map((step, index) => ({
          modelName: `m${index}`,
          modelVersion: -1n,
          inputMap: Object.fromEntries(step.inputs.map((name, input) => [`I${input}`, name])),
          outputMap: Object.fromEntries(step.outputs.map((name, output) => [`O${output}`, name])),
        })),
      },
    },
  }).schedulingChoice;
  const model = compileModelSpec(own, 1n, new Map());
  return { ...drawn, model, models, spec: compileEnsemble(own, model, models) };
}

function config(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  decoupled: boolean,
): ModelConfig {
  const toTensor = (tensor: string) => ({
    name: tensor,
    dataType: DataType.TYPE_INT32,
    dims: [1n],
  });
  return createModelConfig({
    name,
    input: inputs.map(toTensor),
    output: outputs.map(toTensor),
    modelTransactionPolicy: { decoupled },
  });
}
