import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Batch, BatchOutcome } from "../../model/batch.ts";
import { InferenceResponse } from "../../model/response.ts";
import { decodeOutcome, type StubOutcome } from "./decode-outcomes.ts";
import type { FrameCursor } from "./decode-tensors.ts";
import { type OpenRequest, OpenRequests } from "./open-requests.ts";
import { SlowReaders } from "./slow-readers.ts";
import { failureText, type StubProcess } from "./stub-process.ts";
import { FINAL, type FrameHead, HAS_RESPONSE } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/** The batch that the stub runs. */
interface RunningBatch {
  readonly batch: Batch;
  readonly id: number;
  readonly requests: readonly OpenRequest[];
}

/**
 * What one stub has been given to execute: its running batch, and the requests of earlier ones that it still answers.
 *
 * Invariant: every request that was handed to the stub is in `#open` until its end, and ends exactly once: by an outcome, by a
 * final response, by being rescheduled, or by `fail`.
 */
export class StubExecution {
  readonly #stub: StubProcess;
  readonly #isDecoupled: boolean;
  /** What a client gets that names no outputs: those of the configuration, as in Triton. */
  readonly #outputNames: readonly string[];
  readonly #clock: Clock;
  readonly #open = new OpenRequests();
  readonly #slowReaders: SlowReaders;
  #running: RunningBatch | null = null;

  constructor(
    stub: StubProcess,
    options: {
      isDecoupled: boolean;
      outputNames: readonly string[];
      clock: Clock;
      sendTimeoutMs: number;
    },
  ) {
    this.#stub = stub;
    this.#isDecoupled = options.isDecoupled;
    this.#outputNames = options.outputNames;
    this.#clock = options.clock;
    this.#slowReaders = new SlowReaders({
      clock: options.clock,
      timeoutMs: options.sendTimeoutMs,
      mark: ({ cancelOffset }, mustWait) => {
        stub.arena.setWaitMark(cancelOffset, mustWait);
      },
      resume: (callId) => {
        stub.reply(callId, FINAL, {}, []);
      },
      giveUp: (open) => {
        this.#giveUp(open);
      },
    });
  }

  /** The batch that keeps the stub busy; null while it is idle. */
  get runningBatch(): Batch | null {
    return this.#running?.batch ?? null;
  }

  /** Requests that the stub still has to answer. */
  get openCount(): number {
    return this.#open.count;
  }

  /** Hands a batch to the stub. A batch that does not fit into shared memory fails at once. */
  execute(batch: Batch): void {
    const { arena } = this.#stub;
    const requests = this.#open.open(batch, () => arena.takeCancelOffset());
    let id: number;
    try {
      id = this.#stub.execute(requests);
    } catch (error) {
      if (!(error instanceof TritonError)) {
        throw error;
      }
      this.#completeFailed(batch, requests, error);
      return;
    }
    batch.computeInputEndNs = this.#clock.nowNs();
    this.#running = { batch, id, requests };
    this.cancel(batch);
  }

  /** Lets the model see which clients have gone. */
  cancel(batch: Batch): void {
    for (const open of this.#open.all()) {
      if (open.batch === batch && open.request.isCancelled) {
        this.#stub.arena.setCancelled(open.cancelOffset);
        this.#slowReaders.onEnd(open);
      }
    }
  }

  /** A sender asks whether the client of its request has room for another answer. */
  onRoomQuestion(callId: number, handle: number): void {
    this.#slowReaders.onQuestion(callId, this.#open.get(handle));
  }

  /** @throws {WireError} for an answer that cannot be; the batch is still to be failed then */
  onExecuteDone(head: FrameHead, cursor: FrameCursor): void {
    const running = this.#running;
    if (running === null || running.id !== head.id) {
      throw new WireError("the answer to a batch that it does not have");
    }
    const { batch, requests } = running;
    batch.computeOutputStartNs = this.#clock.nowNs();
    const failure = failureText(head, cursor);
    if (failure !== null) {
      this.#running = null;
      this.#completeFailed(batch, requests, new TritonError(StatusCode.Internal, failure));
      return;
    }
    if (head.count !== requests.length) {
      throw new WireError("outcomes for another number of requests");
    }
    const outcomes = decodeOutcomes(cursor, requests, this.#outputNames);
    this.#running = null;
    const results = requests.map((open, index) => this.#settle(open, outcomes[index] ?? "none"));
    batch.computeEndNs = this.#clock.nowNs();
    batch.complete(results);
  }

  /** @throws {WireError} for an answer that cannot be */
  onResponse(head: FrameHead, cursor: FrameCursor): void {
    const open = this.#open.get(head.id);
    const outcome = decodeOutcome(cursor, open?.request.requestedOutputs ?? this.#outputNames);
    const response = typeof outcome === "string" ? null : outcome;
    if (open === undefined) {
      // Its batch has failed meanwhile.
      response?.release();
      return;
    }
    if (response === null && (head.flags & HAS_RESPONSE) !== 0) {
      throw new WireError("a response that is none");
    }
    const isFinal = (head.flags & FINAL) !== 0;
    if (this.#isDecoupled) {
      this.#respond(open, response, isFinal);
      return;
    }
    open.held ??= response;
    if (isFinal) {
      const { held } = open;
      open.held = null;
      this.#respond(open, held, true);
    }
  }

  /** Ends everything that the stub has with an error: it has died. */
  fail(error: TritonError): void {
    const running = this.#running;
    this.#running = null;
    const open = this.#open.all();
    if (running !== null) {
      this.#completeFailed(running.batch, running.requests, error);
    }
    for (const request of open) {
      if (this.#open.has(request)) {
        this.#respond(request, InferenceResponse.failed(error), true);
      }
    }
  }

  #respond(open: OpenRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (isFinal) {
      this.#close(open);
    }
    if (open.isGivenUp) {
      response?.release();
      return;
    }
    const byteCount = isFinal ? 0 : SlowReaders.byteCountOf(response);
    open.batch.respond(open.index, response, isFinal);
    if (!isFinal) {
      this.#slowReaders.onAnswer(open, byteCount);
    }
  }

  /** Its client takes no answers. It is over for the server; the model sees a cancelled request until it ends it. */
  #giveUp(open: OpenRequest): void {
    open.isGivenUp = true;
    this.#stub.arena.setCancelled(open.cancelOffset);
    const error = new TritonError(StatusCode.Unavailable, "the responses are not read");
    open.batch.respond(open.index, InferenceResponse.failed(error), true);
  }

  #settle(open: OpenRequest, outcome: StubOutcome): BatchOutcome {
    if (!this.#open.has(open)) {
      if (typeof outcome !== "string") {
        outcome.release();
      }
      return null;
    }
    if (outcome === "none") {
      return null;
    }
    this.#close(open);
    if (outcome === "rescheduled") {
      open.batch.reschedule(open.index);
      return null;
    }
    return outcome;
  }

  #completeFailed(batch: Batch, requests: readonly OpenRequest[], error: TritonError): void {
    const outcomes = requests.map((open): BatchOutcome => {
      if (!this.#open.has(open)) {
        return null;
      }
      this.#close(open);
      return open.isGivenUp ? null : InferenceResponse.failed(error);
    });
    batch.hasFailed = true;
    const nowNs = this.#clock.nowNs();
    batch.computeInputEndNs ||= nowNs;
    batch.computeOutputStartNs ||= nowNs;
    batch.computeEndNs = nowNs;
    batch.complete(outcomes);
  }

  #close(open: OpenRequest): void {
    open.held?.release();
    open.held = null;
    this.#slowReaders.onEnd(open);
    this.#open.close(open);
    this.#stub.arena.releaseCancelOffset(open.cancelOffset);
  }
}

function decodeOutcomes(
  cursor: FrameCursor,
  requests: readonly OpenRequest[],
  outputNames: readonly string[],
): StubOutcome[] {
  const outcomes: StubOutcome[] = [];
  try {
    for (const { request } of requests) {
      outcomes.push(decodeOutcome(cursor, request.requestedOutputs ?? outputNames));
    }
  } catch (error) {
    for (const outcome of outcomes) {
      if (typeof outcome !== "string") {
        outcome.release();
      }
    }
    throw error;
  }
  return outcomes;
}
