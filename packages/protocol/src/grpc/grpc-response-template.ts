import type { InferResponseModel } from "../rest/infer-response-template.ts";
import type { Datatype } from "../tensor/datatype.ts";

/** What all responses of one model version have in common, as bytes. Build it once, when the version becomes ready. */
export class GrpcResponseTemplate {
  readonly isBatching: boolean;

  constructor(model: InferResponseModel) {
    this.isBatching = model.batchSizeMax > 0;
  }

  /** The labels of an output, or null. */
  labelsOf(outputName: string): readonly string[] | null {
    throw new Error(`not written yet: ${outputName}`);
  }

  /**
   * The fields name and datatype of an output: kept for the model's own outputs.
   *
   * @internal
   */
  outputHead(name: string, datatype: Datatype): Uint8Array {
    throw new Error(`not written yet: ${name} ${datatype}`);
  }
}
