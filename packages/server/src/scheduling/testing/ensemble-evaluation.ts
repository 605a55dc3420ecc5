import type { DrawnEnsemble, DrawnStep } from "./ensemble-graph.ts";

/** Tensors by name. */
type Values = ReadonlyMap<string, number>;

const FAILURE_DIVISOR = 23;

/** How one run of a step ends, which its inputs decide. */
export interface StepVerdict {
  readonly isFailure: boolean;
  readonly answerCount: number;
}

/** A number that depends on everything it is made of. */
export function mix(...parts: readonly number[]): number {
  let state = 0x811c_9dc5;
  for (const part of parts) {
    state = Math.imul(state ^ part, 0x0100_0193);
    state ^= state >>> 15;
  }
  return state | 0;
}

/** What the model of a step makes of its inputs. */
export function verdict(
  step: DrawnStep,
  index: number,
  inputs: readonly number[],
  canFail: boolean,
): StepVerdict {
  const number = mix(index, ...inputs) >>> 0;
  return {
    isFailure: canFail && number % FAILURE_DIVISOR === 0,
    answerCount: step.isDecoupled ? number % 4 : 1,
  };
}

/** One output of an answer of a step. */
export function outputValue(
  index: number,
  output: number,
  answer: number,
  inputs: readonly number[],
): number {
  return mix(index, output, answer, ...inputs, 7);
}

/** What a request of an ensemble comes to, worked out one step after the other. */
export interface Evaluation {
  /** The answers' outputs, each in the order asked for, sorted. */
  readonly answers: readonly string[];
  readonly isFailure: boolean;
}

/** Evaluates a request sequentially; only what the requested outputs need. */
export function evaluate(
  ensemble: DrawnEnsemble,
  given: Values,
  requested: readonly string[],
  canFail: boolean,
): Evaluation {
  const needed = neededSteps(ensemble, requested);
  let isFailure = false;
  const inputsOf = (step: DrawnStep, values: Values): number[] =>
    step.inputs.map((name) => values.get(name) ?? 0);
  /** Completes a set of tensors with what the plain steps of its label make of it; null if one of them fails. */
  const complete = (start: Values, label: number): Values | null => {
    const values = new Map(start);
    for (const [index, step] of ensemble.steps.entries()) {
      if (!needed.has(index) || step.isDecoupled || step.label !== label) {
        continue;
      }
      const inputs = inputsOf(step, values);
      if (!step.inputs.every((name) => values.has(name))) {
        continue;
      }
      if (verdict(step, index, inputs, canFail).isFailure) {
        isFailure = true;
        return null;
      }
      for (const [output, name] of step.outputs.entries()) {
        values.set(name, outputValue(index, output, 0, inputs));
      }
    }
    return values;
  };
  const sets = new Map<number, Values[]>();
  const first = complete(given, 0);
  sets.set(0, first === null ? [] : [first]);
  for (const [index, step] of ensemble.steps.entries()) {
    if (!needed.has(index) || !step.isDecoupled) {
      continue;
    }
    const own: Values[] = [];
    for (const values of sets.get(step.inputLabel) ?? []) {
      const inputs = inputsOf(step, values);
      const { isFailure: fails, answerCount } = verdict(step, index, inputs, canFail);
      isFailure ||= fails;
      for (let answer = 0; answer < (fails ? 0 : answerCount); answer++) {
        const start = step.outputs.map(
          (name, output) => [name, outputValue(index, output, answer, inputs)] as const,
        );
        const values = complete(new Map(start), step.label);
        own.push(...(values === null ? [] : [values]));
      }
    }
    sets.set(step.label, own);
  }
  const answers = (sets.get(ensemble.outputLabel) ?? []).map((values) =>
    requested.map((name) => `${name}=${values.get(name) ?? "missing"}`).join(),
  );
  return { answers: answers.sort(), isFailure };
}

function neededSteps(ensemble: DrawnEnsemble, requested: readonly string[]): Set<number> {
  const needed = new Set<number>();
  const tensors = [...requested];
  for (const tensor of tensors) {
    const producer = ensemble.steps.findIndex(({ outputs }) => outputs.includes(tensor));
    if (producer >= 0 && !needed.has(producer)) {
      needed.add(producer);
      tensors.push(...(ensemble.steps[producer]?.inputs ?? []));
    }
  }
  return needed;
}
