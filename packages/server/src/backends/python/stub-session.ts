import { TritonError } from "@nereid/protocol";
import type { Tensor } from "../../model/tensor.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import type { FrameCursor } from "./decode-tensors.ts";
import type { JsonObject } from "./json-frame.ts";
import type { PythonModelParts } from "./python-model-parts.ts";
import { startFailure } from "./start-failure.ts";
import { StubCalls } from "./stub-calls.ts";
import { StubExecution } from "./stub-execution.ts";
import { type StubListener, StubProcess } from "./stub-process.ts";
import { type FrameHead, FrameKind } from "./wire.ts";

/** How often an instance looks whether it keeps memory that it does not need. */
const SHRINK_INTERVAL_MS = 1000;

/** One life of an instance's process: from its start to its end, with what it executes and what it asks for. */
export class StubSession implements StubListener {
  readonly stub: StubProcess;
  readonly execution: StubExecution;
  readonly #calls: StubCalls;
  readonly #parts: PythonModelParts;
  readonly #onDeath: (reason: string) => void;
  #hasIsReady = false;
  readonly #cancelStartTimer: () => void;
  #cancelShrinkTimer: () => void = () => {};

  /** @param onDeath told once if the process ends otherwise than by `finalize` */
  constructor(
    parts: PythonModelParts,
    instance: WaitingInstance,
    onDeath: (reason: string) => void,
  ) {
    this.#parts = parts;
    this.#onDeath = onDeath;
    const { settings, command, clock, host, metrics, log, spec } = parts;
    this.stub = new StubProcess({ ...settings, command }, this);
    this.execution = new StubExecution(this.stub, {
      isDecoupled: spec.isDecoupled,
      outputNames: spec.outputs.map(({ name }) => name),
      clock,
      sendTimeoutMs: settings.sendTimeoutMs,
    });
    this.#calls = new StubCalls(this.stub, {
      host,
      metrics: metrics.openScope(),
      clock,
      log,
      instance,
    });
    this.#cancelStartTimer = clock.setTimer(settings.startTimeoutMs, () => {
      this.stub.kill(`it did not start within ${settings.startTimeoutMs / 1000} seconds`);
    });
  }

  /** Whether the model has a check of its own. */
  get hasIsReady(): boolean {
    return this.#hasIsReady;
  }

  /**
   * Has the model loaded and initialized.
   *
   * @param name the instance's
   * @throws {TritonError} what the stub says of a failure; the process has been ended then
   */
  async initialize(payload: JsonObject, name: string): Promise<void> {
    try {
      const { hasIsReady } = await this.stub.command(FrameKind.Initialize, payload);
      this.#hasIsReady = hasIsReady === true;
    } catch (error) {
      const { deathReason } = this.stub;
      this.stub.kill("it could not be initialized");
      throw deathReason === null ? error : startFailure(this.stub, this.#parts.command, name);
    }
    this.#scheduleShrink();
  }

  /** Lets the model finalize, and ends the process; at once if it takes longer than the limit. */
  async finalize(timeoutMs: number): Promise<void> {
    const { stub } = this;
    const { log, clock } = this.#parts;
    const cancelTimer = clock.setTimer(timeoutMs, () => {
      log.warning(
        `Stub process ${stub.processId} did not finalize within ${timeoutMs} ms: it is killed`,
      );
      stub.kill("it did not finalize in time");
    });
    try {
      await stub.command(FrameKind.Finalize, null);
      stub.retire();
      this.#end();
    } catch (error) {
      if (!(error instanceof TritonError)) {
        throw error;
      }
      // It has died meanwhile, which was what was wanted.
    }
    // Its threads may keep the process alive after its last word: the limit holds for them, too.
    const exitTimer = clock.setTimer(timeoutMs, () => {
      stub.kill("it did not exit in time");
    });
    await stub.exited;
    cancelTimer();
    exitTimer();
  }

  onExecuteDone(head: FrameHead, cursor: FrameCursor): void {
    this.execution.onExecuteDone(head, cursor);
  }

  onResponse(head: FrameHead, cursor: FrameCursor): void {
    this.execution.onResponse(head, cursor);
  }

  onCall(id: number, payload: JsonObject, tensors: readonly Tensor[]): void {
    if (payload["method"] === "room") {
      this.execution.onRoomQuestion(id, Number(payload["handle"]));
    } else {
      if (payload["method"] === "infer") {
        this.execution.onInferCall();
      }
      this.#calls.onCall(id, payload, tensors);
    }
  }

  onNotify(payload: JsonObject): void {
    if (payload["method"] === "started") {
      this.#cancelStartTimer();
    } else {
      this.#calls.onNotify(payload);
    }
  }

  onDeath(reason: string): void {
    this.#end();
    this.#onDeath(reason);
  }

  #end(): void {
    this.#cancelStartTimer();
    this.#cancelShrinkTimer();
    this.#calls.close();
  }

  #scheduleShrink(): void {
    this.#cancelShrinkTimer = this.#parts.clock.setTimer(SHRINK_INTERVAL_MS, () => {
      if (this.stub.isAlive) {
        if (this.stub.arena.residentBytes > this.#parts.settings.idleArenaBytesMax) {
          this.stub.arena.shrinkIfIdle();
        }
        this.#scheduleShrink();
      }
    });
  }
}
