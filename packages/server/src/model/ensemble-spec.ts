import type { Datatype } from "@nereid/protocol";

/** A tensor that flows between an ensemble and its steps. Tensors go by their index in `EnsembleSpec.tensors`. */
export interface EnsembleTensorSpec {
  readonly name: string;
  /** The step that writes it; null for an input of the ensemble. */
  readonly producer: number | null;
  /** The steps that wait for it, each once, ascending. */
  readonly consumers: readonly number[];
  /** null only for a tensor that nothing writes. */
  readonly datatype: Datatype | null;
}

/** One input or output of a step's model, and the ensemble's tensor that it is mapped to. */
export interface EnsembleMapping {
  readonly name: string;
  readonly tensor: number;
}

/** An input of a step's model. */
export interface StepInput extends EnsembleMapping {
  /** Where its tensor stands in the step's `waitsFor`. */
  readonly position: number;
}

/** How a condition compares. */
export type ConditionOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** What must hold for a step to run: a comparison of a tensor's only element. Not Triton's. */
export interface StepCondition {
  /** Where its tensor stands in the step's `waitsFor`. */
  readonly position: number;
  readonly operator: ConditionOperator;
  /** A number for numeric tensors, true or false for BOOL, a text for BYTES. */
  readonly value: number | bigint | boolean | string;
  /** As it was written, for messages. */
  readonly text: string;
}

/** A tensor that is the same for every request. */
export interface ConstantTensor {
  readonly datatype: Datatype;
  /** Without the batch dimension. */
  readonly shape: readonly number[];
  /** The bytes of one row. */
  readonly row: Uint8Array;
  /** Whether there are as many rows as the request has. */
  readonly isBatched: boolean;
}

/** What one of a skipped step's tensors is instead: another tensor of the ensemble, or a constant. Not Triton's. */
export interface StepDefault {
  /** The tensor that the step would have written. */
  readonly tensor: number;
  /** Where the tensor that takes its place stands in the step's `waitsFor`; null for `constant`. */
  readonly position: number | null;
  /** Only where there is no source. */
  readonly constant: ConstantTensor | null;
}

/** One step of an ensemble: a model, and where its tensors come from and go to. */
export interface EnsembleStepSpec {
  readonly modelName: string;
  /** null: the latest that is ready. */
  readonly version: bigint | null;
  readonly inputs: readonly StepInput[];
  readonly outputs: readonly EnsembleMapping[];
  /** By the name of the model's output, the ensemble's tensor. */
  readonly outputTensors: ReadonlyMap<string, number>;
  /** The names of `outputs`, shared by all requests; null if these are all that the model has. */
  readonly requestedOutputs: string[] | null;
  /** What it waits for, each once: its inputs, its condition's tensor, the tensors that are its defaults. */
  readonly waitsFor: readonly number[];
  /** null: it always runs. */
  readonly condition: StepCondition | null;
  /** For a step that its condition skips; an output that has none is as one that the model did not give. */
  readonly defaults: readonly StepDefault[];
  /** Microseconds that the step's model may take; 0 for no limit. */
  readonly timeoutUs: number;
}

/** The data flow of an ensemble, compiled once when it is loaded. */
export interface EnsembleSpec {
  readonly name: string;
  readonly tensors: readonly EnsembleTensorSpec[];
  /** By name, the tensors that requests bring. */
  readonly inputTensors: ReadonlyMap<string, number>;
  /** The ensemble's optional inputs. */
  readonly optionalTensors: readonly number[];
  /** By name, the tensors that answers have, in the order of the configuration. */
  readonly outputTensors: ReadonlyMap<string, number>;
  readonly steps: readonly EnsembleStepSpec[];
  /** Requests of one step that may run at once, counted over all requests of the ensemble; 0 for no limit. */
  readonly inflightRequestsMax: number;
}
