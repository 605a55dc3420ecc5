import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Batch, BatchOutcome } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import type { ServerBuffers } from "./server-buffers.ts";

/** A batch that a worker has: until it is complete, and until each of its requests has had its last answer. */
export class RunningBatch {
  readonly batch: Batch;
  readonly #clock: Clock;
  readonly #buffers: ServerBuffers;
  readonly #inputBuffers: readonly number[];
  /** When the last answer of each request was given, or the batch began. */
  readonly #lastAnswerNs: number[];

  constructor(batch: Batch, clock: Clock, buffers: ServerBuffers) {
    this.batch = batch;
    this.#clock = clock;
    this.#buffers = buffers;
    this.#inputBuffers = buffers.takeFilled();
    batch.computeInputEndNs = clock.nowNs();
    this.#lastAnswerNs = batch.requests.map(() => batch.computeInputEndNs);
  }

  /** Whether somebody still waits for one of its requests. */
  get isWanted(): boolean {
    return this.batch.requests.some(
      (request, index) => !request.isCancelled && !this.batch.hasEnded(index),
    );
  }

  /** One answer of perhaps several; what comes after a request's end is dropped. */
  respond(index: number, response: InferenceResponse | null, isFinal: boolean): void {
    const { batch } = this;
    if (index >= batch.requests.length || batch.hasEnded(index)) {
      response?.release();
      return;
    }
    const nowNs = this.#clock.nowNs();
    const hasOutputs = response !== null && response.error === null;
    if (batch.requests[index]?.model.isDecoupled === true) {
      batch.report(index, {
        startNs: this.#lastAnswerNs[index] ?? nowNs,
        outputStartNs: hasOutputs ? nowNs : 0,
        endNs: nowNs,
        error: response?.error ?? null,
      });
    }
    this.#lastAnswerNs[index] = nowNs;
    batch.respond(index, response, isFinal);
    this.#settle();
  }

  complete(outcomes: readonly BatchOutcome[], receivedNs: number): void {
    const { batch } = this;
    batch.computeOutputStartNs = receivedNs;
    batch.computeEndNs = this.#clock.nowNs();
    batch.hasFailed = outcomes.every((outcome) => outcome !== null && outcome.error !== null);
    batch.complete(outcomes);
    this.#settle();
  }

  /** Ends whatever is open with an error. */
  fail(error: TritonError): void {
    const { batch } = this;
    if (!batch.isComplete) {
      this.complete(
        batch.requests.map((request, index) =>
          batch.hasEnded(index) ? null : InferenceResponse.failed(errorFor(request, error)),
        ),
        this.#clock.nowNs(),
      );
      return;
    }
    for (const [index, request] of batch.requests.entries()) {
      if (!batch.hasEnded(index)) {
        this.respond(index, InferenceResponse.failed(errorFor(request, error)), true);
      }
    }
  }

  #settle(): void {
    if (!this.batch.isOpen) {
      for (const index of this.#inputBuffers) {
        this.#buffers.giveUp(index);
      }
    }
  }
}

/** Who has gone hears, if anything, that the request was cancelled. */
function errorFor(request: InferenceRequest, error: TritonError): TritonError {
  return request.isCancelled
    ? new TritonError(StatusCode.Cancelled, "the request has been cancelled")
    : error;
}
