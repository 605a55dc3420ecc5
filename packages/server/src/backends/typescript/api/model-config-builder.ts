import type { Datatype } from "@nereid/protocol";

/** An input or output as the configuration's JSON has it. */
export interface TensorConfigJson {
  readonly name: string;
  /** `TYPE_FP32` and so on. */
  readonly data_type: string;
  readonly dims: readonly (number | string)[];
  readonly optional?: boolean;
}

/** A model configuration as JSON; what is not named here is there too. */
export interface ModelConfigJson {
  readonly name?: string;
  readonly max_batch_size?: number;
  readonly input?: readonly TensorConfigJson[];
  readonly output?: readonly TensorConfigJson[];
  readonly parameters?: Readonly<Record<string, { readonly string_value?: string }>>;
  readonly [field: string]: unknown;
}

/** An input or output that a model adds to its configuration. */
export interface TensorConfig {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension; -1 for any size. */
  readonly dims: readonly number[];
}

/** What `autoCompleteConfig` may change. What config.pbtxt says already must agree. Methods throw `Error` where it does not. */
export interface ModelConfigBuilder {
  /** The configuration so far. */
  readonly config: ModelConfigJson;
  /** The greatest batch; 0 for a model that does not batch. */
  setMaxBatchSize(size: number): this;
  setDynamicBatching(): this;
  setDecoupled(isDecoupled: boolean): this;
  addInput(input: TensorConfig & { readonly isOptional?: boolean }): this;
  addOutput(output: TensorConfig): this;
}
