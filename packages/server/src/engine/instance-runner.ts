import { assert } from "../base/assert.ts";
import type { Instance } from "../model/backend.ts";
import { Batch, type BatchListener } from "../model/batch.ts";
import type { CancellationListener, InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";

/** Told when an instance has finished its batch. */
export interface InstanceRunnerOwner {
  onRunComplete(
    runner: InstanceRunner,
    batch: Batch,
    responses: readonly InferenceResponse[],
  ): void;
}

/**
 * Gives one instance its batches, one at a time, and passes cancellations on to it.
 *
 * Invariant: `#batch` is the batch that the instance owns, null while it is idle.
 */
export class InstanceRunner implements BatchListener, CancellationListener {
  readonly instance: Instance;
  readonly #owner: InstanceRunnerOwner;
  #batch: Batch | null = null;

  constructor(instance: Instance, owner: InstanceRunnerOwner) {
    this.instance = instance;
    this.#owner = owner;
  }

  /** Runs the requests as one batch. The instance may finish before this returns. */
  run(requests: readonly InferenceRequest[], nowNs: number): void {
    assert(this.#batch === null, "an instance runs one batch at a time");
    const batch = new Batch(requests, this);
    batch.computeStartNs = nowNs;
    this.#batch = batch;
    for (const request of requests) {
      request.cancellationListener = this;
    }
    this.instance.execute(batch);
  }

  /** A running batch is stopped only when nobody waits for any of its requests. */
  onCancel(request: InferenceRequest): void {
    const batch = this.#batch;
    assert(batch?.requests.includes(request) === true, "a running request is in the batch");
    if (batch.requests.every((other) => other.isCancelled)) {
      this.instance.cancel(batch);
    }
  }

  onBatchComplete(batch: Batch, responses: readonly InferenceResponse[]): void {
    assert(batch === this.#batch, "the running batch completes");
    this.#batch = null;
    for (const request of batch.requests) {
      // Its answer is on the way; the instance may soon be running another batch.
      request.cancellationListener = null;
    }
    this.#owner.onRunComplete(this, batch, responses);
  }
}
