import { assert } from "../base/assert.ts";
import type { Instance } from "../model/backend.ts";
import {
  Batch,
  type BatchListener,
  type BatchOutcome,
  type ResponseReport,
} from "../model/batch.ts";
import type { CancellationListener, InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";

/** Told what becomes of an instance's batches. */
export interface InstanceRunnerOwner {
  /** One answer of perhaps several; may come after its batch is complete. */
  onRunResponse(
    batch: Batch,
    index: number,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void;
  /** An instance tells of one answer. */
  onRunReport(responseIndex: number, report: ResponseReport): void;
  /** An instance has finished its batch. */
  onRunComplete(runner: InstanceRunner, batch: Batch, outcomes: readonly BatchOutcome[]): void;
}

/**
 * Gives one instance its batches, one at a time or as many as it looks ahead, and passes cancellations on to it.
 *
 * Invariant: `#running` are the batches that the instance has, in the order in which it was given them, none while it is
 * idle; `#open` are those that it has completed with requests that are still being answered.
 */
export class InstanceRunner implements BatchListener, CancellationListener {
  readonly instance: Instance;
  readonly #owner: InstanceRunnerOwner;
  readonly #running: Batch[] = [];
  readonly #open = new Set<Batch>();

  constructor(instance: Instance, owner: InstanceRunnerOwner) {
    this.instance = instance;
    this.#owner = owner;
  }

  /** How many batches the instance takes beyond the running one. */
  get lookahead(): number {
    return this.instance.lookahead ?? 0;
  }

  /** Runs the requests as one batch. The instance may finish before this returns. */
  run(requests: readonly InferenceRequest[], nowNs: number): void {
    assert(this.#running.length <= this.lookahead, "an instance has what it takes");
    const batch = new Batch(requests, this);
    batch.computeStartNs = nowNs;
    this.#running.push(batch);
    for (const request of requests) {
      request.cancellationListener = this;
    }
    this.instance.execute(batch);
  }

  /** Calls back when an instance that has ended may be given batches again; at once if it is not being restarted. */
  onceRestarted(callback: () => void): void {
    if (this.instance.onceRestarted === undefined) {
      callback();
    } else {
      this.instance.onceRestarted(callback);
    }
  }

  onCancel(request: InferenceRequest): void {
    const batch = this.#batchOf(request);
    assert(batch !== null, "a request that has not ended is in a batch");
    this.instance.cancel(batch);
  }

  onBatchResponse(
    batch: Batch,
    index: number,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    if (isFinal && batch.isComplete && !batch.isOpen) {
      this.#open.delete(batch);
    }
    this.#owner.onRunResponse(batch, index, response, isFinal);
  }

  onBatchReport(_batch: Batch, responseIndex: number, report: ResponseReport): void {
    this.#owner.onRunReport(responseIndex, report);
  }

  onBatchComplete(batch: Batch, outcomes: readonly BatchOutcome[]): void {
    const position = this.#running.indexOf(batch);
    assert(position >= 0, "a running batch completes");
    this.#running.splice(position, 1);
    const isOpen = batch.isOpen;
    if (isOpen) {
      this.#open.add(batch);
    }
    const { requests } = batch;
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index];
      if (request !== undefined && (!isOpen || batch.hasEnded(index))) {
        // Its answer is on the way; the instance may soon be running another batch.
        request.cancellationListener = null;
      }
    }
    this.#owner.onRunComplete(this, batch, outcomes);
  }

  #batchOf(request: InferenceRequest): Batch | null {
    const isOfRequest = (batch: Batch): boolean => batch.requests.includes(request);
    return this.#running.find(isOfRequest) ?? [...this.#open].find(isOfRequest) ?? null;
  }
}
