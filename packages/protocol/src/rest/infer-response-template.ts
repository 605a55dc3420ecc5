/** What a response encoder must know of a model version. The server's ModelSpec is one. */
export interface InferResponseModel {
  readonly name: string;
  /** The version in decimal. */
  readonly versionText: string;
  /** Above 0 the first dimension of an output is the batch. */
  readonly batchSizeMax: number;
  readonly outputs: readonly {
    readonly name: string;
    /** One label a class index, or null. */
    readonly labels: readonly string[] | null;
  }[];
}

/** What all responses of one model version have in common, as bytes. Build it once, when the version becomes ready. */
export class InferResponseTemplate {
  readonly modelName: string;
  readonly isBatching: boolean;

  constructor(model: InferResponseModel) {
    this.modelName = model.name;
    this.isBatching = model.batchSizeMax > 0;
  }
}
