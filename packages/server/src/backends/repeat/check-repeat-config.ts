import { formatShape, isSameShape, type ModelConfig } from "@nereid/protocol";
import {
  type ConfiguredTensor,
  check,
  requireDatatype,
  requireName,
  requireSingle,
  tensorsOf,
} from "../model-check.ts";

const INPUTS = [
  ["IN", "INT32"],
  ["DELAY", "UINT32"],
  ["WAIT", "UINT32"],
] as const;
const OUTPUTS = [
  ["OUT", "INT32"],
  ["IDX", "UINT32"],
] as const;
const PLACES = ["first", "second", "third"] as const;

/**
 * @throws {TritonError} InvalidArg unless the model has the inputs and outputs of Triton's repeat backend, in their order
 * @see Triton repeat_backend src/repeat.cc, ValidateModelConfig
 */
export function checkRepeatConfig(config: ModelConfig): void {
  check(config.maxBatchSize === 0, "repeat backend only supports models with max_batch_size == 0");
  const inputs = tensorsOf(config.input);
  const outputs = tensorsOf(config.output);
  check(inputs.length === INPUTS.length, `expected 3 inputs, got ${inputs.length}`);
  check(outputs.length === OUTPUTS.length, `expected 2 outputs, got ${outputs.length}`);
  for (const [index, input] of inputs.entries()) {
    requireName(input, `${PLACES[index]} input`, INPUTS[index]?.[0] ?? "");
  }
  for (const [index, output] of outputs.entries()) {
    requireName(output, `${PLACES[index]} output`, OUTPUTS[index]?.[0] ?? "");
  }
  checkShapes(inputs, outputs);
  for (const [index, input] of inputs.entries()) {
    requireDatatype(input, INPUTS[index]?.[1] ?? "");
  }
  for (const [index, output] of outputs.entries()) {
    requireDatatype(output, OUTPUTS[index]?.[1] ?? "");
  }
}

function checkShapes(
  [input, delay, wait]: readonly ConfiguredTensor[],
  outputs: readonly ConfiguredTensor[],
): void {
  const dims = input?.dims ?? [];
  const delayDims = delay?.dims ?? [];
  check(dims.length === 1, `expected IN shape to have one dimension, got ${formatShape(dims)}`);
  check(
    isSameShape(dims, delayDims),
    `expected IN and DELAY shape to match, got ${formatShape(dims)} and ${formatShape(delayDims)}`,
  );
  for (const single of wait === undefined ? outputs : [wait, ...outputs]) {
    requireSingle(single);
  }
}
