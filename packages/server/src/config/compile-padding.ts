import {
  type Datatype,
  datatypeFromDataType,
  type ModelConfig,
  type ModelInput,
} from "@nereid/protocol";
import type {
  BucketRule,
  MaskInput,
  OutputDimension,
  PaddedDimension,
  PaddedInput,
  PaddingSpec,
} from "../model/padding-spec.ts";
import { OwnParameter } from "./own-parameters.ts";
import { encodePaddingValue } from "./padding-value.ts";

/** The largest size that a bucket may have; a request's own may be larger. */
export const BUCKET_SIZE_MAX: number = 2 ** 31 - 1;

/** `name[index]`. */
const DIMENSION = /^(.+)\[(\d+)\]$/;
const BUCKETS = /^(powers_of_two|multiples_of)(?:\s+(\d+))?$/;
/** Sizes, with white space or commas between them. */
const SIZES = /^\d+(?:[\s,]+\d+)*$/;

type PaddableDatatype = Exclude<Datatype, "BYTES">;

/**
 * How requests are padded so that those of different lengths share a batch. Not Triton's.
 *
 * ```
 *   NEREID_PAD_INPUTS   ids[0]=powers_of_two 16; types[0]=16 32 64 128
 *   NEREID_PAD_VALUES   ids=1                       0 unless given
 *   NEREID_PAD_MASKS    attention_mask=ids[0]       an input that the server makes
 *   NEREID_PAD_OUTPUTS  hidden[0]=ids[0]; top[0]=none
 * ```
 * @returns null if nothing is padded
 * @throws {TritonError} InvalidArg
 */
export function compilePadding(config: ModelConfig): PaddingSpec | null {
  const inputs = new OwnParameter(config, "NEREID_PAD_INPUTS");
  const values = new OwnParameter(config, "NEREID_PAD_VALUES");
  const masks = new OwnParameter(config, "NEREID_PAD_MASKS");
  const outputs = new OwnParameter(config, "NEREID_PAD_OUTPUTS");
  if (!inputs.isGiven) {
    for (const parameter of [values, masks, outputs]) {
      if (parameter.isGiven) {
        throw parameter.error("it needs NEREID_PAD_INPUTS");
      }
    }
    return null;
  }
  if (config.maxBatchSize < 1) {
    throw inputs.error("it needs a max_batch_size of at least 1");
  }
  const padded = compileInputs(config, inputs, values);
  return {
    inputs: padded,
    masks: compileMasks(config, masks, padded),
    outputs: compileOutputs(config, outputs, padded),
  };
}

function compileInputs(
  config: ModelConfig,
  parameter: OwnParameter,
  values: OwnParameter,
): Map<string, PaddedInput> {
  const rules = new Map<string, (BucketRule | null)[]>();
  for (const [left, right] of parameter.entries()) {
    const { name, index } = parseDimension(parameter, left);
    const input = paddableInput(config, parameter, name);
    checkVariable(parameter, input, index);
    const ofInput = rules.get(name) ?? input.dims.map(() => null);
    if (ofInput[index] !== null) {
      throw parameter.error(`'${left}' is given twice`);
    }
    ofInput[index] = parseBuckets(parameter, right);
    rules.set(name, ofInput);
  }
  const texts = valueTexts(values, rules);
  const inputs = new Map<string, PaddedInput>();
  for (const [name, ofInput] of rules) {
    const datatype = datatypeOf(paddableInput(config, parameter, name));
    const value = encodePaddingValue(datatype, texts.get(name) ?? "0");
    if (value === null) {
      throw values.error(`'${texts.get(name)}' is no ${datatype}, which input '${name}' has`);
    }
    inputs.set(name, { name, datatype, rules: ofInput, value });
  }
  return inputs;
}

function valueTexts(
  parameter: OwnParameter,
  rules: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, text] of parameter.entries()) {
    if (!rules.has(name)) {
      throw parameter.error(`'${name}' is not an input that NEREID_PAD_INPUTS names`);
    }
    if (texts.has(name)) {
      throw parameter.error(`'${name}' is given twice`);
    }
    texts.set(name, text);
  }
  return texts;
}

function compileMasks(
  config: ModelConfig,
  parameter: OwnParameter,
  padded: ReadonlyMap<string, PaddedInput>,
): MaskInput[] {
  const names = new Set<string>();
  return parameter.entries().map(([name, right]) => {
    const input = paddableInput(config, parameter, name);
    if (input.dims.length !== 1 || input.dims[0] !== -1n) {
      throw parameter.error(`input '${name}' is a mask, so its dims are [ -1 ]`);
    }
    if (padded.has(name) || names.has(name)) {
      throw parameter.error(`'${name}' is given twice`);
    }
    names.add(name);
    return { name, datatype: datatypeOf(input), source: parseSource(parameter, right, padded) };
  });
}

function compileOutputs(
  config: ModelConfig,
  parameter: OwnParameter,
  padded: ReadonlyMap<string, PaddedInput>,
): OutputDimension[] {
  const seen = new Set<string>();
  return parameter.entries().map(([left, right]) => {
    const { name, index } = parseDimension(parameter, left);
    const output = config.output.find((candidate) => candidate.name === name);
    if (output === undefined) {
      throw parameter.error(`'${name}' is not an output of the model`);
    }
    if (output.dims[index] !== -1n) {
      throw parameter.error(`output '${name}' has no variable dimension ${index}`);
    }
    if (seen.has(`${index} ${name}`)) {
      throw parameter.error(`'${left}' is given twice`);
    }
    seen.add(`${index} ${name}`);
    const source = right === "none" ? null : parseSource(parameter, right, padded);
    return { output: name, index, source };
  });
}

function parseDimension(
  parameter: OwnParameter,
  text: string,
): { readonly name: string; readonly index: number } {
  const [, name, index] = DIMENSION.exec(text) ?? [];
  if (name === undefined || index === undefined) {
    throw parameter.error(`'${text}' is not of the form name[dimension]`);
  }
  return { name: name.trim(), index: Number(index) };
}

function parseSource(
  parameter: OwnParameter,
  text: string,
  padded: ReadonlyMap<string, PaddedInput>,
): PaddedDimension {
  const { name, index } = parseDimension(parameter, text);
  if ((padded.get(name)?.rules[index] ?? null) === null) {
    throw parameter.error(`'${text}' is not a dimension that NEREID_PAD_INPUTS names`);
  }
  return { input: name, index };
}

function parseBuckets(parameter: OwnParameter, text: string): BucketRule {
  const [, kind, operand] = BUCKETS.exec(text) ?? [];
  if (kind === "powers_of_two") {
    return { kind: "powers", min: parseSize(parameter, operand ?? "1") };
  }
  if (kind === "multiples_of" && operand !== undefined) {
    return { kind: "multiples", step: parseSize(parameter, operand) };
  }
  if (!SIZES.test(text)) {
    throw parameter.error(
      `'${text}' are no sizes: expected powers_of_two, powers_of_two <smallest>, multiples_of <step> or a list of sizes`,
    );
  }
  const sizes = text.split(/[\s,]+/).map((size) => parseSize(parameter, size));
  return { kind: "list", sizes: [...new Set(sizes)].sort((left, right) => left - right) };
}

function parseSize(parameter: OwnParameter, text: string): number {
  const size = Number(text);
  if (size < 1 || size > BUCKET_SIZE_MAX) {
    throw parameter.error(`a size is from 1 to ${BUCKET_SIZE_MAX}, not ${text}`);
  }
  return size;
}

/** An input of the model of which elements can be added. */
function paddableInput(config: ModelConfig, parameter: OwnParameter, name: string): ModelInput {
  const input = config.input.find((candidate) => candidate.name === name);
  if (input === undefined) {
    throw parameter.error(`'${name}' is not an input of the model`);
  }
  const reasons: readonly (readonly [isReason: boolean, text: string])[] = [
    [datatypeFromDataType(input.dataType) === "BYTES", "has strings"],
    [input.reshape !== undefined, "is reshaped"],
    [input.allowRaggedBatch, "allows ragged batches"],
    [input.isShapeTensor, "is a shape tensor"],
  ];
  const reason = reasons.find(([isReason]) => isReason);
  if (reason !== undefined) {
    throw parameter.error(`input '${name}' ${reason[1]}, so it cannot be padded`);
  }
  return input;
}

function checkVariable(parameter: OwnParameter, { name, dims }: ModelInput, index: number): void {
  if (dims[index] !== -1n) {
    throw parameter.error(`input '${name}' has no variable dimension ${index}`);
  }
}

function datatypeOf({ dataType }: ModelInput): PaddableDatatype {
  const datatype = datatypeFromDataType(dataType);
  // Strings have been refused, and so has an unknown type, by the configuration's own checks.
  return datatype === null || datatype === "BYTES" ? "UINT8" : datatype;
}
