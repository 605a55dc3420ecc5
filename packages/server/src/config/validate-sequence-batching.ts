import {
  ModelSequenceBatching_Control_Kind as ControlKind,
  DataType,
  type ModelConfig,
  type ModelSequenceBatching,
  type ModelSequenceBatching_Control,
} from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";
import { validatePreferredBatchSizes } from "./validate-dynamic-batching.ts";

const CONTROL_KIND_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ControlKind).map(([name, kind]) => [kind, name]),
);

const CORRELATION_ID_TYPES: ReadonlySet<DataType> = new Set([
  DataType.TYPE_UINT64,
  DataType.TYPE_INT64,
  DataType.TYPE_UINT32,
  DataType.TYPE_INT32,
  DataType.TYPE_STRING,
]);

/**
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, ValidateModelConfig
 */
export function validateSequenceBatching(
  config: ModelConfig,
  batching: ModelSequenceBatching,
): void {
  if (config.responseCache?.enable) {
    throw invalidConfig(
      `Response Cache does not currently support model ${config.name} with sequence batching scheduler. ` +
        "Please disable the response cache.",
    );
  }
  validateControls(config.name, batching);
  const { strategyChoice } = batching;
  if (strategyChoice.case === "oldest") {
    validatePreferredBatchSizes(strategyChoice.value.preferredBatchSize, {
      batchSizeMax: config.maxBatchSize,
      subject: "sequence batching preferred batch size",
      model: config.name,
    });
  }
  if (strategyChoice.case === "direct") {
    const { minimumSlotUtilization } = strategyChoice.value;
    if (minimumSlotUtilization < 0 || minimumSlotUtilization > 1) {
      throw invalidConfig(
        `sequence batching minimum slot utilization must be in range (0.0, 1.0] for ${config.name}`,
      );
    }
  }
}

/** Each kind is looked for in turn, so that a control without a name is reported before what is wrong with a kind. */
function validateControls(model: string, batching: ModelSequenceBatching): void {
  for (const kind of [
    ControlKind.CONTROL_SEQUENCE_START,
    ControlKind.CONTROL_SEQUENCE_END,
    ControlKind.CONTROL_SEQUENCE_READY,
  ]) {
    findControl(model, batching, kind, validateBooleanControl);
  }
  const kind = ControlKind.CONTROL_SEQUENCE_CORRID;
  const control = findControl(model, batching, kind, validateTypedControl);
  if (control !== null && !CORRELATION_ID_TYPES.has(control.dataType)) {
    throw invalidConfig(
      `unexpected data type for control ${controlKindName(kind)} for ${model}. Allowed data types are ` +
        "TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 and TYPE_STRING",
    );
  }
}

function findControl(
  model: string,
  batching: ModelSequenceBatching,
  kind: ControlKind,
  validate: (model: string, control: ModelSequenceBatching_Control) => void,
): ModelSequenceBatching_Control | null {
  const seen = new Set<string>();
  let found: ModelSequenceBatching_Control | null = null;
  for (const { name, control: controls } of batching.controlInput) {
    if (name === "") {
      throw invalidConfig(`sequence batching control tensor must have a name for ${model}`);
    }
    if (seen.has(name)) {
      throw invalidConfig(
        `sequence batching control tensor '${name}' is specified for multiple control kinds for ${model}`,
      );
    }
    seen.add(name);
    for (const control of controls.filter((candidate) => candidate.kind === kind)) {
      if (found !== null) {
        throw invalidConfig(
          `sequence batching specifies multiple ${controlKindName(kind)} tensors for ${model}`,
        );
      }
      found = control;
      validate(model, control);
    }
  }
  return found;
}

function validateBooleanControl(model: string, control: ModelSequenceBatching_Control): void {
  const place = `for ${controlKindName(control.kind)} for ${model}`;
  const values = [
    ["int32_false_true", control.int32FalseTrue.length],
    ["fp32_false_true", control.fp32FalseTrue.length],
    ["bool_false_true", control.boolFalseTrue.length],
  ] as const;
  const given = values.filter(([, count]) => count > 0);
  const [first, second] = given;
  if (first === undefined) {
    throw invalidConfig(
      "sequence batching must specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' " +
        place,
    );
  }
  if (second !== undefined) {
    throw invalidConfig(
      "sequence batching specifies more than one from 'int32_false_true', 'fp32_false_true' and " +
        `'bool_false_true' ${place}`,
    );
  }
  const [field, count] = first;
  if (count !== 2) {
    throw invalidConfig(
      `sequence batching control '${field}' must have exactly 2 entries ${place}`,
    );
  }
}

function validateTypedControl(model: string, control: ModelSequenceBatching_Control): void {
  const { int32FalseTrue, fp32FalseTrue, boolFalseTrue } = control;
  if (int32FalseTrue.length + fp32FalseTrue.length + boolFalseTrue.length > 0) {
    throw invalidConfig(
      "sequence batching must not specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' " +
        `for ${controlKindName(control.kind)} for ${model}`,
    );
  }
}

function controlKindName(kind: ControlKind): string {
  return CONTROL_KIND_NAMES.get(kind) ?? String(kind);
}
