import { assert } from "../base/assert.ts";
import type { InferenceRequest } from "./request.ts";
import type { InferenceResponse } from "./response.ts";

/** Told once when a batch is done and its instance is free. */
export interface BatchListener {
  onBatchComplete(batch: Batch, responses: readonly InferenceResponse[]): void;
}

/**
 * Requests that run together. Owned by the instance from `execute` until `complete`.
 *
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
  #listener: BatchListener | null;

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

  /**
   * Ends the batch: `responses[i]` answers `requests[i]`, with an error where that request failed. Called exactly once,
   * possibly before `execute` has returned; afterwards the instance may be given its next batch.
   */
  complete(responses: readonly InferenceResponse[]): void {
    assert(this.#listener !== null, "a batch completes once");
    assert(responses.length === this.requests.length, "one response a request");
    const listener = this.#listener;
    this.#listener = null;
    listener.onBatchComplete(this, responses);
  }
}
