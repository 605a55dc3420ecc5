import type { Datatype } from "@nereid/protocol";
import type { DynamicBatchingSpec } from "./batching-spec.ts";

/** A control tensor that says yes or no. */
export interface BooleanControlSpec {
  readonly name: string;
  readonly datatype: Extract<Datatype, "INT32" | "FP32" | "BOOL">;
  /** One element each, as the model wants to read it. */
  readonly falseBytes: Uint8Array;
  readonly trueBytes: Uint8Array;
}

/** The control tensor that holds a sequence's correlation id. */
export interface CorrelationIdControlSpec {
  readonly name: string;
  /** A request's id is of this kind: a number for the integers, of which the low bits are taken, or a string. */
  readonly datatype: Extract<Datatype, "UINT64" | "INT64" | "UINT32" | "INT32" | "BYTES">;
}

/** The control tensors of a model; null for those that it does not ask for. */
export interface SequenceControlsSpec {
  readonly start: BooleanControlSpec | null;
  readonly end: BooleanControlSpec | null;
  readonly ready: BooleanControlSpec | null;
  readonly correlationId: CorrelationIdControlSpec | null;
}

/** Every sequence has a row of the batch to itself, from its start to its end. */
export interface DirectStrategySpec {
  readonly kind: "direct";
  /** How long a request waits for other slots to be ready; 0: not at all. */
  readonly queueDelayUsMax: number;
  /** Between 0 and 1: the share of ready slots at which nobody waits any longer; 0: nobody waits at all. */
  readonly slotUtilizationMin: number;
}

/** The next requests of sequences are batched as they come, the oldest first. */
export interface OldestStrategySpec {
  readonly kind: "oldest";
  readonly batching: DynamicBatchingSpec;
}

/** A configuration's `sequence_batching`, compiled. */
export interface SequenceBatchingSpec {
  /** Sequences that one instance serves at a time. */
  readonly slotCount: number;
  /** How long a sequence keeps its slot without a request. */
  readonly idleUsMax: number;
  /** Whether requests need no correlation id, and go back to the scheduler until the model lets them go. */
  readonly isIterative: boolean;
  /** Whether the model has implicit state. */
  readonly hasState: boolean;
  readonly controls: SequenceControlsSpec;
  readonly strategy: DirectStrategySpec | OldestStrategySpec;
}
