import type { TritonError } from "../triton-error.ts";

/*
 * What one tensor of a list said, before any rule about it has been checked. A member that was given (`has…`) but is null
 * here has the wrong JSON type. There is one object of each kind a list, used again for the next element: a list of a
 * million elements costs no more than what is made of them.
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

  reset(): void {
    this.binaryDataSize = ABSENT;
    this.binaryDataSizeStart = 0;
    this.hasRegion = false;
    this.region = null;
    this.offset = ABSENT;
    this.byteSize = ABSENT;
    this.classification = ABSENT;
    this.hasBinaryData = false;
    this.binaryData = null;
  }
}

/** A tensor with its data: one of a request's `inputs` or of a response's `outputs`. */
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
  /** Empty also where they are no object: then they count as not given. */
  readonly parameters: TensorParametersScan = new TensorParametersScan();
  hasData = false;
  isDataArray = false;
  dataStart = 0;
  /** What reading `data` on the way has given; null if it was only skipped. */
  data: Uint8Array | TritonError | null = null;

  reset(): void {
    this.hasName = false;
    this.name = null;
    this.hasDatatype = false;
    this.datatype = null;
    this.hasShape = false;
    this.isShapeArray = false;
    this.shape = null;
    this.shapeStart = 0;
    if (this.hasParameters) {
      this.hasParameters = false;
      this.parameters.reset();
    }
    this.hasData = false;
    this.isDataArray = false;
    this.dataStart = 0;
    this.data = null;
  }
}

/** One of a request's `outputs`. */
export class OutputScan {
  hasName = false;
  name: string | null = null;
  hasParameters = false;
  /** Empty also where they are no object. */
  readonly parameters: TensorParametersScan = new TensorParametersScan();

  reset(): void {
    this.hasName = false;
    this.name = null;
    if (this.hasParameters) {
      this.hasParameters = false;
      this.parameters.reset();
    }
  }
}
