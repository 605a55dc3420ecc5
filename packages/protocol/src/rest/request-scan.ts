import type { TritonError } from "../triton-error.ts";
import { DecodedInferRequest } from "./decoded-infer-request.ts";

/*
 * What a pass over the text of an infer request found, before any of its rules has been checked: malformed JSON at the
 * very end outranks whatever is wrong before it, and the rules have an order of their own. A member that was given
 * (`has…`) but is null here has the wrong JSON type.
 */

/** A number that was not given. One of the wrong type is NaN. */
export const ABSENT = -1;

/** The `parameters` of an input or output. Numbers are unsigned integers, rounded above 2^53. */
export class TensorParametersScan {
  binaryDataSize: number = ABSENT;
  /** Where its text begins, for messages that need every digit. */
  binaryDataSizeStart = 0;
  hasRegion = false;
  region: string | null = null;
  offset: number = ABSENT;
  byteSize: number = ABSENT;
  classification: number = ABSENT;
  hasBinaryData = false;
  binaryData: boolean | null = null;
}

/** One element of `inputs`. */
export class InputScan {
  hasName = false;
  name: string | null = null;
  hasDatatype = false;
  datatype: string | null = null;
  hasShape = false;
  isShapeArray = false;
  /** Wrapped to int64 and rounded above 2^53; null unless all dimensions are unsigned integers. */
  shape: number[] | null = null;
  /** Where its text begins, for messages that need every digit. */
  shapeStart = 0;
  hasParameters = false;
  /** null also where they are no object: then they count as not given. */
  parameters: TensorParametersScan | null = null;
  hasData = false;
  isDataArray = false;
  dataStart = 0;
  /** What reading `data` on the way has given; null if it was only skipped. */
  data: Uint8Array | TritonError | null = null;
}

/** One element of `outputs`. */
export class OutputScan {
  hasName = false;
  name: string | null = null;
  hasParameters = false;
  /** null also where they are no object: then they count as not given. */
  parameters: TensorParametersScan | null = null;
}

/** The request's members. */
export class RequestScan {
  /** Takes the request parameters on the way. */
  readonly request: DecodedInferRequest = new DecodedInferRequest();
  hasId = false;
  id: string | null = null;
  hasParameters = false;
  /** The first thing wrong with the request parameters, in their order. */
  parametersError: TritonError | null = null;
  hasInputs = false;
  inputs: InputScan[] | null = null;
  hasOutputs = false;
  outputs: OutputScan[] | null = null;
}
