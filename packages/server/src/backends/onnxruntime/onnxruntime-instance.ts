import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { NativeCall } from "../../ffi/native-thread/native-thread.ts";
import type { NativeThreadPool } from "../../ffi/native-thread/native-thread-pool.ts";
import type { OrtApi } from "../../ffi/ort/ort-api.gen.ts";
import { OrtLoggingLevel } from "../../ffi/ort/ort-environment.ts";
import { ortErrorFromStatus } from "../../ffi/ort/ort-error.ts";
import { OrtRunOptions } from "../../ffi/ort/ort-run-options.ts";
import { ThreadCpuClock } from "../../ffi/thread-cpu-clock.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import { BatchParts, hasEqualStates } from "./batch-parts.ts";
import { type ExecutionPace, INLINE_TURN_NS_MAX } from "./execution-pace.ts";
import type { ExecutionMode } from "./model-settings.ts";
import { cutPadding } from "./padded-outputs.ts";
import { failedResponses, scatter } from "./responses.ts";
import { RunErrors } from "./run-errors.ts";
import type { RunPlan, RunPlanParts } from "./run-plan.ts";
import { RunPlanCache } from "./run-plan-cache.ts";

/** What an instance is made of. Only the run options and plans are its own. */
export interface OnnxRuntimeInstanceParts extends RunPlanParts {
  readonly placement: InstancePlacement;
  readonly threads: NativeThreadPool;
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
class Run {
  readonly batch: Batch;
  readonly plan: RunPlan;
  readonly errors: RunErrors;
  /** Why this is the second attempt, without guesses of the outputs' shapes; null if it is the first. */
  repetition: "failed" | "unwritten" | null = null;

  constructor(batch: Batch, plan: RunPlan, errors: RunErrors) {
    this.batch = batch;
    this.plan = plan;
    this.errors = errors;
  }
}

/**
 * Runs batches of one model on one device, on the event loop or on a native thread.
 *
 * Invariant: at most one of `#run` (on a thread) and `#isInline` (on this one) is set; `#next` only while `#isInline`,
 * when completing a batch has brought the next one.
 */
export class OnnxRuntimeInstance implements Instance, NativeCall {
  readonly placement: InstancePlacement;
  readonly functionAddress: bigint;
  readonly #parts: OnnxRuntimeInstanceParts;
  readonly #api: OrtApi;
  readonly #clock: Clock;
  readonly #plans: RunPlanCache;
  readonly #runOptions: OrtRunOptions;
  /** For runs that may fail because of a guess: they are repeated, and only the second failure is worth a log line. */
  readonly #quietRunOptions: OrtRunOptions;
  #run: Run | null = null;
  #isInline = false;
  #next: Batch | null = null;
  #isTerminating = false;
  /** The batch that runs in parts, if one does. */
  #batchParts: BatchParts | null = null;

  constructor(parts: OnnxRuntimeInstanceParts) {
    const { library } = parts.resources;
    this.placement = parts.placement;
    this.#parts = parts;
    this.#api = library.api;
    this.#clock = parts.clock;
    this.#plans = new RunPlanCache(parts);
    this.functionAddress = library.functionAddress("Run");
    this.#runOptions = new OrtRunOptions(library);
    this.#quietRunOptions = new OrtRunOptions(library);
    this.#quietRunOptions.setLogLevel(OrtLoggingLevel.Fatal);
    for (const [key, value] of parts.runConfigEntries) {
      this.#runOptions.addConfigEntry(key, value);
      this.#quietRunOptions.addConfigEntry(key, value);
    }
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
    assert(this.#run === null && this.#next === null, "an instance runs one batch at a time");
    if (this.#isInline) {
      // Called by the completion of the batch before: the loop below goes on with it.
      this.#next = batch;
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

  cancel(batch: Batch): void {
    const isUnwanted = batch.requests.every(({ isCancelled }) => isCancelled);
    const isRunning = this.#run?.batch === batch || this.#batchParts?.batch === batch;
    if (isUnwanted && isRunning && this.#run !== null && !this.#isTerminating) {
      this.#isTerminating = true;
      this.#runOptions.setTerminate();
      this.#quietRunOptions.setTerminate();
    }
  }

  createSequenceState(): SequenceState {
    const { states } = this.#parts;
    assert(states !== null, "only models with implicit state have sequences with state");
    return states.createSequence();
  }

  async close(): Promise<void> {
    assert(this.#run === null && !this.#isInline, "an instance is closed when it is idle");
    this.#plans.close();
    this.#runOptions.close();
    this.#quietRunOptions.close();
    await this.#parts.onClose();
  }

  /** The arguments of the running call. */
  get words(): BigUint64Array {
    assert(this.#run !== null, "only a run has arguments");
    return this.#run.plan.words;
  }

  /** The run on the thread has ended. */
  onReturn(status: bigint, durationNs: number): void {
    const run = this.#run;
    assert(run !== null, "only a run returns");
    run.batch.computeOutputStartNs = this.#clock.nowNs();
    this.#parts.pace.onThreadRun(run.plan.inputByteSize, durationNs);
    const result = status === 0n ? null : status;
    if (this.#prepareRepetition(run, result)) {
      this.#callThread(run);
      return;
    }
    this.#completeThread(run, this.#errorOfStatus(result));
  }

  onLost(error: TritonError): void {
    const run = this.#run;
    assert(run !== null, "only a run is lost");
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
    let run: Run;
    try {
      run = this.#stage(batch);
    } catch (error) {
      return this.#refuse(batch, error);
    }
    const nowNs = this.#clock.nowNs();
    batch.computeInputEndNs = nowNs;
    if (this.#mayRunInline(run.plan, nowNs < turnEndNs)) {
      return this.#runInline(run);
    }
    this.#run = run;
    this.#callThread(run);
    return null;
  }

  #stage(batch: Batch): Run {
    this.#checkBatchSize(batch);
    const plan = this.#plans.get(batch);
    const errors = new RunErrors();
    try {
      plan.stage(batch, errors);
      plan.prepareOutputs();
    } catch (error) {
      plan.unstage();
      this.#plans.done(plan);
      throw error;
    }
    return new Run(batch, plan, errors);
  }

  #checkBatchSize(batch: Batch): void {
    const { batchSizeMax } = this.#parts.model;
    if (batch.size !== 1 && batch.size > batchSizeMax) {
      throw new TritonError(
        StatusCode.Internal,
        `batch size ${batch.size} for '${this.placement.name}', max allowed is ${batchSizeMax}`,
      );
    }
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
    const { batch, plan } = run;
    const { pace } = this.#parts;
    const cpuClock = pace.isSuspect(plan.inputByteSize) ? threadCpuClock() : null;
    const cpuStartNs = cpuClock === null ? 0 : cpuClock.nowNs();
    let status = plan.run(this.#optionsOf(plan).address);
    let nowNs = this.#clock.nowNs();
    const cpuNs = cpuClock === null ? null : cpuClock.nowNs() - cpuStartNs;
    pace.onInlineRun(plan.inputByteSize, nowNs - batch.computeInputEndNs, cpuNs);
    if (this.#prepareRepetition(run, status)) {
      status = plan.run(this.#optionsOf(plan).address);
      nowNs = this.#clock.nowNs();
    }
    batch.computeOutputStartNs = nowNs;
    return this.#collect(run, this.#errorOfStatus(status));
  }

  #callThread(run: Run): void {
    run.plan.setRunOptions(this.#optionsOf(run.plan).address);
    this.#parts.threads.call(this);
  }

  #optionsOf(plan: RunPlan): OrtRunOptions {
    return plan.hasGuesses ? this.#quietRunOptions : this.#runOptions;
  }

  /**
   * Whether a run cannot be used because of a guess, as far as can be told: it failed, or left an output unwritten. Then
   * its status is released and everything is ready for the same run without guesses.
   */
  #prepareRepetition(run: Run, status: bigint | null): boolean {
    const { plan } = run;
    const mayBeGuess = run.repetition === null && !this.#isTerminating && plan.hasGuesses;
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
    const responses = this.#collect(run, error);
    this.#run = null;
    run.batch.complete(responses);
  }

  /** Ends a run: makes its responses and lets go of everything that it held. */
  #collect(run: Run, error: TritonError | null): InferenceResponse[] {
    const { batch, plan } = run;
    const responses = error === null ? this.#succeed(run) : this.#fail(run, error);
    plan.unstage();
    this.#plans.done(plan);
    if (this.#isTerminating) {
      this.#isTerminating = false;
      this.#runOptions.unsetTerminate();
      this.#quietRunOptions.unsetTerminate();
    }
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

  #fail({ batch, plan }: Run, error: TritonError): InferenceResponse[] {
    plan.abandon();
    batch.hasFailed = true;
    const reason = this.#isTerminating ? new TritonError(StatusCode.Cancelled, "") : error;
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
