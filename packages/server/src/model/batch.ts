import type { TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "./request.ts";
import type { InferenceResponse } from "./response.ts";

/**
 * How one request of a batch ended with it: its answer, or null if the batch answers it otherwise, before or after
 * (`Batch.respond`, `Batch.reschedule`).
 */
export type BatchOutcome = InferenceResponse | null;

/**
 * What an instance tells of one answer that it gave, or of one that came to nothing: the source of the statistics per
 * response. Clock nanoseconds, ascending.
 */
export interface ResponseReport {
  readonly startNs: number;
  /** When it began to make the outputs ready; 0 if there are none: then nothing was sent, or an error without outputs. */
  readonly outputStartNs: number;
  readonly endNs: number;
  /** null if it succeeded; Cancelled if the request was stopped. */
  readonly error: TritonError | null;
}

/** Told what becomes of a batch. */
export interface BatchListener {
  /** One answer of perhaps several to `batch.requests[index]`; may come after `onBatchComplete`. */
  onBatchResponse(
    batch: Batch,
    index: number,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void;
  /** The instance tells of the answer with this number to one of the requests. */
  onBatchReport?(batch: Batch, responseIndex: number, report: ResponseReport): void;
  /** Once: the instance is free. Requests that have neither an outcome nor had their final answer stay open. */
  onBatchComplete(batch: Batch, outcomes: readonly BatchOutcome[]): void;
}

/**
 * Requests that run together. Owned by the instance from `execute` until `complete`; each request until its last answer.
 *
 * ```
 *   execute ─► respond* ─► complete ─► respond*      every request ends exactly once: with an outcome of `complete`, with a
 *                  reschedule ┘                       final `respond`, or by going back to the scheduler
 * ```
 * The instance sets the timestamps (clock nanoseconds, ascending): compute start ≤ input end ≤ output start ≤ end.
 * `computeStart → inputEnd` is the time to make the inputs ready, `inputEnd → outputStart` the model's run,
 * `outputStart → computeEnd` the time to make the outputs ready.
 */
export class Batch {
  readonly requests: readonly InferenceRequest[];
  /** Rows in all: the sum of the requests' batch sizes. */
  readonly size: number;
  computeStartNs = 0;
  computeInputEndNs = 0;
  computeOutputStartNs = 0;
  computeEndNs = 0;
  /** Set by the instance if the run failed as a whole: then it does not count as an execution. */
  hasFailed = false;
  readonly #listener: BatchListener;
  #isComplete = false;
  /** By index, which requests have ended; null while no outcome but those of `complete` has been seen. */
  #ended: boolean[] | null = null;
  /** By index, which requests go back to the scheduler; null while none does. */
  #rescheduled: boolean[] | null = null;
  /** By index, how many answers have been told of; null while none has. */
  #reportCounts: number[] | null = null;

  constructor(requests: readonly InferenceRequest[], listener: BatchListener) {
    assert(requests.length > 0, "a batch has requests");
    let size = 0;
    for (const request of requests) {
      size += request.batchSize;
    }
    this.requests = requests;
    this.size = size;
    this.#listener = listener;
  }

  /** Whether the instance has let go of it. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether a request has had its last answer, or goes back to the scheduler. */
  hasEnded(index: number): boolean {
    return this.#ended?.[index] === true;
  }

  /** Whether any request goes back to the scheduler when the batch completes. */
  get hasRescheduled(): boolean {
    return this.#rescheduled !== null;
  }

  /** Whether a request goes back to the scheduler when the batch completes. */
  isRescheduled(index: number): boolean {
    return this.#rescheduled?.[index] === true;
  }

  /** Whether a request is still waiting for its last answer; of interest once the batch is complete. */
  get isOpen(): boolean {
    return !this.#isComplete || (this.#ended?.includes(false) ?? false);
  }

  /**
   * Answers one request, now or after the batch has completed, as often as the model likes: what decoupled models do, and
   * those that answer before the batch is done. Takes ownership of `response`; null with `isFinal` ends it without one.
   */
  respond(index: number, response: InferenceResponse | null, isFinal: boolean): void {
    const ended = this.#trackEnds();
    assert(ended[index] === false, "a request is not answered after its end");
    if (isFinal) {
      ended[index] = true;
    }
    this.#listener.onBatchResponse(this, index, response, isFinal);
  }

  /**
   * Tells of one answer to a request for the statistics per response: of models that answer several times, as far as their
   * backend keeps the times. Called once an answer, in order, at any time.
   */
  report(index: number, report: ResponseReport): void {
    this.#reportCounts ??= this.requests.map(() => 0);
    const responseIndex = this.#reportCounts[index];
    assert(responseIndex !== undefined, "a batch tells of its requests");
    this.#reportCounts[index] = responseIndex + 1;
    this.#listener.onBatchReport?.(this, responseIndex, report);
  }

  /** The request is to be scheduled again instead of being ended: iterative sequences. Before `complete`. */
  reschedule(index: number): void {
    assert(!this.#isComplete, "a request is rescheduled by a running batch");
    const ended = this.#trackEnds();
    assert(ended[index] === false, "a request is rescheduled before its end");
    ended[index] = true;
    this.#rescheduled ??= this.requests.map(() => false);
    this.#rescheduled[index] = true;
  }

  /**
   * Ends the batch: `outcomes[i]` answers `requests[i]`, with an error where that request failed, or is null where the request
   * is answered by `respond` or rescheduled. Called exactly once, possibly before `execute` has returned; afterwards the
   * instance may be given its next batch.
   */
  complete(outcomes: readonly BatchOutcome[]): void {
    assert(!this.#isComplete, "a batch completes once");
    assert(outcomes.length === this.requests.length, "one outcome a request");
    if (this.#ended !== null || outcomes.includes(null)) {
      const ended = this.#trackEnds();
      for (const [index, outcome] of outcomes.entries()) {
        assert(outcome === null || ended[index] === false, "a request ends once");
        ended[index] ||= outcome !== null;
      }
    }
    this.#isComplete = true;
    this.#listener.onBatchComplete(this, outcomes);
  }

  #trackEnds(): boolean[] {
    // A batch that completed without tracking has answered everything.
    this.#ended ??= this.requests.map(() => this.#isComplete);
    return this.#ended;
  }
}
