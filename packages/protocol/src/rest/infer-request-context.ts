/** What decoding needs to know of the server. */
export interface InferRequestContext {
  /** For the texts of errors. */
  readonly modelName: string;
  /** `--http-max-input-size`, bytes: limits the JSON part, each JSON tensor, and a raw body; not the binary tail. */
  readonly inputSizeMax: number;
}
