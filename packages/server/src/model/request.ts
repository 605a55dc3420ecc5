import type { ParameterValue } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { ModelSpec } from "./model-spec.ts";
import type { InferenceResponse } from "./response.ts";
import type { SequenceState } from "./sequence-state.ts";
import type { Tensor } from "./tensor.ts";

/** Where the answers of one request go. Implemented by the front ends and by the in-process API. */
export interface ResponseSender {
  /**
   * Takes ownership of `response` (null: a final flag without an answer) and must not throw. `isFinal` is true exactly
   * once, on the last call. May be called before `enqueue` has returned.
   */
  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void;
}

/** Whoever holds a request that is waiting or running, told when its client has gone. */
export interface CancellationListener {
  onCancel(request: InferenceRequest): void;
}

/**
 * The life of a request.
 *
 * ```
 *   initialized ──enqueue──► pending ──batch formed──► executing ──final response──► released
 *        └───────────── refused by enqueue: back to the caller, still initialized
 * ```
 */
export type RequestState = "initialized" | "pending" | "executing" | "released";

/** Nanoseconds of computing in all: the steps of an ensemble's request add theirs to it when they succeed. */
export interface ComputeTotals {
  computeInputNs: number;
  computeInferNs: number;
  computeOutputNs: number;
}

/** What is under way for the request of an ensemble. */
export interface OpenSteps {
  /** The requests of its steps without a time limit that have not been answered: it ends when all of them have been. */
  readonly openRequests: readonly InferenceRequest[];
}

/** A look-up in the response cache that found nothing. */
export interface CacheMiss {
  readonly key: string;
  readonly lookupNs: number;
}

/** Where in its scheduler a request waits: in its queue, in its queue's list of overdue requests, in a formed batch, or not at all. */
export type WaitingPlace = "none" | "queued" | "delayed" | "batched";

/**
 * One inference request, transport-free.
 *
 * Ownership: the caller owns it until `enqueue` succeeds; from then on the scheduler, then the instance, until the final
 * response has been sent. Input tensors view memory that the front end keeps unchanged until that moment.
 *
 * The fields are all set by the constructor so that every request has one hidden class.
 */
export class InferenceRequest {
  readonly model: ModelSpec;
  readonly sender: ResponseSender;
  /** The client's request id; empty if it gave none. */
  id = "";
  inputs: Tensor[] = [];
  /**
   * Inputs that the scheduler adds and no client sends: the control tensors of a sequence. They are not in
   * `model.inputs`; the backend finds them here, with their batch dimension if the model batches. null: none.
   */
  overrideInputs: readonly Tensor[] | null = null;
  /** The implicit state of its sequence, set by the scheduler; null if the model has none. */
  sequenceState: SequenceState | null = null;
  /**
   * Whether it only fills a slot of a sequence batch in which no request is ready: its inputs are another request's, nobody
   * waits for its answer, and it is counted nowhere.
   */
  isNull = false;
  /** Names of the outputs to return; null returns every output of the model's configuration. */
  requestedOutputs: string[] | null = null;
  /** Custom parameters for the backend, in the client's order; null if there are none. */
  parameters: Map<string, ParameterValue> | null = null;
  /** 0n or "" outside a sequence. */
  correlationId: bigint | string = 0n;
  isSequenceStart = false;
  isSequenceEnd = false;
  /** 1 is the highest; 0 asks for the model's default. */
  priority = 0;
  /** Microseconds the client is ready to wait in the queue; 0 leaves it to the model's queue policy. */
  timeoutUs = 0;
  /** Rows of this request in a batch: the first dimension of a batching model, otherwise 1. Set by `prepareRequest`. */
  batchSize = 1;
  isCancelled = false;
  /** Whether its first answer has been counted; false while nobody counts. */
  isAnswered = false;
  /**
   * Whether more has been answered than its client has taken. A model with more to say waits, if it can, for
   * `drainListener`; what is answered all the same is kept, up to the front end's limit.
   */
  isCongested = false;
  /** Called once, and forgotten, when the client has caught up. Set by the instance that waits. */
  drainListener: (() => void) | null = null;
  /** Set by whoever owns the request, so that a cancellation reaches it. */
  cancellationListener: CancellationListener | null = null;
  state: RequestState = "initialized";
  /** Clock nanoseconds at which the front end began with it. */
  requestStartNs: number;
  /** Clock nanoseconds at which it entered the scheduler. */
  queueStartNs = 0;
  /** The scheduler's own notes, so that a waiting request is found and taken out without a search. */
  waitingPlace: WaitingPlace = "none";
  waitingPrevious: InferenceRequest | null = null;
  waitingNext: InferenceRequest | null = null;
  /** Clock nanoseconds after which its queue policy acts; 0 for never. */
  waitingDeadlineNs = 0;
  /** Set by the response cache for a request that it could not answer and whose answer it will keep. */
  cacheMiss: CacheMiss | null = null;
  /** Set for a step of an ensemble: what it computes counts for the ensemble's request, too. */
  computeTotals: ComputeTotals | null = null;
  /** Set for the request of an ensemble once its steps begin. */
  steps: OpenSteps | null = null;

  constructor(model: ModelSpec, sender: ResponseSender, requestStartNs: number) {
    this.model = model;
    this.sender = sender;
    this.requestStartNs = requestStartNs;
  }

  /** Sends one answer, and ends the request if it is the last. */
  respond(response: InferenceResponse | null, isFinal: boolean): void {
    assert(this.state !== "released", "a request is answered once");
    if (isFinal) {
      this.state = "released";
      this.cancellationListener = null;
      this.drainListener = null;
    }
    this.sender.send(this, response, isFinal);
  }

  /** Says whether answers pile up on their way to the client: for whoever sends them. */
  setCongested(isCongested: boolean): void {
    this.isCongested = isCongested;
    if (!isCongested && this.drainListener !== null) {
      const listener = this.drainListener;
      this.drainListener = null;
      listener();
    }
  }

  /** Marks the request as no longer wanted and tells its present owner. Idempotent; a released request stays as it is. */
  cancel(): void {
    if (this.isCancelled || this.state === "released") {
      return;
    }
    this.isCancelled = true;
    this.cancellationListener?.onCancel(this);
  }

  /** The prefix of most messages about a request: `[request id: <id>] `, with `<id_unknown>` where the client gave none. */
  get logPrefix(): string {
    return `[request id: ${this.id === "" ? "<id_unknown>" : this.id}] `;
  }
}
