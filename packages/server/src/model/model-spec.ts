import type { Datatype } from "@nereid/protocol";
import type { BatchInputSpec, BatchOutputSpec, DynamicBatchingSpec } from "./batching-spec.ts";
import type { PaddingSpec } from "./padding-spec.ts";
import type { SequenceBatchingSpec } from "./sequence-batching-spec.ts";

/** What a model's configuration says of one input or output, in the form that the data plane reads. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** The configuration's `dims`, without the batch dimension; -1 is a wildcard. */
  readonly dims: readonly number[];
  /** `dims` with -1 in front if the model batches: what metadata shows and clients send. */
  readonly fullShape: readonly number[];
  /** The configuration's `reshape.shape` (no batch dimension), or null if the backend sees `dims`. */
  readonly reshape: readonly number[] | null;
}

/** One input of a model. */
export interface InputSpec extends TensorSpec {
  readonly isOptional: boolean;
  readonly isRaggedBatchAllowed: boolean;
  /** Whether its elements, not only its shape, must be equal throughout a batch. */
  readonly isShapeTensor: boolean;
}

/** One output of a model. */
export interface OutputSpec extends TensorSpec {
  /** One label a class index, or null if the output has no label file. */
  readonly labels: readonly string[] | null;
}

/** One model version's configuration, compiled for the data plane. Immutable. */
export interface ModelSpec {
  readonly name: string;
  readonly version: bigint;
  /** `version` in decimal. */
  readonly versionText: string;
  /** The configuration's `platform`, or its `backend` where the platform is empty. */
  readonly platform: string;
  /** 0: the model does not batch. */
  readonly batchSizeMax: number;
  readonly isDecoupled: boolean;
  /** In configuration order; the map gives the same objects by name. */
  readonly inputs: readonly InputSpec[];
  readonly inputsByName: ReadonlyMap<string, InputSpec>;
  readonly outputs: readonly OutputSpec[];
  readonly outputsByName: ReadonlyMap<string, OutputSpec>;
  /** Inputs that are not optional. */
  readonly requiredInputCount: number;
  /** null: every request runs alone, or the model has a sequence batcher. */
  readonly dynamicBatching: DynamicBatchingSpec | null;
  /** null: requests know nothing of each other. */
  readonly sequenceBatching: SequenceBatchingSpec | null;
  readonly batchInputs: readonly BatchInputSpec[];
  readonly batchOutputs: readonly BatchOutputSpec[];
  /** null: shapes stay as they are. The inputs that it makes are not among `inputs`: no request has them. */
  readonly padding: PaddingSpec | null;
}
