import { classifyOutput } from "../rest/classify-output.ts";
import type { DecodedInferRequest } from "../rest/decoded-infer-request.ts";
import type { ResponseContent, ResponseTensor } from "../rest/encode-infer-response.ts";
import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { finalField } from "./final-field.ts";
import type { GrpcResponseTemplate } from "./grpc-response-template.ts";
import { InferResponseMessage } from "./infer-response-message.ts";
import { MESSAGE_SIZE_MAX } from "./wire-format.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * A response measured, ready to be written whenever its connection can take it. Its outputs' bytes are read when it is
 * written, so they must stay as they are until then (and, of `writeParts`, until the parts have been sent).
 */
export interface EncodedInferResponse {
  /** Bytes of the whole message: exact before anything is written. */
  readonly byteSize: number;
  /** Of these, the bytes that are not the outputs' own: what `writeParts` writes. */
  readonly headSize: number;
  /** Writes the whole message, `byteSize` bytes, outputs copied: the cheapest way for small ones. Returns the position after it. */
  writeWhole(target: Uint8Array, position: number): number;
  /**
   * Writes all but the outputs' bytes, `headSize` bytes in all, and returns the message in pieces: views of `target` in turn
   * with the outputs' own bytes. The first piece begins at `position`.
   */
  writeParts(target: Uint8Array, position: number): Uint8Array[];
}

/**
 * Measures the ModelInferResponse to a request. Every output travels in raw_output_contents; one that is wanted as classes
 * becomes a BYTES tensor of new memory, one in shared memory an empty entry.
 *
 * @param request the request that is answered: its id and the form of its outputs
 * @throws {TritonError} InvalidArg for outputs that cannot be classified, and above the 2 GiB - 1 that gRPC messages may have
 * @see Triton server src/grpc/infer_handler.h, InferResponseCompleteCommon
 */
export function encodeModelInferResponse(
  template: GrpcResponseTemplate,
  request: DecodedInferRequest,
  content: ResponseContent,
): EncodedInferResponse {
  const outputs = travellingOutputs(template, request, content.outputs);
  const { parameters } = content;
  return checkSize(
    new InferResponseMessage({ template, id: request.id, parameters, outputs }, null),
  );
}

/**
 * The same as an answer on a stream: a ModelStreamInferResponse, with the parameter `triton_final_response`.
 *
 * @param isFinal whether it is the last answer to its request
 * @throws {TritonError} as `encodeModelInferResponse`
 */
export function encodeModelStreamInferResponse(
  template: GrpcResponseTemplate,
  request: DecodedInferRequest,
  content: ResponseContent,
  isFinal: boolean,
): EncodedInferResponse {
  const outputs = travellingOutputs(template, request, content.outputs);
  const { parameters } = content;
  return checkSize(
    new InferResponseMessage(
      { template, id: request.id, parameters, outputs },
      finalField(isFinal),
    ),
  );
}

function checkSize(message: InferResponseMessage): InferResponseMessage {
  if (message.byteSize > MESSAGE_SIZE_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Response has byte size ${message.byteSize} which exceeds gRPC's byte size limit ${MESSAGE_SIZE_MAX}.`,
    );
  }
  return message;
}

/** The outputs as they travel. Mostly that is as they are: then nothing new is made. */
function travellingOutputs(
  template: GrpcResponseTemplate,
  request: DecodedInferRequest,
  outputs: readonly ResponseTensor[],
): readonly ResponseTensor[] {
  for (const { classCount, sharedMemory } of request.outputs) {
    if (classCount > 0 || sharedMemory !== null) {
      return outputs.map((output) => travellingOutput(template, request, output));
    }
  }
  return outputs;
}

function travellingOutput(
  template: GrpcResponseTemplate,
  request: DecodedInferRequest,
  output: ResponseTensor,
): ResponseTensor {
  const requested = request.outputs.find(({ name }) => name === output.name);
  if (requested === undefined) {
    return output;
  }
  if (requested.sharedMemory !== null) {
    const { name, datatype, shape } = output;
    return { name, datatype, shape, bytes: NO_BYTES };
  }
  return requested.classCount > 0 ? classifyOutput(output, requested.classCount, template) : output;
}
