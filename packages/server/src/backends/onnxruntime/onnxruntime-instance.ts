import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { NativeCall, NativeThread } from "../../ffi/native-thread/native-thread.ts";
import type { NativeThreadPool } from "../../ffi/native-thread/native-thread-pool.ts";
import type { OrtApi } from "../../ffi/ort/ort-api.gen.ts";
import { ortErrorFromStatus } from "../../ffi/ort/ort-error.ts";
import { ThreadCpuClock } from "../../ffi/thread-cpu-clock.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import { batchSizeError } from "../batch-size.ts";
import { BatchParts, hasEqualStates } from "./batch-parts.ts";
import { type ExecutionPace, INLINE_TURN_NS_MAX } from "./execution-pace.ts";
import type { ExecutionMode } from "./model-settings.ts";
import { cutPadding } from "./padded-outputs.ts";
import { failedResponses, scatter } from "./responses.ts";
import { RunErrors } from "./run-errors.ts";
import { RunLane } from "./run-lane.ts";
import type { RunPlan, RunPlanParts } from "./run-plan.ts";

/** A batch is taken in ahead of time while runs are this short: it might wait for that long although its client has gone. */
export const LOOKAHEAD_RUN_NS_MAX = 10_000_000;

/** What an instance is made of. Only its lanes are its own. */
export interface OnnxRuntimeInstanceParts extends RunPlanParts {
  readonly placement: InstancePlacement;
  readonly threads: NativeThreadPool;
  /** Whether the session's own threads are bound to the other cores, and nobody else runs it at the same time. */
  readonly isForFirstCore: boolean;
  readonly pace: ExecutionPace;
  readonly executionMode: ExecutionMode;
  readonly runConfigEntries: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told once when the instance has been closed. */
  readonly onClose: () => Promise<void>;
}

let openedCpuClock: ThreadCpuClock | null | undefined;

/** The event loop's clock, opened when it is first asked; null where the system has none. */
function threadCpuClock(): ThreadCpuClock | null {
  openedCpuClock ??= ThreadCpuClock.open();
  return openedCpuClock;
}

/** A batch on its way through an instance. */
class Run implements NativeCall {
  readonly batch: Batch;
  readonly lane: RunLane;
  readonly plan: RunPlan;
  readonly errors: RunErrors;
  readonly #instance: OnnxRuntimeInstance;
  /** Why this is the second attempt, without guesses of the outputs' shapes; null if it is the first. */
  repetition: "failed" | "unwritten" | null = null;
  /** Where it runs, or will when the run before it has ended; null: on no thread that is known. */
  thread: NativeThread | null = null;

  constructor(
    instance: OnnxRuntimeInstance,
    batch: Batch,
    lane: RunLane,
    plan: RunPlan,
    errors: RunErrors,
  ) {
    this.#instance = instance;
    this.batch = batch;
    this.lane = lane;
    this.plan = plan;
    this.errors = errors;
  }

  get functionAddress(): bigint {
    return this.#instance.functionAddress;
  }

  get isForFirstCore(): boolean {
    return this.#instance.isForFirstCore;
  }

  get words(): BigUint64Array {
    return this.plan.words;
  }

  onReturn(status: bigint, durationNs: number): void {
    this.#instance.onReturn(this, status, durationNs);
  }

  onLost(error: TritonError): void {
    this.#instance.onLost(this, error);
  }
}

/**
 * Runs batches of one model on one device, on the event loop or on a native thread.
 *
 * Invariant: at most one of `#run` (on a thread) and `#isInline` (on this one) is set; `#next` only while `#isInline`,
 * when completing a batch has brought the next one; `#ahead` only beside `#run`, staged in the other lane.
 */
export class OnnxRuntimeInstance implements Instance {
  readonly placement: InstancePlacement;
  readonly functionAddress: bigint;
  readonly isForFirstCore: boolean;
  readonly #parts: OnnxRuntimeInstanceParts;
  readonly #api: OrtApi;
  readonly #clock: Clock;
  readonly #lane: RunLane;
  /** Made when a batch is first taken in beside a running one. */
  #otherLane: RunLane | null = null;
  #run: Run | null = null;
  #ahead: Run | null = null;
  /** Of the last run on a thread. */
  #threadRunNs = Number.POSITIVE_INFINITY;
  #isInline = false;
  #next: Batch | null = null;
  /** The batch that runs in parts, if one does. */
  #batchParts: BatchParts | null = null;

  constructor(parts: OnnxRuntimeInstanceParts) {
    const { library } = parts.resources;
    this.placement = parts.placement;
    this.isForFirstCore = parts.isForFirstCore;
    this.#parts = parts;
    this.#api = library.api;
    this.#clock = parts.clock;
    this.#lane = new RunLane(parts, parts.runConfigEntries);
    this.functionAddress = library.functionAddress("Run");
  }

  get lookahead(): number {
    const run = this.#run;
    return run !== null && this.#mayBeFollowed(run) ? 1 : 0;
  }

  /** Whether the run on a thread may be followed by the next without a gap: not if that should be on the event loop. */
  #mayBeFollowed({ plan, thread }: Run): boolean {
    const { states, pace } = this.#parts;
    return (
      thread !== null &&
      states === null &&
      this.#threadRunNs <= LOOKAHEAD_RUN_NS_MAX &&
      !pace.isInline(plan.inputByteSize)
    );
  }

  execute(batch: Batch): void {
    const { states } = this.#parts;
    if (states === null || hasEqualStates(states, batch.requests)) {
      this.#executeOne(batch);
      return;
    }
    assert(this.#batchParts === null, "an instance runs one batch at a time");
    this.#batchParts = new BatchParts(states, batch, {
      execute: (part) => this.#executeOne(part),
      onEnd: () => {
        this.#batchParts = null;
      },
    });
    this.#batchParts.start();
  }

  #executeOne(batch: Batch): void {
    assert(this.#next === null, "an instance runs one batch at a time");
    if (this.#isInline) {
      // Called by the completion of the batch before: the loop below goes on with it.
      this.#next = batch;
      return;
    }
    if (this.#run !== null) {
      this.#executeAhead(this.#run, batch);
      return;
    }
    const startNs = batch.computeStartNs === 0 ? this.#clock.nowNs() : batch.computeStartNs;
    const turnEndNs = startNs + INLINE_TURN_NS_MAX;
    for (let current: Batch | null = batch; current !== null; current = this.#takeNext()) {
      const responses = this.#begin(current, turnEndNs);
      if (responses === null) {
        return;
      }
      this.#completeInline(current, responses);
    }
  }

  /** Stages a batch beside the running one, to be run next. */
  #executeAhead(running: Run, batch: Batch): void {
    const isWanted = this.#ahead === null && this.lookahead > 0;
    assert(isWanted, "an instance runs one batch at a time and takes in one more where it said so");
    const run = this.#tryStage(batch, this.#laneBeside(running));
    if (!(run instanceof Run)) {
      batch.complete(run);
      return;
    }
    this.#follow(running, run);
  }

  /** Has the thread go on with a run when it is done with the running one. */
  #follow(running: Run, run: Run): void {
    this.#ahead = run;
    const { thread } = running;
    run.thread = thread?.takesNext === true ? thread : null;
    if (run.thread !== null) {
      run.plan.setRunOptions(run.lane.optionsOf(run.plan).address);
      run.thread.callNext(run);
    }
  }

  #laneBeside({ lane }: Run): RunLane {
    if (lane !== this.#lane) {
      return this.#lane;
    }
    this.#otherLane ??= new RunLane(this.#parts, this.#parts.runConfigEntries);
    return this.#otherLane;
  }

  cancel(batch: Batch): void {
    if (!batch.requests.every(({ isCancelled }) => isCancelled)) {
      return;
    }
    if (this.#ahead?.batch === batch) {
      this.#ahead.lane.terminate();
    } else if (this.#run?.batch === batch || this.#batchParts?.batch === batch) {
      this.#run?.lane.terminate();
    }
  }

  createSequenceState(): SequenceState {
    const { states } = this.#parts;
    assert(states !== null, "only models with implicit state have sequences with state");
    return states.createSequence();
  }

  async close(): Promise<void> {
    assert(this.#run === null && !this.#isInline, "an instance is closed when it is idle");
    this.#lane.close();
    this.#otherLane?.close();
    await this.#parts.onClose();
  }

  /** @internal The run on the thread has ended. */
  onReturn(run: Run, status: bigint, durationNs: number): void {
    run.batch.computeOutputStartNs = this.#clock.nowNs();
    this.#threadRunNs = durationNs;
    this.#parts.pace.onThreadRun(run.plan.inputByteSize, durationNs);
    const result = status === 0n ? null : status;
    if (this.#prepareRepetition(run, result)) {
      this.#repeat(run);
      return;
    }
    this.#completeThread(run, this.#errorOfStatus(result));
  }

  /** @internal */
  onLost(run: Run, error: TritonError): void {
    run.batch.computeOutputStartNs = this.#clock.nowNs();
    this.#completeThread(run, error);
  }

  #takeNext(): Batch | null {
    const next = this.#next;
    this.#next = null;
    return next;
  }

  /** Runs a batch on the event loop and returns its responses, or gives it to a thread and returns null. */
  #begin(batch: Batch, turnEndNs: number): InferenceResponse[] | null {
    if (batch.computeStartNs === 0) {
      batch.computeStartNs = this.#clock.nowNs();
    }
    const run = this.#tryStage(batch, this.#lane);
    if (!(run instanceof Run)) {
      return run;
    }
    if (this.#mayRunInline(run.plan, batch.computeInputEndNs < turnEndNs)) {
      return this.#runInline(run);
    }
    this.#run = run;
    this.#callThread(run);
    return null;
  }

  /** Makes a batch's inputs and outputs ready for its run, or the responses that say why it cannot run. */
  #tryStage(batch: Batch, lane: RunLane): Run | InferenceResponse[] {
    try {
      const run = this.#stage(batch, lane);
      batch.computeInputEndNs = this.#clock.nowNs();
      return run;
    } catch (error) {
      return this.#refuse(batch, error);
    }
  }

  #stage(batch: Batch, lane: RunLane): Run {
    const tooLarge = batchSizeError(batch, this.#parts.model, this.placement);
    if (tooLarge !== null) {
      throw tooLarge;
    }
    const plan = lane.plans.get(batch);
    const errors = new RunErrors();
    try {
      plan.stage(batch, errors);
      plan.prepareOutputs();
    } catch (error) {
      plan.unstage();
      lane.plans.done(plan);
      throw error;
    }
    return new Run(this, batch, lane, plan, errors);
  }

  #refuse(batch: Batch, reason: unknown): InferenceResponse[] {
    const nowNs = this.#clock.nowNs();
    batch.computeInputEndNs = nowNs;
    batch.computeOutputStartNs = nowNs;
    batch.computeEndNs = nowNs;
    batch.hasFailed = true;
    return failedResponses(batch, this.#errorOf(reason));
  }

  #mayRunInline(plan: RunPlan, isInTurn: boolean): boolean {
    const { executionMode, pace } = this.#parts;
    return executionMode === "auto"
      ? isInTurn && pace.isInline(plan.inputByteSize)
      : executionMode === "inline";
  }

  #runInline(run: Run): InferenceResponse[] {
    const { batch, plan, lane } = run;
    const { pace } = this.#parts;
    const cpuClock = pace.isSuspect(plan.inputByteSize) ? threadCpuClock() : null;
    const cpuStartNs = cpuClock === null ? 0 : cpuClock.nowNs();
    let status = plan.run(lane.optionsOf(plan).address);
    let nowNs = this.#clock.nowNs();
    const cpuNs = cpuClock === null ? null : cpuClock.nowNs() - cpuStartNs;
    pace.onInlineRun(plan.inputByteSize, nowNs - batch.computeInputEndNs, cpuNs);
    if (this.#prepareRepetition(run, status)) {
      status = plan.run(lane.optionsOf(plan).address);
      nowNs = this.#clock.nowNs();
    }
    batch.computeOutputStartNs = nowNs;
    return this.#collect(run, this.#errorOfStatus(status));
  }

  #callThread(run: Run): void {
    run.plan.setRunOptions(run.lane.optionsOf(run.plan).address);
    run.thread = this.#parts.threads.call(run);
  }

  /**
   * Whether a run cannot be used because of a guess, as far as can be told: it failed, or left an output unwritten. Then
   * its status is released and everything is ready for the same run without guesses.
   */
  #prepareRepetition(run: Run, status: bigint | null): boolean {
    const { plan, lane } = run;
    const mayBeGuess = run.repetition === null && !lane.isTerminating && plan.hasGuesses;
    if (!mayBeGuess || (status === null && plan.isWritten)) {
      return false;
    }
    run.repetition = status === null ? "unwritten" : "failed";
    this.#errorOfStatus(status);
    plan.dropGuesses();
    return true;
  }

  /** Takes a status; null is success. */
  #errorOfStatus(status: bigint | null): TritonError | null {
    return status === null ? null : ortErrorFromStatus(this.#api, status);
  }

  #completeInline(batch: Batch, responses: readonly InferenceResponse[]): void {
    this.#isInline = true;
    try {
      batch.complete(responses);
    } finally {
      this.#isInline = false;
    }
  }

  #completeThread(run: Run, error: TritonError | null): void {
    this.#beginAhead(run.batch.computeOutputStartNs);
    run.batch.complete(this.#collect(run, error));
  }

  /** Runs a batch again, after the one that has begun in the meantime. */
  #repeat(run: Run): void {
    const next = this.#ahead;
    if (next === null) {
      this.#callThread(run);
      return;
    }
    this.#beginAhead(run.batch.computeOutputStartNs);
    this.#follow(next, run);
  }

  /** The thread is done with a run: what was staged beside it has begun, or does now. */
  #beginAhead(nowNs: number): void {
    const run = this.#ahead;
    this.#run = run;
    this.#ahead = null;
    if (run === null) {
      return;
    }
    if (run.repetition === null) {
      // Until now it has waited, but for the time that its staging took.
      const { batch } = run;
      batch.computeStartNs += nowNs - batch.computeInputEndNs;
      batch.computeInputEndNs = nowNs;
    }
    if (run.thread === null) {
      this.#callThread(run);
    }
  }

  /** Ends a run: makes its responses and lets go of everything that it held. */
  #collect(run: Run, error: TritonError | null): InferenceResponse[] {
    const { batch, plan, lane } = run;
    const responses = error === null ? this.#succeed(run) : this.#fail(run, error);
    plan.unstage();
    lane.plans.done(plan);
    lane.endTermination();
    batch.computeEndNs = this.#clock.nowNs();
    return responses;
  }

  #succeed(run: Run): InferenceResponse[] {
    const { batch, plan } = run;
    try {
      const taken = plan.take();
      if (run.repetition !== null) {
        plan.settleGuesses(run.repetition === "failed");
      }
      const { model } = this.#parts;
      const responses = scatter(batch, model, plan.outputs, taken, run.errors, plan.stateCursors());
      this.#commitStates(run, responses);
      return model.padding === null ? responses : this.#cutPadding(batch, responses);
    } catch (reason) {
      plan.abandon();
      batch.hasFailed = true;
      return failedResponses(batch, this.#errorOf(reason));
    }
  }

  #commitStates({ batch, plan }: Run, responses: readonly InferenceResponse[]): void {
    try {
      plan.commitStates(batch, responses);
    } catch (error) {
      for (const response of responses) {
        response.release();
      }
      throw error;
    }
  }

  #cutPadding({ requests }: Batch, responses: InferenceResponse[]): InferenceResponse[] {
    const { model, session, resources } = this.#parts;
    const { padding } = model;
    const outputs = session.paddedOutputs;
    return padding === null || outputs === null
      ? responses
      : cutPadding({ outputs, padding, resources }, requests, responses);
  }

  #fail({ batch, plan, lane }: Run, error: TritonError): InferenceResponse[] {
    plan.abandon();
    batch.hasFailed = true;
    const reason = lane.isTerminating ? new TritonError(StatusCode.Cancelled, "") : error;
    return failedResponses(batch, reason);
  }

  /** What is no operating error is a bug of ours, which the log must show. */
  #errorOf(reason: unknown): TritonError {
    if (!(reason instanceof TritonError)) {
      const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
      this.#parts.log.error(`unexpected failure in instance '${this.placement.name}': ${text}`);
    }
    return tritonErrorFrom(reason);
  }
}
