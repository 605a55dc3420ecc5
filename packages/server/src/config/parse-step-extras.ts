import type { ModelConfig } from "@nereid/protocol";
import type { ConditionOperator } from "../model/ensemble-spec.ts";
import { invalidConfig } from "./invalid-config.ts";
import { OwnParameter } from "./own-parameters.ts";

/** `NEREID_STEP_<n>_CONDITION` as it is written: `tensor operator value`. */
export interface ConditionText {
  readonly tensor: string;
  readonly operator: ConditionOperator;
  readonly value: string;
}

/** One entry of `NEREID_STEP_<n>_DEFAULTS`: `tensor=@source` or `tensor=value`. */
export interface DefaultText {
  readonly tensor: string;
  readonly source: string | null;
  readonly value: string;
}

/** What our own parameters say of one step of an ensemble, before it is held against the models. */
export interface StepExtras {
  readonly condition: ConditionText | null;
  readonly defaults: readonly DefaultText[];
  /** 0: no limit. */
  readonly timeoutUs: number;
}

const KEY_PREFIX = "NEREID_STEP_";
const KEY = /^NEREID_STEP_(0|[1-9]\d*)_(?:CONDITION|DEFAULTS|TIMEOUT_US)$/;
const CONDITION = /^(\S+)\s+(==|!=|<=|>=|<|>)\s+(.+)$/;
const DIGITS = /^\d{1,15}$/;

/** The longest time limit of a step: an hour. */
export const STEP_TIMEOUT_US_MAX: number = 3_600_000_000;

/** The parameter of a step, for what is wrong with it. */
export function stepParameter(
  config: ModelConfig,
  step: number,
  suffix: "CONDITION" | "DEFAULTS" | "TIMEOUT_US",
): OwnParameter {
  return new OwnParameter(config, `${KEY_PREFIX}${step}_${suffix}`);
}

/**
 * Reads what our own parameters say of one step.
 *
 * @throws {TritonError} InvalidArg
 */
export function parseStepExtras(config: ModelConfig, step: number): StepExtras {
  const condition = parseCondition(stepParameter(config, step, "CONDITION"));
  const parameter = stepParameter(config, step, "DEFAULTS");
  if (parameter.isGiven && condition === null) {
    throw parameter.error(`it needs ${KEY_PREFIX}${step}_CONDITION`);
  }
  return {
    condition,
    defaults: parseDefaults(parameter),
    timeoutUs: parseTimeout(stepParameter(config, step, "TIMEOUT_US")),
  };
}

/**
 * The ensemble's tensors that a step waits for although its model does not take them: its condition's and its defaults'.
 *
 * @throws {TritonError} InvalidArg for a parameter of ours that is wrong
 */
export function stepExtraTensors(config: ModelConfig, step: number): readonly string[] {
  const { condition, defaults } = parseStepExtras(config, step);
  const sources = defaults.flatMap(({ source }) => (source === null ? [] : [source]));
  return condition === null ? sources : [condition.tensor, ...sources];
}

/** @throws {TritonError} InvalidArg for a parameter about a step that does not exist, or that is misspelt */
export function checkStepParameters(config: ModelConfig, stepCount: number): void {
  for (const key of Object.keys(config.parameters)) {
    if (!key.startsWith(KEY_PREFIX)) {
      continue;
    }
    const step = KEY.exec(key)?.[1];
    if (step === undefined || Number(step) >= stepCount) {
      throw invalidConfig(
        `parameter '${key}' of model '${config.name}': it is none of ${KEY_PREFIX}<step>_CONDITION, _DEFAULTS and ` +
          `_TIMEOUT_US with a step from 0 to ${stepCount - 1}`,
      );
    }
  }
}

function parseCondition(parameter: OwnParameter): ConditionText | null {
  const { text } = parameter;
  if (text === null) {
    return null;
  }
  const [, tensor, operator, value] = CONDITION.exec(text) ?? [];
  if (tensor === undefined || operator === undefined || value === undefined) {
    throw parameter.error(
      `'${text}' is not of the form 'tensor operator value' with one of == != < <= > >=`,
    );
  }
  // The expression lets nothing else through.
  return { tensor, operator: operator as ConditionOperator, value: value.trim() };
}

function parseDefaults(parameter: OwnParameter): readonly DefaultText[] {
  const defaults = parameter.entries().map(([tensor, right]): DefaultText => {
    const source = right.startsWith("@") ? right.slice(1).trim() : null;
    if (source === "") {
      throw parameter.error(`'${tensor}=@' names no tensor`);
    }
    return { tensor, source, value: right };
  });
  for (const [index, { tensor }] of defaults.entries()) {
    if (defaults.slice(0, index).some((earlier) => earlier.tensor === tensor)) {
      throw parameter.error(`'${tensor}' is given twice`);
    }
  }
  return defaults;
}

function parseTimeout(parameter: OwnParameter): number {
  const { text } = parameter;
  if (text === null) {
    return 0;
  }
  const timeoutUs = DIGITS.test(text) ? Number(text) : 0;
  if (timeoutUs < 1 || timeoutUs > STEP_TIMEOUT_US_MAX) {
    throw parameter.error(`'${text}' is no whole number from 1 to ${STEP_TIMEOUT_US_MAX}`);
  }
  return timeoutUs;
}
