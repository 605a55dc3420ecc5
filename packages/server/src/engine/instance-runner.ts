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
  /** A batch is no longer waiting: the instance runs it, or has ended it before its turn. Once a batch. */
  onRunBegin(batch: Batch): void;
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
 * idle; the first of them has begun, the others wait inside the instance; `#open` are those that it has completed with requests
 * that are still being answered.
 */
export class InstanceRunner implements BatchListener, CancellationListener {
  readonly instance: Instance;
  readonly #owner: InstanceRunnerOwner;
  readonly #running: Batch[] = [];
  /** The one of them that has begun. */
  #begun: Batch | null = null;
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
    if (this.#begun === null) {
      this.#begin(batch);
    }
    this.instance.execute(batch);
  }

  #begin(batch: Batch): void {
    this.#begun = batch;
    this.#owner.onRunBegin(batch);
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
    this.#removeRunning(batch);
    this.#endTurn(batch);
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

  #removeRunning(batch: Batch): void {
    const running = this.#running;
    if (running.length === 1 && running[0] === batch) {
      running.pop();
      return;
    }
    const position = running.indexOf(batch);
    assert(position >= 0, "a running batch completes");
    running.splice(position, 1);
  }

  /** A batch is over: the next one begins, unless it was over before its turn. */
  #endTurn(batch: Batch): void {
    if (batch !== this.#begun) {
      this.#owner.onRunBegin(batch);
      return;
    }
    const [next] = this.#running;
    if (next === undefined) {
      this.#begun = null;
    } else {
      this.#begin(next);
    }
  }

  #batchOf(request: InferenceRequest): Batch | null {
    const isOfRequest = (batch: Batch): boolean => batch.requests.includes(request);
    return this.#running.find(isOfRequest) ?? [...this.#open].find(isOfRequest) ?? null;
  }
}
