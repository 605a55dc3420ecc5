import { type Datatype, encodeBytesTensor, type ModelConfig } from "@nereid/protocol";
import type { ConstantTensor, StepCondition, StepDefault } from "../model/ensemble-spec.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { readElement } from "../model/read-element.ts";
import type { OwnParameter } from "./own-parameters.ts";
import { encodePaddingValue } from "./padding-value.ts";
import {
  type ConditionText,
  type DefaultText,
  parseStepExtras,
  stepParameter,
} from "./parse-step-extras.ts";

/** Elements that a constant default may have in a row. */
export const DEFAULT_ELEMENT_COUNT_MAX: number = 1 << 20;

/** What the parameters of a step are held against. */
export interface StepSurroundings {
  readonly step: number;
  readonly model: ModelSpec;
  /** By ensemble tensor, the name of the model's output. */
  readonly outputNames: ReadonlyMap<string, string>;
  readonly indexOf: (tensor: string) => number;
  /** Where a tensor stands among those that the step waits for. */
  readonly positionOf: (tensor: string) => number;
  /** null: no such tensor. */
  readonly datatypeOf: (tensor: string) => Datatype | null;
}

/** The part of a step that our own parameters decide. */
export interface CompiledStepExtras {
  readonly condition: StepCondition | null;
  readonly defaults: readonly StepDefault[];
  readonly timeoutUs: number;
}

/**
 * Compiles the condition, the defaults and the time limit of a step.
 *
 * @throws {TritonError} InvalidArg
 */
export function compileStepExtras(
  config: ModelConfig,
  surroundings: StepSurroundings,
): CompiledStepExtras {
  const { step } = surroundings;
  const { condition, defaults, timeoutUs } = parseStepExtras(config, step);
  return {
    condition:
      condition === null
        ? null
        : compileCondition(stepParameter(config, step, "CONDITION"), condition, surroundings),
    defaults: defaults.map((entry) =>
      compileDefault(stepParameter(config, step, "DEFAULTS"), entry, surroundings),
    ),
    timeoutUs,
  };
}

function compileCondition(
  parameter: OwnParameter,
  { tensor, operator, value: text }: ConditionText,
  { datatypeOf, positionOf }: StepSurroundings,
): StepCondition {
  const datatype = knownDatatype(parameter, tensor, datatypeOf);
  const isOrdered = datatype !== "BOOL" && datatype !== "BYTES";
  if (!isOrdered && operator !== "==" && operator !== "!=") {
    throw parameter.error(`tensor '${tensor}' of type ${datatype} takes == and != only`);
  }
  const value = parseValue(datatype, text);
  if (value === null) {
    throw parameter.error(`'${text}' is no ${datatype}`);
  }
  return {
    position: positionOf(tensor),
    operator,
    value,
    text: `${tensor} ${operator} ${text}`,
  };
}

function parseValue(datatype: Datatype, text: string): StepCondition["value"] | null {
  if (datatype === "BYTES") {
    return text;
  }
  const element = encodePaddingValue(datatype, text);
  return element === null ? null : readElement(datatype, element);
}

function compileDefault(
  parameter: OwnParameter,
  { tensor, source, value }: DefaultText,
  { model, outputNames, indexOf, positionOf, datatypeOf }: StepSurroundings,
): StepDefault {
  const output = model.outputsByName.get(outputNames.get(tensor) ?? "");
  if (output === undefined) {
    throw parameter.error(`the step does not write a tensor '${tensor}'`);
  }
  if (source === null) {
    const { datatype, dims } = output;
    const constant = createConstant(parameter, { datatype, dims, text: value });
    return {
      tensor: indexOf(tensor),
      position: null,
      constant: { ...constant, isBatched: model.batchSizeMax > 0 },
    };
  }
  const datatype = knownDatatype(parameter, source, datatypeOf);
  if (datatype !== output.datatype) {
    throw parameter.error(
      `tensor '${source}' is ${datatype}, it cannot stand for '${tensor}', which is ${output.datatype}`,
    );
  }
  return { tensor: indexOf(tensor), position: positionOf(source), constant: null };
}

/** Every element is the value; dimensions of variable size have one. */
function createConstant(
  parameter: OwnParameter,
  { datatype, dims, text }: { datatype: Datatype; dims: readonly number[]; text: string },
): Omit<ConstantTensor, "isBatched"> {
  const shape = dims.map((dim) => (dim === -1 ? 1 : dim));
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (count > DEFAULT_ELEMENT_COUNT_MAX) {
    throw parameter.error(
      `a default of ${count} elements, ${DEFAULT_ELEMENT_COUNT_MAX} are allowed`,
    );
  }
  const element =
    datatype === "BYTES" ? encodeBytesTensor([text]) : encodePaddingValue(datatype, text);
  if (element === null) {
    throw parameter.error(`'${text}' is no ${datatype}`);
  }
  const row = new Uint8Array(count * element.byteLength);
  for (let index = 0; index < count; index++) {
    row.set(element, index * element.byteLength);
  }
  return { datatype, shape, row };
}

function knownDatatype(
  parameter: OwnParameter,
  tensor: string,
  datatypeOf: StepSurroundings["datatypeOf"],
): Datatype {
  const datatype = datatypeOf(tensor);
  if (datatype === null) {
    throw parameter.error(`there is no tensor '${tensor}'`);
  }
  return datatype;
}
