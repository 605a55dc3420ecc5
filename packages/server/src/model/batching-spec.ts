import type { Datatype } from "@nereid/protocol";

/** How long requests of one priority level wait, and how many. */
export interface QueuePolicy {
  /** What becomes of a request whose time is over: an error, or its turn after everybody of its level who is in time. */
  readonly timeoutAction: "REJECT" | "DELAY";
  /** Microseconds a request may wait; 0 for as long as it takes. */
  readonly timeoutUsDefault: number;
  /** Whether a request may shorten, never lengthen, that time. */
  readonly isTimeoutOverrideAllowed: boolean;
  /** Requests that wait at once, delayed ones included; 0 for no limit of the policy's. */
  readonly queueSizeMax: number;
}

/** How waiting requests share a model. Not Triton's. */
export interface FairQueueSpec {
  /** The request parameter whose value says which flow a request belongs to; those without it are a flow, too. */
  readonly key: string;
  /** By value. Positive; a flow with twice the weight gets twice the rows while both wait. */
  readonly weights: ReadonlyMap<string, number>;
  readonly weightDefault: number;
}

/** A configuration's `dynamic_batching`, compiled. */
export interface DynamicBatchingSpec {
  /** Ascending, each once. */
  readonly preferredBatchSizes: readonly number[];
  readonly queueDelayUsMax: number;
  readonly isOrderPreserved: boolean;
  /** 0: one queue without levels. Otherwise levels run from 1, the highest, to this. */
  readonly priorityLevelCount: number;
  readonly priorityLevelDefault: number;
  readonly queuePolicyDefault: QueuePolicy;
  /** Levels with a policy of their own; empty where there are no levels. */
  readonly queuePolicies: ReadonlyMap<number, QueuePolicy>;
  /** null: in the order in which they come. */
  readonly fairness: FairQueueSpec | null;
  /** Batch size and delay are chosen so that this is met; null leaves them as they are configured. */
  readonly latencyTargetUs: number | null;
}

/** What an input made from a batch holds; n requests with e elements each of the source input. */
export type BatchInputKind =
  /** [n]: the e. */
  | "ELEMENT_COUNT"
  /** [n]: their running sums. */
  | "ACCUMULATED_ELEMENT_COUNT"
  /** [n + 1]: 0 and their running sums. */
  | "ACCUMULATED_ELEMENT_COUNT_WITH_ZERO"
  /** [greatest e], of which only the shape says something. */
  | "MAX_ELEMENT_COUNT_AS_SHAPE"
  /** [rows in all, rank]: for every row the shape of its item, without the batch dimension. */
  | "ITEM_SHAPE"
  /** The same numbers in one dimension. */
  | "ITEM_SHAPE_FLATTEN";

/** An input that no request has: the instance makes it from the batch. */
export interface BatchInputSpec {
  readonly kind: BatchInputKind;
  /** The model's inputs that get it. */
  readonly targetNames: readonly string[];
  readonly datatype: Extract<Datatype, "INT32" | "FP32">;
  readonly sourceInput: string;
}

/**
 * Outputs of one dimension that are cut by the shapes of an input: a request's part has the configuration's shape, with
 * the request's size wherever that has a wildcard.
 */
export interface BatchOutputSpec {
  readonly targetNames: readonly string[];
  readonly sourceInput: string;
}
