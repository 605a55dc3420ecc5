import { datatypeByteSize, elementCount, type ParameterValue } from "@nereid/protocol";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { clientDims, modelDims } from "../../model/reshape.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { tensorIndex } from "./check-identity-config.ts";

/** Examples of what a backend may say beside its outputs: every answer has them. */
const PARAMETERS: readonly (readonly [string, ParameterValue])[] = [
  ["param0", "an example string parameter"],
  ["param1", 42n],
  ["param2", false],
  ["param3", 123.123],
];

/**
 * The answer to one request: its inputs, copied, as the outputs that it asked for, in the order of their names. The output of
 * an optional input that is not there is zero.
 */
export function echo(model: ModelSpec, request: InferenceRequest): InferenceResponse {
  const { requestedOutputs } = request;
  const outputs =
    requestedOutputs === null || requestedOutputs.length === 0
      ? model.outputs
      : model.outputs.filter(({ name }) => requestedOutputs.includes(name));
  const inputs = new Map(request.inputs.map((input) => [input.name, input]));
  const tensors = [...outputs]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((output) => {
      const name = `INPUT${tensorIndex(output.name)}`;
      return echoOne(model, request, output, { name, tensor: inputs.get(name) });
    });
  const response = InferenceResponse.ok(tensors);
  response.parameters = new Map(PARAMETERS);
  return response;
}

function echoOne(
  model: ModelSpec,
  request: InferenceRequest,
  output: OutputSpec,
  input: { readonly name: string; readonly tensor: Tensor | undefined },
): Tensor {
  const { name, datatype } = output;
  const batchDims = model.batchSizeMax > 0 ? [request.batchSize] : [];
  const { tensor } = input;
  const spec = model.inputsByName.get(input.name);
  if (tensor === undefined || spec === undefined) {
    const dims = output.reshape ?? output.dims;
    const shape = [...batchDims, ...clientDims(output, dims.map(filled))].map(filled);
    const byteSize = elementCount(shape) * datatypeByteSize(datatype);
    return new Tensor(name, datatype, shape, new Uint8Array(byteSize), null);
  }
  const dims = clientDims(output, modelDims(spec, tensor.shape.slice(batchDims.length)));
  return new Tensor(name, datatype, [...batchDims, ...dims], new Uint8Array(tensor.bytes), null);
}

function filled(dim: number): number {
  return dim === -1 ? 1 : dim;
}
