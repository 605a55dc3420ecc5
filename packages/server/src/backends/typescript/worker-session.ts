import { StatusCode, TritonError } from "@nereid/protocol";
import { systemClockOffsetNs } from "../../base/clock.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { RunPace, type RunPaceLimits } from "../../model/run-pace.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import { responseOf } from "./answer-tensors.ts";
import { HostCalls } from "./host-calls.ts";
import { ModelWorker, type ModelWorkerOwner } from "./model-worker.ts";
import { RunningBatch } from "./running-batch.ts";
import { ServerBuffers } from "./server-buffers.ts";
import type { TypeScriptInstanceOptions } from "./typescript-instance.ts";
import type { ContentReader } from "./wire/content-reader.ts";
import { readOutcome } from "./wire/outcome-codec.ts";
import { ServerRecord, WorkerRecord } from "./wire/records.ts";
import { type WireRequest, writeRequest } from "./wire/request-codec.ts";
import { WorkerQuestions } from "./worker-questions.ts";

/** How long a model's `isReady` may take. */
const READY_TIMEOUT_MS = 5000;

/** A hand-off costs a fraction of runs of half a millisecond. A longer one is forgotten after a few dozen. */
const PACE_LIMITS: RunPaceLimits = {
  aheadCountMax: 16,
  runNsMax: 500_000,
  runCountMin: 8,
  decay: 15 / 16,
};

/** What a session is made with. */
export interface WorkerSessionOptions extends TypeScriptInstanceOptions {
  readonly caller: WaitingInstance;
  /** The thread has ended unexpectedly; `failOpen` is to follow. */
  readonly onEnd: (reason: TritonError) => void;
}

/** The life of one thread of an instance: its batches, calls and questions. */
export class WorkerSession implements ModelWorkerOwner {
  readonly #options: WorkerSessionOptions;
  readonly #worker: ModelWorker;
  readonly #buffers: ServerBuffers;
  readonly #calls: HostCalls;
  readonly #questions: WorkerQuestions;
  /** Batches that are not over, by number. */
  readonly #batches = new Map<number, RunningBatch>();
  readonly #timers = new Map<RunningBatch, () => void>();
  readonly #ended = Promise.withResolvers<void>();
  #lastBatch = 0;
  /** The batches that the instance has not let go of, in their order: the worker runs the first one. */
  readonly #line: RunningBatch[] = [];
  readonly #pace: RunPace;
  /** What to add to the worker's clock for the server's. */
  #clockOffsetNs = 0;
  #hasReadiness = false;
  #readiness: { readonly number: number; readonly settle: (error: string | null) => void } | null =
    null;
  #readyCheck: Promise<void> | null = null;
  #isExpectedToEnd = false;
  #hasEnded = false;
  #onFinalized: () => void = () => {};

  constructor(options: WorkerSessionOptions) {
    const { start, clock, settings, host, metrics, log, caller, linked, spec } = options;
    this.#options = options;
    this.#pace = new RunPace(PACE_LIMITS);
    this.#buffers = new ServerBuffers(() => this.#worker.link);
    const { heapSizeMbMax } = settings;
    this.#worker = new ModelWorker({ start, owner: this, clock, heapSizeMbMax });
    const { link } = this.#worker;
    this.#calls = new HostCalls({
      host,
      clock,
      link,
      buffers: this.#buffers,
      caller,
      onCall: (called) => linked.link(spec, called),
    });
    this.#questions = new WorkerQuestions({ host, metrics, log, link });
  }

  /** Resolves when the model has been initialized. Rejects with what it has thrown. */
  async start(): Promise<void> {
    this.#worker.setBusy(true);
    const { hasReadiness, clockOffsetNs } = await this.#worker.started;
    this.#hasReadiness = hasReadiness;
    this.#clockOffsetNs = clockOffsetNs - systemClockOffsetNs();
    this.#setBusy();
  }

  /** What keeps the worker busy; null while it is idle. */
  get runningBatch(): Batch | null {
    return this.#line[0]?.batch ?? null;
  }

  /** What waits in the worker until that is over. */
  get aheadBatches(): readonly Batch[] {
    return this.#line.slice(1).map(({ batch }) => batch);
  }

  get isIdle(): boolean {
    return this.#line.length === 0;
  }

  /** Shared buffers of the server's that are in use: none when nothing leaks and nothing runs. */
  get heldBufferCount(): number {
    return this.#buffers.heldCount;
  }

  /** How many batches it takes beyond the running one. */
  get lookahead(): number {
    return this.#pace.lookahead;
  }

  execute(batch: Batch): void {
    const number = (this.#lastBatch + 1) >>> 0;
    this.#lastBatch = number;
    const { link } = this.#worker;
    const writer = link.begin();
    writer.u32(number);
    writer.u32(batch.requests.length);
    for (const request of batch.requests) {
      writeRequest(writer, wireRequest(request), this.#buffers);
    }
    link.sendQuietly(ServerRecord.Execute);
    link.expect();
    const isAhead = this.#line.length > 0;
    const running = new RunningBatch(
      batch,
      { number, isAhead },
      {
        clock: this.#options.clock,
        buffers: this.#buffers,
        tellTaken: (index, takenCount) => this.#tellTaken(number, index, takenCount),
      },
    );
    this.#batches.set(number, running);
    this.#line.push(running);
    this.#setBusy();
    if (!isAhead) {
      this.#watch(running);
    }
  }

  /** A batch is the first of the line: from now on it may take too long. */
  #watch(running: RunningBatch): void {
    const { executeTimeoutMs } = this.#options.settings;
    if (!running.isWanted) {
      this.#endUnwanted(running);
    } else if (executeTimeoutMs > 0) {
      this.#terminateAfter(
        running,
        executeTimeoutMs,
        `execute took more than ${executeTimeoutMs} ms`,
      );
    }
  }

  cancel(batch: Batch): void {
    for (const [number, running] of this.#batches) {
      if (running.batch === batch) {
        this.#cancel(number, running);
      }
    }
  }

  /** Asks the model whether it is ready, if it has an answer; one question at a time is shared by who asks. */
  checkReady(): Promise<void> {
    if (!this.#hasReadiness) {
      return Promise.resolve();
    }
    this.#readyCheck ??= this.#askReady().finally(() => {
      this.#readyCheck = null;
    });
    return this.#readyCheck;
  }

  /** Lets the model finalize and ends the thread. */
  async close(): Promise<void> {
    this.#isExpectedToEnd = true;
    if (!this.#hasEnded) {
      const { clock, settings, placement, log } = this.#options;
      const finalized = Promise.withResolvers<void>();
      this.#onFinalized = finalized.resolve;
      const cancelTimer = clock.setTimer(settings.finalizeTimeoutMs, () => {
        log.warning(
          `finalize of '${placement.name}' took more than ${settings.finalizeTimeoutMs} ms`,
        );
        finalized.resolve();
      });
      this.#worker.setBusy(true);
      this.#worker.link.begin();
      this.#worker.link.send(ServerRecord.Finalize);
      await Promise.race([finalized.promise, this.#ended.promise]);
      cancelTimer();
      this.#worker.terminate(new TritonError(StatusCode.Unavailable, "the model is unloaded"));
    }
    await this.#ended.promise;
    // What the model has kept without an answer, if somebody still waits for it.
    this.failOpen(new TritonError(StatusCode.Unavailable, "the model is unloaded"));
  }

  /** After its end, once: the batches that the worker had not begun; the caller has them again. `failOpen` is to follow. */
  takeUnbegun(): readonly Batch[] {
    const begun = this.#worker.begunBatch;
    const unbegun = this.#line.filter(({ number }) => isAfter(number, begun));
    for (const running of unbegun) {
      this.#line.splice(this.#line.indexOf(running), 1);
      this.#batches.delete(running.number);
      this.#stopTimer(running);
      running.giveUpInputs();
    }
    return unbegun.map(({ batch }) => batch);
  }

  /** After its end: ends the requests that it had. */
  failOpen(error: TritonError): void {
    const open = [...this.#batches.values()];
    this.#batches.clear();
    this.#line.length = 0;
    for (const running of open) {
      this.#stopTimer(running);
      running.fail(error);
    }
  }

  onRecord(kind: number, reader: ContentReader): void {
    switch (kind) {
      case WorkerRecord.Complete:
        this.#onComplete(reader);
        break;
      case WorkerRecord.Respond:
        this.#onRespond(reader);
        break;
      case WorkerRecord.Call:
        this.#calls.onCall(reader);
        break;
      case WorkerRecord.CancelCall:
        this.#calls.onCancel(reader);
        break;
      case WorkerRecord.Ask:
        this.#questions.onAsk(reader);
        break;
      case WorkerRecord.Tell:
        this.#questions.onTell(reader);
        break;
      case WorkerRecord.Finalized:
        this.#onFinalized();
        break;
      case WorkerRecord.Ready:
        this.#onReady(reader);
        break;
      default:
        throw new RangeError(`a worker sends no records of kind ${kind}`);
    }
  }

  onRelease(index: number): void {
    this.#buffers.giveUp(index);
  }

  onEnd(reason: TritonError): void {
    this.#hasEnded = true;
    this.#calls.close();
    this.#questions.close();
    this.#readiness?.settle(reason.message);
    this.#ended.resolve();
    if (!this.#isExpectedToEnd) {
      this.#options.onEnd(reason);
    }
  }

  #onComplete(reader: ContentReader): void {
    const receivedNs = this.#options.clock.nowNs();
    const number = reader.u32();
    const running = this.#batches.get(number);
    if (running === undefined) {
      throw new RangeError("a worker completes the batches that it has");
    }
    if (running !== this.#line[0]) {
      throw new RangeError("a worker completes batches in their order");
    }
    const { batch } = running;
    const beganNs = reader.f64();
    const endedNs = reader.f64();
    const outcomes = batch.requests.map((_, index) => {
      const outcome = readOutcome(reader, this.#buffers);
      if (outcome.kind === "rescheduled") {
        batch.reschedule(index);
      }
      return responseOf(outcome, this.#buffers);
    });
    this.#line.shift();
    this.#stopTimer(running);
    this.#pace.onRun(endedNs - beganNs);
    const [next] = this.#line;
    if (next !== undefined) {
      this.#watch(next);
    }
    const offsetNs = this.#clockOffsetNs;
    running.complete(outcomes, {
      beganNs: beganNs + offsetNs,
      endedNs: endedNs + offsetNs,
      receivedNs,
    });
    this.#settle(number, running);
  }

  #onRespond(reader: ContentReader): void {
    const number = reader.u32();
    const index = reader.u32();
    const isFinal = reader.u8() === 1;
    const response = responseOf(readOutcome(reader, this.#buffers), this.#buffers);
    const running = this.#batches.get(number);
    if (running === undefined) {
      response?.release();
      return;
    }
    running.respond(index, response, isFinal);
    this.#settle(number, running);
  }

  #tellTaken(number: number, index: number, takenCount: number): void {
    const { link } = this.#worker;
    const writer = link.begin();
    writer.u32(number);
    writer.u32(index);
    writer.u32(takenCount);
    link.send(ServerRecord.Taken);
  }

  #settle(number: number, running: RunningBatch): void {
    if (!running.batch.isOpen) {
      this.#batches.delete(number);
      this.#stopTimer(running);
    }
    this.#setBusy();
  }

  #setBusy(): void {
    this.#worker.setBusy(this.#batches.size > 0);
  }

  #cancel(number: number, running: RunningBatch): void {
    const { link } = this.#worker;
    for (const [index, request] of running.batch.requests.entries()) {
      if (request.isCancelled && !running.batch.hasEnded(index)) {
        const writer = link.begin();
        writer.u32(number);
        writer.u32(index);
        link.send(ServerRecord.Cancel);
      }
    }
    const isAhead = this.#line.indexOf(running) > 0;
    if (!running.isWanted && !isAhead) {
      this.#endUnwanted(running);
    }
  }

  #endUnwanted(running: RunningBatch): void {
    const { cancelGraceMs } = this.#options.settings;
    const reason = `execute went on for ${cancelGraceMs} ms after its clients had gone`;
    this.#terminateAfter(running, cancelGraceMs, reason);
  }

  #terminateAfter(running: RunningBatch, delayMs: number, reason: string): void {
    this.#stopTimer(running);
    const cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#timers.delete(running);
      this.#worker.terminate(new TritonError(StatusCode.Internal, reason));
    });
    this.#timers.set(running, cancelTimer);
  }

  #stopTimer(running: RunningBatch): void {
    this.#timers.get(running)?.();
    this.#timers.delete(running);
  }

  async #askReady(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const number = (this.#readiness?.number ?? 0) + 1;
    this.#readiness = { number, settle: resolve };
    this.#worker.link.begin().u32(number);
    this.#worker.link.send(ServerRecord.AskReady);
    const cancelTimer = this.#options.clock.setTimer(READY_TIMEOUT_MS, () => {
      resolve("Timed out waiting for user-defined is_ready() response");
    });
    const reason = await promise;
    cancelTimer();
    if (reason !== null) {
      throw new TritonError(
        StatusCode.Unavailable,
        `Model '${this.#options.placement.name}' is not ready (${reason}).`,
      );
    }
  }

  #onReady(reader: ContentReader): void {
    const number = reader.u32();
    const isReady = reader.u8() === 1;
    const reason = reader.text();
    if (number === this.#readiness?.number) {
      this.#readiness.settle(isReady ? null : reason);
    }
  }
}

/** Whether a batch comes after another; their numbers wrap at 32 bits. */
function isAfter(number: number, other: number): boolean {
  return ((number - other) | 0) > 0;
}

function wireRequest(request: InferenceRequest): WireRequest {
  const { overrideInputs } = request;
  return {
    id: request.id,
    correlationId: request.correlationId,
    isSequenceStart: request.isSequenceStart,
    isSequenceEnd: request.isSequenceEnd,
    priority: request.priority,
    timeoutUs: request.timeoutUs,
    batchSize: request.batchSize,
    parameters: request.parameters,
    requestedOutputs: request.requestedOutputs,
    inputs: overrideInputs === null ? request.inputs : [...request.inputs, ...overrideInputs],
  };
}
