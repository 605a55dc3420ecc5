import type { DecodedInferRequest } from "../rest/decoded-infer-request.ts";
import type { ResponseContent } from "../rest/encode-infer-response.ts";
import type { GrpcResponseTemplate } from "./grpc-response-template.ts";

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
  throw new Error(`not written yet: ${String([template, request, content])}`);
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
  throw new Error(`not written yet: ${String([template, request, content, isFinal])}`);
}
