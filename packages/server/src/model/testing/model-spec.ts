import type { ModelSpec } from "../model-spec.ts";

const PLAIN: ModelSpec = {
  name: "m",
  version: 1n,
  versionText: "1",
  platform: "",
  batchSizeMax: 8,
  isDecoupled: false,
  inputs: [],
  inputsByName: new Map(),
  outputs: [],
  outputsByName: new Map(),
  requiredInputCount: 0,
  sequenceBatching: null,
  dynamicBatching: null,
  batchInputs: [],
  batchOutputs: [],
  padding: null,
};

/** A model without tensors that takes batches of 8, but for what is given; its tensors are found by their names. */
export function modelSpec(given: Partial<ModelSpec> = {}): ModelSpec {
  const { inputs = [], outputs = [] } = given;
  return {
    ...PLAIN,
    inputsByName: new Map(inputs.map((input) => [input.name, input])),
    outputsByName: new Map(outputs.map((output) => [output.name, output])),
    requiredInputCount: inputs.filter(({ isOptional }) => !isOptional).length,
    ...given,
  };
}
