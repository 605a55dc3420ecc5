import {
  type BatchInput,
  BatchInput_Kind,
  type BatchOutput,
  BatchOutput_Kind,
  DataType,
  type ModelConfig,
} from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";

const BATCH_INPUT_KIND_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(BatchInput_Kind).map(([name, kind]) => [kind, name]),
);
const BATCH_OUTPUT_KIND_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(BatchOutput_Kind).map(([name, kind]) => [kind, name]),
);

/**
 * Checks the tensors that are made from a batch or cut by it.
 *
 * @throws {TritonError} InvalidArg, without the model's name
 * @see Triton core src/model_config_utils.cc, ValidateBatchIO
 */
export function validateBatchTensors(config: ModelConfig): void {
  const inputs = new Set(config.input.map(({ name }) => name));
  const outputs = new Set(config.output.map(({ name }) => name));
  for (const batchInput of config.batchInput) {
    validateBatchInput(batchInput, inputs);
  }
  for (const batchOutput of config.batchOutput) {
    validateBatchOutput(batchOutput, inputs, outputs);
  }
}

function validateBatchInput(batchInput: BatchInput, inputs: ReadonlySet<string>): void {
  validateKind("input", BATCH_INPUT_KIND_NAMES.get(batchInput.kind), batchInput.sourceInput);
  const { dataType } = batchInput;
  if (dataType !== DataType.TYPE_INT32 && dataType !== DataType.TYPE_FP32) {
    throw invalidConfig("batch input data type must be TYPE_INT32 or TYPE_FP32");
  }
  validateSources(batchInput.sourceInput, inputs);
}

function validateBatchOutput(
  batchOutput: BatchOutput,
  inputs: ReadonlySet<string>,
  outputs: ReadonlySet<string>,
): void {
  validateKind("output", BATCH_OUTPUT_KIND_NAMES.get(batchOutput.kind), batchOutput.sourceInput);
  validateSources(batchOutput.sourceInput, inputs);
  const seen = new Set<string>();
  for (const target of batchOutput.targetName) {
    if (!outputs.has(target)) {
      throw invalidConfig(`unknown target output name '${target}'`);
    }
    if (seen.has(target)) {
      throw invalidConfig(`target output name '${target}' can only be specified once`);
    }
    seen.add(target);
  }
}

/** @param kind the kind's name; a number that is none has none */
function validateKind(
  direction: "input" | "output",
  kind: string | undefined,
  sources: readonly string[],
): void {
  if (kind === undefined) {
    throw invalidConfig(`unknown batch ${direction} kind ''`);
  }
  if (sources.length !== 1) {
    throw invalidConfig(
      `batch ${direction} kind '${kind}' expects 1 source input, got ${sources.length}`,
    );
  }
}

function validateSources(sources: readonly string[], inputs: ReadonlySet<string>): void {
  for (const source of sources) {
    if (!inputs.has(source)) {
      throw invalidConfig(`unknown source input name '${source}'`);
    }
  }
}
