import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { BackendOptions, Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceResponse } from "../../model/response.ts";
import { RestartListeners } from "../../model/restart-listeners.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import { batchSizeError } from "../batch-size.ts";
import type { InstanceSettings } from "./instance-settings.ts";
import type { LinkedModels } from "./linked-models.ts";
import { ModelStartError, type WorkerPurpose } from "./model-worker.ts";
import { WorkerSession } from "./worker-session.ts";

/** Before a thread that has ended unexpectedly is replaced; doubled with each that does not last. */
const RESTART_DELAY_MS_MIN = 100;
/** The longest of these delays. */
const RESTART_DELAY_MS_MAX = 10_000;
/** A thread that has lasted so long starts the delays anew. */
const LASTING_MS = 60_000;

/** What an instance is made with. */
export interface TypeScriptInstanceOptions
  extends Pick<BackendOptions, "host" | "metrics" | "clock"> {
  readonly placement: InstancePlacement;
  readonly start: WorkerPurpose;
  readonly settings: InstanceSettings;
  readonly spec: ModelSpec;
  readonly linked: LinkedModels;
  readonly log: Logger;
}

/**
 * One instance of a model: a thread, and another one after it has ended unexpectedly.
 *
 * ```
 *   running ──thread ends──► waiting ──delay──► starting ──► running        batches run in `running`, wait in `waiting` and
 *                               ▲                   └─ failed ─┐            `starting`, and fail once a start has failed
 *                               └──────────────────────────────┘
 * ```
 */
export class TypeScriptInstance implements Instance, WaitingInstance {
  readonly placement: InstancePlacement;
  readonly #options: TypeScriptInstanceOptions;
  #session: WorkerSession | null = null;
  /** The batches that wait for the next thread, in their order. */
  #waiting: Batch[] = [];
  /** Why there is no thread although one was started; null unless a start has failed. */
  #startFailure: TritonError | null = null;
  #startedNs = 0;
  #restartDelayMs = RESTART_DELAY_MS_MIN;
  #cancelRestart: (() => void) | null = null;
  #isClosed = false;
  readonly #restartListeners = new RestartListeners();

  private constructor(options: TypeScriptInstanceOptions) {
    this.#options = options;
    this.placement = options.placement;
  }

  /** Starts an instance. @throws {TritonError} what the model's file, constructor or `initialize` has thrown */
  static async create(options: TypeScriptInstanceOptions): Promise<TypeScriptInstance> {
    const instance = new TypeScriptInstance(options);
    await instance.#start();
    options.host.waits.add(instance);
    return instance;
  }

  get spec(): ModelSpec {
    return this.#options.spec;
  }

  get runningBatch(): Batch | null {
    return this.#waiting[0] ?? this.#session?.runningBatch ?? null;
  }

  get aheadBatches(): readonly Batch[] {
    return this.#waiting.length > 0 ? this.#waiting.slice(1) : (this.#session?.aheadBatches ?? []);
  }

  /** None while there is no thread, or where batches may depend on each other: what waits outside can go to any instance. */
  get lookahead(): number {
    const { linked, spec } = this.#options;
    return this.#session === null || linked.has(spec) ? 0 : this.#session.lookahead;
  }

  /** Whether it has a thread, so that requests do not wait for one. */
  get isHealthy(): boolean {
    return this.#session !== null;
  }

  /** Whether its last thread could not be started. */
  get isBroken(): boolean {
    return this.#session === null && this.#startFailure !== null;
  }

  /** Whether the model can serve. Rejects with the reason why it cannot. */
  async checkReady(): Promise<void> {
    if (this.#session === null) {
      throw this.#unhealthy(this.#startFailure?.message ?? "its thread is being restarted");
    }
    await this.#session.checkReady();
  }

  execute(batch: Batch): void {
    const tooLarge = batchSizeError(batch, this.#options.spec, this.placement);
    if (tooLarge !== null) {
      failBatch(batch, tooLarge, this.#options.clock);
    } else if (this.#session !== null) {
      this.#session.execute(batch);
    } else if (this.#startFailure === null) {
      this.#waiting.push(batch);
    } else {
      failBatch(batch, this.#unhealthy(this.#startFailure.message), this.#options.clock);
    }
  }

  cancel(batch: Batch): void {
    const position = this.#waiting.indexOf(batch);
    if (position >= 0) {
      if (batch.requests.every(({ isCancelled }) => isCancelled)) {
        this.#waiting.splice(position, 1);
        const error = new TritonError(StatusCode.Cancelled, "the request has been cancelled");
        failBatch(batch, error, this.#options.clock);
      }
      return;
    }
    this.#session?.cancel(batch);
  }

  onceRestarted(callback: () => void): void {
    if (this.#session === null) {
      this.#restartListeners.add(callback);
    } else {
      callback();
    }
  }

  async close(): Promise<void> {
    assert(this.#waiting.length === 0, "an instance is closed when no batch runs");
    this.#isClosed = true;
    this.#cancelRestart?.();
    this.#options.host.waits.remove(this);
    await this.#session?.close();
  }

  async #start(): Promise<void> {
    const { clock, log, placement } = this.#options;
    const session = new WorkerSession({
      ...this.#options,
      caller: this,
      onEnd: (reason) => this.#onEnd(session, reason),
    });
    try {
      await session.start();
    } catch (error) {
      if (error instanceof ModelStartError) {
        log.error(`failed to start '${placement.name}': ${error.workerStack}`);
      }
      await session.close();
      throw tritonErrorFrom(error);
    }
    if (this.#isClosed) {
      await session.close();
      return;
    }
    this.#session = session;
    this.#startedNs = clock.nowNs();
    this.#startFailure = null;
    for (const batch of this.#takeWaiting()) {
      session.execute(batch);
    }
    this.#restartListeners.tell();
  }

  #takeWaiting(): readonly Batch[] {
    const batches = this.#waiting;
    this.#waiting = [];
    return batches;
  }

  #onEnd(session: WorkerSession, reason: TritonError): void {
    if (session !== this.#session) {
      return;
    }
    this.#session = null;
    const lastedMs = (this.#options.clock.nowNs() - this.#startedNs) / 1e6;
    if (lastedMs >= LASTING_MS) {
      this.#restartDelayMs = RESTART_DELAY_MS_MIN;
    }
    this.#options.log.error(
      `the thread of '${this.placement.name}' has ended and is restarted in ${this.#restartDelayMs} ms: ${reason.message}`,
    );
    this.#scheduleRestart();
    // First: the next batch may come while requests are answered, and comes after them.
    this.#keep(session.takeUnbegun());
    session.failOpen(this.#unhealthy(reason.message));
  }

  #scheduleRestart(): void {
    if (this.#isClosed) {
      return;
    }
    const delayMs = this.#restartDelayMs;
    this.#restartDelayMs = Math.min(delayMs * 2, RESTART_DELAY_MS_MAX);
    this.#cancelRestart = this.#options.clock.setTimer(delayMs, () => {
      this.#start().catch((reason: unknown) => this.#onStartFailed(tritonErrorFrom(reason)));
    });
  }

  #onStartFailed(error: TritonError): void {
    this.#startFailure = error;
    this.#scheduleRestart();
    for (const batch of this.#takeWaiting()) {
      failBatch(batch, this.#unhealthy(error.message), this.#options.clock);
    }
    this.#restartListeners.tell();
  }

  /** Batches that the thread which has ended had not begun run in the next one, unless their clients have gone. */
  #keep(batches: readonly Batch[]): void {
    this.#waiting.push(...batches);
    for (const batch of batches) {
      this.cancel(batch);
    }
  }

  #unhealthy(reason: string): TritonError {
    return new TritonError(
      StatusCode.Internal,
      `Model instance '${this.placement.name}' is not healthy: ${reason}`,
    );
  }
}

/** Answers a batch that no thread has seen. */
function failBatch(batch: Batch, error: TritonError, clock: Clock): void {
  const nowNs = clock.nowNs();
  batch.hasFailed = true;
  batch.computeInputEndNs = nowNs;
  batch.computeOutputStartNs = nowNs;
  batch.computeEndNs = nowNs;
  batch.complete(batch.requests.map(() => InferenceResponse.failed(error)));
}
