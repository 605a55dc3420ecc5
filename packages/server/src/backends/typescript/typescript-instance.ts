import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { BackendOptions, Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceResponse } from "../../model/response.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import type { InstanceSettings } from "./instance-settings.ts";
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
  /** The batch that waits for the next thread. */
  #waiting: Batch | null = null;
  /** Why there is no thread although one was started; null unless a start has failed. */
  #startFailure: TritonError | null = null;
  #startedNs = 0;
  #restartDelayMs = RESTART_DELAY_MS_MIN;
  #cancelRestart: (() => void) | null = null;
  #isClosed = false;

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
    return this.#waiting ?? this.#session?.runningBatch ?? null;
  }

  /** Whether it has a thread, so that requests do not wait for one. */
  get isHealthy(): boolean {
    return this.#session !== null;
  }

  /** Whether the model can serve. Rejects with the reason why it cannot. */
  async checkReady(): Promise<void> {
    if (this.#session === null) {
      throw this.#unhealthy(this.#startFailure?.message ?? "its thread is being restarted");
    }
    await this.#session.checkReady();
  }

  execute(batch: Batch): void {
    if (this.#session !== null) {
      this.#session.execute(batch);
    } else if (this.#startFailure === null) {
      assert(this.#waiting === null, "an instance has one batch at a time");
      this.#waiting = batch;
    } else {
      failBatch(batch, this.#unhealthy(this.#startFailure.message), this.#options.clock);
    }
  }

  cancel(batch: Batch): void {
    if (batch === this.#waiting) {
      if (batch.requests.every(({ isCancelled }) => isCancelled)) {
        this.#waiting = null;
        const error = new TritonError(StatusCode.Cancelled, "the request has been cancelled");
        failBatch(batch, error, this.#options.clock);
      }
      return;
    }
    this.#session?.cancel(batch);
  }

  async close(): Promise<void> {
    assert(this.#waiting === null, "an instance is closed when no batch runs");
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
    const batch = this.#waiting;
    this.#waiting = null;
    if (batch !== null) {
      session.execute(batch);
    }
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
    // Its requests first, since the next batch may come while they are answered.
    this.#scheduleRestart();
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
    const batch = this.#waiting;
    this.#waiting = null;
    this.#scheduleRestart();
    if (batch !== null) {
      failBatch(batch, this.#unhealthy(error.message), this.#options.clock);
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
