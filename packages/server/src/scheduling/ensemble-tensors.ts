import { StatusCode, TritonError } from "@nereid/protocol";
import type { ConstantTensor } from "../model/ensemble-spec.ts";
import type { InputSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import { modelDims } from "../model/reshape.ts";
import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { adaptBatchDimension } from "./ensemble-shape.ts";
import { type FlowParameters, FlowTensor } from "./flow-tensor.ts";

/** What a client sent, as steps see it: a view of the request's bytes, reshaped as the ensemble's configuration says. */
export function flowFromInput(request: InferenceRequest, input: Tensor): FlowTensor {
  const { model } = request;
  const isBatching = model.batchSizeMax > 0;
  return new FlowTensor({
    datatype: input.datatype,
    shape: reshaped(model.inputsByName.get(input.name), input.shape, isBatching),
    bytes: input.bytes,
    memory: null,
    isBorrowed: true,
    batchSize: isBatching ? request.batchSize : 0,
  });
}

function reshaped(
  spec: InputSpec | undefined,
  shape: readonly number[],
  isBatching: boolean,
): readonly number[] {
  if (spec === undefined || spec.reshape === null) {
    return shape;
  }
  return isBatching
    ? [...shape.slice(0, 1), ...modelDims(spec, shape.slice(1))]
    : modelDims(spec, shape);
}

/** What a step's model gave. Takes the output's memory over. */
export function flowFromOutput(step: InferenceRequest, output: Tensor): FlowTensor {
  return new FlowTensor({
    datatype: output.datatype,
    shape: output.shape,
    bytes: output.bytes,
    memory: output.memory,
    isBorrowed: false,
    batchSize: step.model.batchSizeMax > 0 ? step.batchSize : 0,
  });
}

/** The constant that stands for what a skipped step would have written, with a row for each of the request's. */
export function flowFromConstant(
  { datatype, shape, row, isBatched }: ConstantTensor,
  request: InferenceRequest,
): FlowTensor {
  const rowCount = isBatched && request.model.batchSizeMax > 0 ? request.batchSize : 1;
  let bytes = row;
  if (rowCount !== 1) {
    bytes = new Uint8Array(row.byteLength * rowCount);
    for (let index = 0; index < rowCount; index++) {
      bytes.set(row, index * row.byteLength);
    }
  }
  return new FlowTensor({
    datatype,
    shape: isBatched ? [rowCount, ...shape] : shape,
    bytes,
    memory: null,
    isBorrowed: false,
    batchSize: isBatched ? rowCount : 0,
  });
}

/** A tensor as the input of a step's model: a view of its bytes. */
export function stepInput(spec: InputSpec, tensor: FlowTensor, isBatching: boolean): Tensor {
  const shape = adaptBatchDimension(spec.dims, isBatching, tensor);
  return new Tensor(spec.name, tensor.datatype, shape, tensor.bytes, null);
}

/**
 * What a step tells the steps after it about its sequence: what its model's answer says, or what it was told itself.
 *
 * @throws {TritonError} InvalidArg if the answer says it with other types
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, ConsumeResponse
 */
export function parametersOfAnswer(
  own: FlowParameters,
  { parameters }: InferenceResponse,
): FlowParameters {
  const id = parameters?.get("sequence_id");
  const start = parameters?.get("sequence_start");
  const end = parameters?.get("sequence_end");
  if (id === undefined && start === undefined && end === undefined) {
    return own;
  }
  return {
    correlationId: correlationId(id, own.correlationId),
    isSequenceStart: flag("sequence_start", start),
    isSequenceEnd: flag("sequence_end", end),
  };
}

function correlationId(given: unknown, own: bigint | string): bigint | string {
  switch (typeof given) {
    case "undefined":
      return own;
    case "bigint":
    case "string":
      return given;
    case "number":
      if (Number.isSafeInteger(given)) {
        return BigInt(given);
      }
      break;
    default:
  }
  throw new TritonError(
    StatusCode.InvalidArg,
    "expected parameter 'sequence_id' to be TRITONSERVER_PARAMETER_INT or TRITONSERVER_PARAMETER_STRING",
  );
}

function flag(name: "sequence_start" | "sequence_end", given: unknown): boolean {
  if (given === undefined || typeof given === "boolean") {
    return given === true;
  }
  throw new TritonError(
    StatusCode.InvalidArg,
    `expect parameter '${name}' to be TRITONSERVER_PARAMETER_BOOL`,
  );
}
