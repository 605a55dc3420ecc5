import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceResponse } from "../../model/response.ts";
import { RestartListeners } from "../../model/restart-listeners.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import { batchSizeError } from "../batch-size.ts";
import type { JsonObject } from "./json-frame.ts";
import type { PythonModelParts } from "./python-model-parts.ts";
import { ReadinessCheck } from "./readiness-check.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { StubSession } from "./stub-session.ts";

/** What an instance is made with besides what its model has. */
export interface PythonInstanceParts {
  readonly model: PythonModelParts;
  readonly placement: InstancePlacement;
}

/**
 * One instance: a process that is started anew when it dies, with longer and longer pauses while it keeps dying.
 *
 * ```
 *   create ─► running ──death──► pausing ──► starting ──► running
 *                                   ▲            └─ failed ─┐
 *                                   └───────────────────────┘
 * ```
 * What the dead process was executing fails. What it had been given ahead of that, and what comes while there is none, waits for
 * the next start: it runs then, or fails if the start does, and so does at once what comes after that, until a later start
 * succeeds. Invariant: `#session` is null exactly while there is no process that has been initialized.
 */
export class PythonInstance implements Instance, WaitingInstance {
  readonly placement: InstancePlacement;
  readonly #parts: PythonModelParts;
  readonly #restarts: RestartPolicy;
  readonly #readiness: ReadinessCheck;
  #session: StubSession | null = null;
  /** Batches that wait for the next start, the oldest first. */
  #waiting: Batch[] = [];
  #cancelTimer: () => void = () => {};
  #isClosed = false;
  readonly #restartListeners = new RestartListeners();
  /** Why the last start has failed; null unless it has. */
  #startFailure: TritonError | null = null;
  /** The start that is under way; null while there is none. */
  #starting: StubSession | null = null;

  private constructor({ model, placement }: PythonInstanceParts) {
    this.#parts = model;
    this.placement = placement;
    this.#restarts = new RestartPolicy(model.clock);
    this.#readiness = new ReadinessCheck(placement.name, model.clock);
  }

  /**
   * Starts a process and has it initialize the model.
   *
   * @throws {TritonError} Internal with what the model, or the system, says of the failure
   */
  static async create(parts: PythonInstanceParts): Promise<PythonInstance> {
    const instance = new PythonInstance(parts);
    await instance.#start();
    parts.model.host.waits.add(instance);
    return instance;
  }

  get spec(): ModelSpec {
    return this.#parts.spec;
  }

  get runningBatch(): Batch | null {
    return this.#session?.execution.runningBatch ?? null;
  }

  get aheadBatches(): readonly Batch[] {
    return this.#session?.execution.aheadBatches ?? [];
  }

  /** The process that serves it; null while there is none. */
  get processId(): number | null {
    return this.#session?.stub.processId ?? null;
  }

  get isHealthy(): boolean {
    return this.#session !== null;
  }

  get isBroken(): boolean {
    return this.#session === null && !this.#isRestarting;
  }

  get lookahead(): number {
    return this.#session?.execution.lookahead ?? 0;
  }

  execute(batch: Batch): void {
    const tooLarge = batchSizeError(batch, this.#parts.spec, this.placement);
    if (tooLarge !== null) {
      this.#fail(batch, tooLarge);
    } else if (this.#session !== null) {
      this.#session.execution.execute(batch);
    } else if (this.#isRestarting) {
      this.#waiting.push(batch);
    } else {
      this.#fail(batch, this.#unhealthy());
    }
  }

  cancel(batch: Batch): void {
    this.#session?.execution.cancel(batch);
    const position = this.#waiting.indexOf(batch);
    if (position >= 0 && batch.requests.every(({ isCancelled }) => isCancelled)) {
      this.#waiting.splice(position, 1);
      this.#fail(batch, new TritonError(StatusCode.Cancelled, ""));
    }
  }

  onceRestarted(callback: () => void): void {
    if (this.#session === null) {
      this.#restartListeners.add(callback);
    } else {
      callback();
    }
  }

  /** @throws {TritonError} why it cannot be asked at present */
  async checkReady(): Promise<void> {
    if (this.#session === null) {
      throw this.#unhealthy();
    }
    await this.#readiness.check(this.#session);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#parts.host.waits.remove(this);
    this.#starting?.stub.kill("its model is unloaded");
    const session = this.#session;
    this.#session = null;
    await session?.finalize(this.#parts.settings.finalizeTimeoutMs);
  }

  async #start(): Promise<void> {
    const session = new StubSession(this.#parts, this, (reason) => {
      this.#onDeath(session, reason);
    });
    this.#starting = session;
    try {
      const payload = this.#initializePayload();
      await session.initialize(payload, this.placement.name);
      if (this.#isClosed) {
        session.stub.kill("its model is unloaded");
        return;
      }
      this.#session = session;
      this.#startFailure = null;
      this.#restarts.onStart();
    } finally {
      this.#starting = null;
    }
  }

  #initializePayload(): JsonObject {
    const { placement } = this;
    const { model, configJson } = this.#parts.describe(placement.name);
    return {
      model,
      args: {
        model_config: configJson,
        model_instance_kind: placement.kind,
        model_instance_name: placement.name,
        model_instance_device_id: String(placement.deviceId),
        model_repository: this.#parts.context.modelDirectory,
        model_version: this.#parts.spec.versionText,
        model_name: this.#parts.context.name,
      },
    };
  }

  #onDeath(session: StubSession, reason: string): void {
    const isRunning = this.#session === session;
    if (!isRunning || this.#isClosed) {
      // A start that failed; whoever waits for it learns of it.
      return;
    }
    this.#session = null;
    const { log, settings } = this.#parts;
    log.error(
      `Stub process '${this.placement.name}' (pid ${session.stub.processId}) has ended: ${reason}`,
    );
    this.#restarts.onDeath();
    const unbegun = session.execution.takeUnbegun(session.stub.outputs.begunId);
    if (settings.isRestarted) {
      this.#waiting.push(...unbegun);
      this.#scheduleStart();
    }
    session.execution.fail(this.#unhealthy());
    if (!settings.isRestarted) {
      this.#failAll(unbegun);
    }
  }

  #scheduleStart(): void {
    const delayMs = this.#restarts.nextDelayMs();
    this.#parts.log.info(`Starting stub process '${this.placement.name}' again in ${delayMs} ms`);
    this.#cancelTimer = this.#parts.clock.setTimer(delayMs, () => {
      void this.#restart();
    });
  }

  async #restart(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (this.#isClosed) {
        return;
      }
      const failure = tritonErrorFrom(error);
      this.#startFailure = failure;
      this.#parts.log.error(
        `Stub process '${this.placement.name}' could not be started again: ${failure.message}`,
      );
      this.#restarts.onDeath();
      this.#scheduleStart();
    }
    const batches = this.#waiting;
    this.#waiting = [];
    if (this.#session === null) {
      this.#failAll(batches);
    } else {
      for (const batch of batches) {
        batch.computeStartNs = this.#parts.clock.nowNs();
        this.#session.execution.execute(batch);
      }
    }
    this.#restartListeners.tell();
  }

  #failAll(batches: readonly Batch[]): void {
    for (const batch of batches) {
      this.#fail(batch, this.#unhealthy());
    }
  }

  #fail(batch: Batch, error: TritonError): void {
    batch.hasFailed = true;
    const nowNs = this.#parts.clock.nowNs();
    batch.computeInputEndNs = nowNs;
    batch.computeOutputStartNs = nowNs;
    batch.computeEndNs = nowNs;
    batch.complete(batch.requests.map(() => InferenceResponse.failed(error)));
  }

  /** Whether a batch that comes now may expect to run; it does not once a start has failed, until a later one succeeds. */
  get #isRestarting(): boolean {
    return this.#parts.settings.isRestarted && this.#startFailure === null;
  }

  /** The real server's words, and why there is no process although one was started, which it does not say. */
  #unhealthy(): TritonError {
    const text = `Stub process '${this.placement.name}' is not healthy.`;
    const failure = this.#startFailure;
    if (failure === null) {
      return new TritonError(StatusCode.Internal, text);
    }
    // One that has died of its start has these words already.
    const { message } = failure;
    const reason =
      message === text && failure.cause instanceof Error ? failure.cause.message : message;
    return new TritonError(StatusCode.Internal, `${text} It could not be started again: ${reason}`);
  }
}
