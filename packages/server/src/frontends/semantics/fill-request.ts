import {
  type Datatype,
  type DecodedInferRequest,
  type DecodedInput,
  datatypeByteSize,
  elementCount,
  resolveRawInput,
  type SharedMemoryReference,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { InferenceRequest } from "../../model/request.ts";
import { Tensor } from "../../model/tensor.ts";

/**
 * Moves a decoded request into the engine's form. Nothing is copied: tensors view what was received.
 *
 * @throws {TritonError} for a raw request that does not fit the model, and for shared-memory regions, which nobody can
 *   have registered yet
 */
export function fillRequest(request: InferenceRequest, decoded: DecodedInferRequest): void {
  request.id = decoded.id;
  request.parameters = decoded.parameters;
  request.correlationId = decoded.correlationId;
  request.isSequenceStart = decoded.isSequenceStart;
  request.isSequenceEnd = decoded.isSequenceEnd;
  request.priority = decoded.priority;
  request.timeoutUs = decoded.timeoutUs;
  if (decoded.isRaw) {
    request.inputs.push(rawTensor(request, decoded));
  } else {
    for (const input of decoded.inputs) {
      request.inputs.push(tensorFrom(input));
    }
  }
  if (decoded.outputs.length > 0) {
    request.requestedOutputs = [];
    for (const output of decoded.outputs) {
      refuseRegion(output.sharedMemory);
      request.requestedOutputs.push(output.name);
    }
  }
}

/**
 * The tensor of a raw request.
 *
 * @throws {TritonError} InvalidArg if the model cannot take one, or its size does not fit: the real server calls the input
 *   by its placeholder's name then
 */
function rawTensor(request: InferenceRequest, decoded: DecodedInferRequest): Tensor {
  const tensor = tensorFrom(resolveRawInput(decoded, request.model));
  const expected = elementCount(tensor.shape) * datatypeByteSize(tensor.datatype);
  if (tensor.datatype !== "BYTES" && tensor.bytes.byteLength !== expected) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${request.logPrefix}input byte size mismatch for input 'raw_input' for model '${request.model.name}'. ` +
        `Expected ${expected}, got ${tensor.bytes.byteLength}`,
    );
  }
  return tensor;
}

function tensorFrom(input: DecodedInput): Tensor {
  refuseRegion(input.sharedMemory);
  // An unknown datatype equals none of a model's, so the engine refuses the tensor before anyone reads its bytes.
  const datatype = input.datatype as Datatype;
  return new Tensor(input.name, datatype, input.shape, input.bytes, null);
}

/**
 * Looks for a region among the registered ones, of which there are none yet.
 *
 * @throws {TritonError} NotFound unless the tensor needs none
 */
export function refuseRegion(reference: SharedMemoryReference | null): void {
  if (reference !== null) {
    throw new TritonError(
      StatusCode.NotFound,
      `Unable to find shared memory region: '${reference.region}'`,
    );
  }
}
