import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Batch, BatchOutcome } from "../../model/batch.ts";
import { InferenceResponse } from "../../model/response.ts";
import { AHEAD_NS_MAX, RunPace, type RunPaceLimits } from "../../model/run-pace.ts";
import { decodeOutcome, type StubOutcome } from "./decode-outcomes.ts";
import type { FrameCursor } from "./decode-tensors.ts";
import { type OpenRequest, OpenRequests } from "./open-requests.ts";
import { SlowReaders } from "./slow-readers.ts";
import { failureText, type StubProcess } from "./stub-process.ts";
import { FINAL, type FrameHead, HAS_RESPONSE, SKIPPED } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/** Batches that are taken in ahead of time at most. */
export const AHEAD_COUNT_MAX = 8;

/** With this decay, after half a hundred executions one of 1 s has come down to 5 ms. */
const PACE_LIMITS: RunPaceLimits = {
  aheadCountMax: AHEAD_COUNT_MAX,
  runNsMax: AHEAD_NS_MAX,
  runCountMin: 16,
  decay: 0.9,
};

/** A batch that the stub has, or will get when it has room for it. */
interface GivenBatch {
  readonly batch: Batch;
  readonly requests: readonly OpenRequest[];
  /** Whether it came while another one was running: the stub leaves it out if its requests are cancelled before it begins. */
  readonly isAhead: boolean;
  /** null as long as there was no shared memory for it beside the batches before it. */
  id: number | null;
}

/**
 * What one stub has been given to execute: its running batch, those that it will run next, and the requests of earlier ones
 * that it still answers.
 *
 * Invariants: `#given` holds the batches in the order in which the stub runs them, the running one first; every request that
 * was handed to the stub is in `#open` until its end, and ends exactly once: by an outcome, by a final response, by being
 * rescheduled, or by `fail`.
 */
export class StubExecution {
  readonly #stub: StubProcess;
  readonly #isDecoupled: boolean;
  /** What a client gets that names no outputs: those of the configuration, as in Triton. */
  readonly #outputNames: readonly string[];
  readonly #clock: Clock;
  readonly #open = new OpenRequests();
  readonly #slowReaders: SlowReaders;
  readonly #pace = new RunPace(PACE_LIMITS);
  #hasCalled = false;
  #given: GivenBatch[] = [];
  /** Clock nanoseconds since when the running batch has the stub to itself. */
  #startNs = 0;

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
    return this.#given[0]?.batch ?? null;
  }

  /** The batches that it has been given ahead of time. */
  get aheadBatches(): readonly Batch[] {
    return this.#given.slice(1).map(({ batch }) => batch);
  }

  /** How many batches it takes in beyond the running one. */
  get lookahead(): number {
    return this.#hasCalled ? 0 : this.#pace.lookahead;
  }

  /** Requests that the stub still has to answer. */
  get openCount(): number {
    return this.#open.count;
  }

  /** Hands a batch to the stub, which runs it after those that it has. One that does not fit into shared memory fails at once. */
  execute(batch: Batch): void {
    const { arena } = this.#stub;
    const requests = this.#open.open(batch, () => arena.takeCancelOffset());
    const isAhead = this.#given.length > 0;
    const given: GivenBatch = { batch, requests, isAhead, id: null };
    this.#given.push(given);
    if (isAhead) {
      this.#trySend(given);
    } else {
      this.#startNs = batch.computeStartNs;
      this.#begin();
    }
    if (batch.requests.some(({ isCancelled }) => isCancelled)) {
      this.cancel(batch);
    }
  }

  /** The first batch has the stub to itself from now on. If it cannot be sent, it fails and the next one does. */
  #begin(): void {
    for (let given = this.#given[0]; given !== undefined; given = this.#given[0]) {
      const error = given.id === null ? this.#trySend(given) : null;
      given.batch.computeInputEndNs = this.#clock.nowNs();
      if (error === null) {
        return;
      }
      this.#given.shift();
      this.#completeFailed(given.batch, given.requests, error);
    }
  }

  /** Sends a batch, and says why not if there is no shared memory for it. */
  #trySend(given: GivenBatch): TritonError | null {
    try {
      given.id = this.#stub.execute(given.requests, given.isAhead);
      return null;
    } catch (error) {
      if (!(error instanceof TritonError)) {
        throw error;
      }
      return error;
    }
  }

  /** The running batch is done, and the next one, if there is one, begins. */
  #end(nowNs: number): void {
    this.#pace.onRun(nowNs - this.#startNs);
    this.#given.shift();
    this.#startNs = nowNs;
    const next = this.#given[0];
    if (next !== undefined) {
      next.batch.computeStartNs = nowNs;
      this.#begin();
    }
  }

  /**
   * The model asks for an inference. From now on it takes in nothing ahead: what waits in one instance's queue cannot be given
   * to another one, and so could wait for itself.
   */
  onInferCall(): void {
    this.#hasCalled = true;
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
    const running = this.#given[0];
    if (running === undefined || running.id !== head.id) {
      throw new WireError("the answer to a batch that it does not have");
    }
    const { batch, requests } = running;
    batch.computeOutputStartNs = this.#clock.nowNs();
    const failure = failureOf(head, cursor);
    if (failure !== null) {
      this.#end(batch.computeOutputStartNs);
      this.#completeFailed(batch, requests, failure);
      return;
    }
    if (head.count !== requests.length) {
      throw new WireError("outcomes for another number of requests");
    }
    const outcomes = decodeOutcomes(cursor, requests, this.#outputNames);
    this.#end(batch.computeOutputStartNs);
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

  /**
   * Takes back the batches that the stub has not begun: it has died.
   *
   * @param begunId of the last batch that it had begun
   */
  takeUnbegun(begunId: number): readonly Batch[] {
    const begunIndex = this.#given.findIndex(({ id }) => id === begunId);
    // The first one is what it was given to run: it counts as begun in any case, so that not everything survives every death.
    const unbegun = this.#given.splice(Math.max(begunIndex, 0) + 1);
    for (const { requests } of unbegun) {
      for (const open of requests) {
        this.#close(open);
      }
    }
    return unbegun.map(({ batch }) => batch);
  }

  /** Ends everything that the stub has with an error: it has died. */
  fail(error: TritonError): void {
    const given = this.#given;
    this.#given = [];
    const open = this.#open.all();
    for (const { batch, requests } of given) {
      this.#completeFailed(batch, requests, error);
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

/** Why a batch has failed as a whole; null if it has not. */
function failureOf(head: FrameHead, cursor: FrameCursor): TritonError | null {
  if ((head.flags & SKIPPED) !== 0) {
    return new TritonError(StatusCode.Cancelled, "");
  }
  const text = failureText(head, cursor);
  return text === null ? null : new TritonError(StatusCode.Internal, text);
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
