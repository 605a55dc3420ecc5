import type { DecodedInferRequest } from "../rest/decoded-infer-request.ts";
import type { DecodedGrpcInferRequest } from "./decoded-grpc-infer-request.ts";

/**
 * The infer request that a message asks for, in the form that REST requests take, too: parameters read, each input with its
 * bytes (views of the message where they came raw), each output with the form in which it is wanted.
 *
 * To be called once the model has been found: the real server looks for it first, then checks what is checked here, in the
 * same order: parameters, duplicate names, the data of inputs, the parameters of outputs.
 *
 * @throws {TritonError} InvalidArg with the real server's text
 * @see Triton server src/grpc/infer_handler.cc, SetInferenceRequestMetadata, InferGRPCToInput
 */
export function inferRequestFromGrpc(message: DecodedGrpcInferRequest): DecodedInferRequest {
  throw new Error(`not written yet: ${message.id}`);
}
