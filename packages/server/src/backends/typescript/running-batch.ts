import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Batch, BatchOutcome } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { AnswerCredits } from "./answer-credits.ts";
import type { ServerBuffers } from "./server-buffers.ts";

/** When the worker has run a batch, and when the server was told: nanoseconds of the server's clock. */
export interface RunTimes {
  readonly beganNs: number;
  readonly endedNs: number;
  readonly receivedNs: number;
}

/** What running batches work with. */
export interface RunningBatchTools {
  readonly clock: Clock;
  readonly buffers: ServerBuffers;
  readonly tellTaken: (index: number, takenCount: number) => void;
}

/** A batch that a worker has: until it is complete, and until each of its requests has had its last answer. */
export class RunningBatch {
  readonly number: number;
  readonly batch: Batch;
  /** Whether it was given to the worker while that had others to run. */
  readonly #isAhead: boolean;
  readonly #clock: Clock;
  readonly #buffers: ServerBuffers;
  readonly #inputBuffers: readonly number[];
  /** Tells the worker how many answers of a request its client has had room for. */
  readonly #tellTaken: (index: number, takenCount: number) => void;
  /** By index, of those requests that have been answered several times. */
  readonly #credits: AnswerCredits[] = [];
  /** When the last answer of each request was given, or the batch began. */
  readonly #lastAnswerNs: number[];

  constructor(
    batch: Batch,
    { number, isAhead }: { readonly number: number; readonly isAhead: boolean },
    { clock, buffers, tellTaken }: RunningBatchTools,
  ) {
    this.number = number;
    this.batch = batch;
    this.#isAhead = isAhead;
    this.#tellTaken = tellTaken;
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
    if (!isFinal && response !== null) {
      this.#creditsOf(index)?.onAnswer();
    }
    this.#settle();
  }

  #creditsOf(index: number): AnswerCredits | undefined {
    const request = this.batch.requests[index];
    if (request !== undefined && this.#credits[index] === undefined) {
      this.#credits[index] = new AnswerCredits(request, (count) => this.#tellTaken(index, count));
    }
    return this.#credits[index];
  }

  /** @param times of the worker's run, and when the server was told of its end */
  complete(outcomes: readonly BatchOutcome[], { beganNs, endedNs, receivedNs }: RunTimes): void {
    const { batch } = this;
    const startNs = clamp(beganNs, batch.computeInputEndNs, receivedNs);
    if (this.#isAhead) {
      batch.computeStartNs = startNs;
    }
    batch.computeInputEndNs = startNs;
    batch.computeOutputStartNs = clamp(endedNs, startNs, receivedNs);
    batch.computeEndNs = this.#clock.nowNs();
    batch.hasFailed = outcomes.every((outcome) => outcome !== null && outcome.error !== null);
    batch.complete(outcomes);
    this.#settle();
  }

  /** Ends whatever is open with an error. */
  fail(error: TritonError): void {
    const { batch } = this;
    if (!batch.isComplete) {
      const nowNs = this.#clock.nowNs();
      this.complete(
        batch.requests.map((request, index) =>
          batch.hasEnded(index) ? null : InferenceResponse.failed(errorFor(request, error)),
        ),
        { beganNs: batch.computeInputEndNs, endedNs: nowNs, receivedNs: nowNs },
      );
      return;
    }
    for (const [index, request] of batch.requests.entries()) {
      if (!batch.hasEnded(index)) {
        this.respond(index, InferenceResponse.failed(errorFor(request, error)), true);
      }
    }
  }

  /** The worker reads its inputs no more. Once, unless it has come to its end. */
  giveUpInputs(): void {
    for (const index of this.#inputBuffers) {
      this.#buffers.giveUp(index);
    }
  }

  #settle(): void {
    if (!this.batch.isOpen) {
      this.giveUpInputs();
    }
  }
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(value, highest));
}

/** Who has gone hears, if anything, that the request was cancelled. */
function errorFor(request: InferenceRequest, error: TritonError): TritonError {
  return request.isCancelled
    ? new TritonError(StatusCode.Cancelled, "the request has been cancelled")
    : error;
}
