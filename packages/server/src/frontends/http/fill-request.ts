import {
  type Datatype,
  type DecodedInferRequest,
  type DecodedInput,
  resolveRawInput,
  type SharedMemoryReference,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { InferenceRequest } from "../../model/request.ts";
import { Tensor } from "../../model/tensor.ts";

/**
 * Moves a decoded REST request into the engine's form. Nothing is copied: tensors view the body.
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
    request.inputs.push(tensorFrom(resolveRawInput(decoded, request.model)));
  } else {
    for (const input of decoded.inputs) {
      request.inputs.push(tensorFrom(input));
    }
  }
  if (decoded.outputs.length > 0) {
    request.requestedOutputs = [];
    for (const output of decoded.outputs) {
      checkNoRegion(output.sharedMemory);
      request.requestedOutputs.push(output.name);
    }
  }
}

function tensorFrom(input: DecodedInput): Tensor {
  checkNoRegion(input.sharedMemory);
  // An unknown datatype equals none of a model's, so the engine refuses the tensor before anyone reads its bytes.
  const datatype = input.datatype as Datatype;
  return new Tensor(input.name, datatype, input.shape, input.bytes, null);
}

function checkNoRegion(reference: SharedMemoryReference | null): void {
  if (reference !== null) {
    throw new TritonError(
      StatusCode.NotFound,
      `Unable to find shared memory region: '${reference.region}'`,
    );
  }
}
