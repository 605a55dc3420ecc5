import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../../base/assert.ts";
import { systemClock, systemClockOffsetNs } from "../../../base/clock.ts";
import type { Model, ModelClass } from "../api/model.ts";
import { TritonError } from "../api/model-error.ts";
import { setRuntime } from "../api/runtime.ts";
import type { ContentReader } from "../wire/content-reader.ts";
import { ServerRecord, WorkerRecord } from "../wire/records.ts";
import { ThreadLink } from "../wire/thread-link.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { ConfigBuilder } from "./config-builder.ts";
import { errorStack, errorText, typeName } from "./error-text.ts";
import { HostClient } from "./host-client.ts";
import { loadModelClass, provideModelApi } from "./load-model-class.ts";
import { ModelRunner } from "./model-runner.ts";
import { WorkerBuffers } from "./worker-buffers.ts";
import { BELL, type WorkerMessage, type WorkerStart } from "./worker-start.ts";

/** How long an idle thread blocks for its next batch before its event loop does. */
const DOZE_MS = 1;

/** The thread of one model instance: connects the model's class with the server. */
class ModelWorkerProgram {
  readonly #start: WorkerStart;
  readonly #port: MessagePort;
  readonly #link: ThreadLink;
  readonly #host: HostClient;
  readonly #buffers: WorkerBuffers;
  #model: Model | null = null;
  #runner: ModelRunner | null = null;

  constructor(start: WorkerStart, port: MessagePort) {
    this.#start = start;
    this.#port = port;
    const link = (): ThreadLink => this.#link;
    this.#buffers = new WorkerBuffers(link);
    this.#host = new HostClient(link, this.#buffers);
    this.#link = new ThreadLink({
      channels: start,
      clock: systemClock,
      ringBell: () => this.#post(BELL),
      onRecord: (kind, reader) => this.#onRecord(kind, reader),
      onRelease: (index) => this.#buffers.onRelease(index),
      work: () => this.#runner?.beginNext() === true,
      // A model that has nothing open has nothing to do but to wait for the next batch.
      dozeMs: () => (this.#runner?.isIdle === true ? DOZE_MS : 0),
      onFailure: (error) => {
        throw error; // A bug: it ends the thread, and the server hears of it.
      },
    });
    port.on("message", () => this.#link.onBell());
  }

  async run(): Promise<void> {
    setRuntime(this.#host);
    provideModelApi();
    try {
      const Class = await loadModelClass(this.#start.modelPath);
      const isServing = this.#start.purpose === "serve";
      const config = isServing ? null : await completeConfig(Class, this.#start);
      if (isServing) {
        await this.#serve(Class);
      }
      this.#post({
        type: "started",
        hasReadiness: this.#model?.isReady !== undefined,
        config,
        clockOffsetNs: systemClockOffsetNs(),
      });
    } catch (error) {
      this.#post({ type: "failed", message: errorText(error), stack: errorStack(error) });
    }
  }

  async #serve(Class: ModelClass): Promise<void> {
    const { args, isBatching, isDecoupled, outputs } = this.#start;
    const model = new Class();
    await model.initialize?.(args);
    this.#model = model;
    this.#runner = new ModelRunner({
      model,
      rules: {
        modelName: args.modelName,
        isBatching,
        outputs: new Map(outputs.map((output) => [output.name, output])),
      },
      instanceName: args.instanceName,
      isDecoupled,
      link: () => this.#link,
      clock: systemClock,
      collectGarbage,
      begun: new Int32Array(this.#start.begun),
      buffers: this.#buffers,
      logError: (text) => this.#host.log("error", text),
    });
  }

  #post(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }

  #onRecord(kind: number, reader: ContentReader): void {
    switch (kind) {
      case ServerRecord.Execute:
        this.#runner?.onExecute(reader);
        break;
      case ServerRecord.Cancel:
        this.#runner?.onCancel(reader);
        break;
      case ServerRecord.Taken:
        this.#runner?.onTaken(reader);
        break;
      case ServerRecord.CallAnswer:
        this.#host.onCallAnswer(reader);
        break;
      case ServerRecord.Answer:
        this.#host.onAnswer(reader);
        break;
      case ServerRecord.Finalize:
        void this.#finalize();
        break;
      case ServerRecord.AskReady:
        void this.#answerReady(reader.u32());
        break;
      default:
        throw new RangeError(`the server sends no records of kind ${kind}`);
    }
  }

  async #finalize(): Promise<void> {
    try {
      await this.#model?.finalize?.();
    } catch (error) {
      this.#host.log(
        "info",
        `finalize of '${this.#start.args.instanceName}' failed: ${errorStack(error)}`,
      );
    }
    this.#link.begin();
    this.#link.send(WorkerRecord.Finalized);
  }

  async #answerReady(question: number): Promise<void> {
    let isReady = false;
    let reason = "user-defined check failed";
    try {
      const answer: unknown = await this.#model?.isReady?.();
      if (typeof answer !== "boolean") {
        throw new TritonError(
          `isReady() must return a boolean value, found type '${typeName(answer)}'`,
        );
      }
      isReady = answer;
    } catch (error) {
      reason = errorText(error);
    }
    const writer = this.#link.begin();
    writer.u32(question);
    writer.u8(isReady ? 1 : 0);
    writer.text(reason);
    this.#link.send(WorkerRecord.Ready);
  }
}

async function completeConfig(Class: ModelClass, { args }: WorkerStart): Promise<string | null> {
  if (Class.autoCompleteConfig === undefined) {
    return null;
  }
  const completed: unknown = await Class.autoCompleteConfig(new ConfigBuilder(args.modelConfig));
  if (!(completed instanceof ConfigBuilder)) {
    throw new TritonError(
      `autoCompleteConfig function in model '${args.modelName}' must return the ModelConfigBuilder that it was given.`,
    );
  }
  return JSON.stringify(completed.config);
}

assert(!isMainThread && parentPort !== null, "a model runs in a worker");
// What `ModelWorker` passes.
void new ModelWorkerProgram(workerData as WorkerStart, parentPort).run();
