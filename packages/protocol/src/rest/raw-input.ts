import { StatusCode } from "../status-code.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { DecodedInferRequest, DecodedInput } from "./decoded-infer-request.ts";

/** What a raw request leaves to the model: its inputs, as the configuration gives them. */
export interface RawInputModel {
  readonly name: string;
  /** 0: the model does not batch. */
  readonly batchSizeMax: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: Datatype;
    /** Without the batch dimension; -1 is a wildcard. */
    readonly dims: readonly number[];
  }[];
}

/**
 * Gives the nameless input of a raw request its name, datatype and shape. A wildcard dimension takes what the size of the
 * body leaves, a batch dimension is 1. A BYTES input gets its length prefix, which copies the body; others stay views.
 *
 * @throws {TritonError} InvalidArg if the model has not exactly one input, or its shape cannot be told from the size
 * @see Triton core src/infer_request.cc, InferenceRequest::Normalize
 */
export function resolveRawInput(request: DecodedInferRequest, model: RawInputModel): DecodedInput {
  throw new TritonError(StatusCode.Unsupported, `raw request ${request.id} for ${model.name}`);
}
