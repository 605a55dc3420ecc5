import type { ParameterValue } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { OutputSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { clientDims } from "../model/reshape.ts";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import type { EnsembleFlow } from "./ensemble-flow.ts";
import type { EnsemblePlan } from "./ensemble-plan.ts";
import { adaptBatchDimension } from "./ensemble-shape.ts";
import type { FlowParameters, FlowTensor } from "./flow-tensor.ts";

/** One answer of an ensemble, made of the tensors of one iteration; those that no model gave are left out. */
export function createAnswer(
  request: InferenceRequest,
  plan: EnsemblePlan,
  flow: EnsembleFlow,
  iteration: number,
): InferenceResponse {
  const outputs: Tensor[] = [];
  let last: FlowParameters | null = null;
  for (const { name, tensor: index } of plan.requested) {
    const { tensor, parameters } = flow.take(index, iteration);
    if (tensor === null) {
      continue;
    }
    const spec = request.model.outputsByName.get(name);
    assert(spec !== undefined, "what is requested is an output");
    outputs.push(answerOutput(request, spec, tensor));
    last = parameters ?? last;
  }
  const response = InferenceResponse.ok(outputs);
  if (last !== null) {
    response.parameters = sequenceParameters(last);
  }
  return response;
}

/** A view of the tensor's bytes, whose release is the answer's; what is the request's own is copied. */
function answerOutput(request: InferenceRequest, spec: OutputSpec, tensor: FlowTensor): Tensor {
  const isBatching = request.model.batchSizeMax > 0 && request.batchSize !== 0;
  let shape = adaptBatchDimension(spec.reshape ?? spec.dims, isBatching, tensor);
  if (spec.reshape !== null) {
    shape = isBatching
      ? [...shape.slice(0, 1), ...clientDims(spec, shape.slice(1))]
      : clientDims(spec, shape);
  }
  if (!tensor.isBorrowed) {
    return new Tensor(spec.name, tensor.datatype, shape, tensor.bytes, tensor);
  }
  const copy = tensor.bytes.slice();
  tensor.release();
  return new Tensor(spec.name, tensor.datatype, shape, copy, null);
}

function sequenceParameters(parameters: FlowParameters): Map<string, ParameterValue> {
  return new Map<string, ParameterValue>([
    ["sequence_id", parameters.correlationId],
    ["sequence_start", parameters.isSequenceStart],
    ["sequence_end", parameters.isSequenceEnd],
  ]);
}
