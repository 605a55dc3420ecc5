import { MessageChannel, Worker } from "node:worker_threads";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import { createRingMemory } from "../../threads/ring.ts";
import type { ContentReader } from "./wire/content-reader.ts";
import { RING_SIZE } from "./wire/records.ts";
import { ThreadLink } from "./wire/thread-link.ts";
import { BELL, type WorkerMessage, type WorkerStart } from "./worker/worker-start.ts";

/** What of a start the worker's owner decides. */
export type WorkerPurpose = Omit<
  WorkerStart,
  "inbound" | "outbound" | "ownBuffers" | "otherBuffers" | "begun"
>;

/** Whoever owns a worker. */
export interface ModelWorkerOwner {
  onRecord(kind: number, reader: ContentReader): void;
  /** The worker has read a buffer of the server's. */
  onRelease(index: number): void;
  /** Whether no answer is due. */
  readonly isIdle: boolean;
  /** It has ended, whoever wanted it; told once, after its last record. */
  onEnd(reason: TritonError): void;
}

/** What a worker works with. */
export interface ModelWorkerOptions {
  readonly start: WorkerPurpose;
  readonly owner: ModelWorkerOwner;
  readonly clock: Clock;
  /** MiB of JavaScript heap. */
  readonly heapSizeMbMax: number;
}

/**
 * Turns of the event loop in which an answer is looked for, after one in vain, before the worker has to ring a bell: none. They
 * would take the core that the worker needs to give it.
 */
const IDLE_TURNS_MAX = 0;

const IS_SOURCE: boolean = import.meta.url.endsWith(".ts");

/** What a model has said when it started. */
export interface StartedModel {
  readonly hasReadiness: boolean;
  /** JSON; null unless it was asked for and the model completes configurations. */
  readonly config: string | null;
  /** See `WorkerMessage`. */
  readonly clockOffsetNs: number;
}

/** A model failed to start: the message is an answer's, the stack the log's. */
export class ModelStartError extends TritonError {
  readonly workerStack: string;

  constructor(message: string, workerStack: string) {
    super(StatusCode.Internal, message);
    this.workerStack = workerStack;
  }
}

/** A thread that runs one instance of a model. An idle one keeps no process alive. */
export class ModelWorker {
  readonly link: ThreadLink;
  /** Rejects with a `ModelStartError` if the model does not start, or with the reason for the thread's end. */
  readonly started: Promise<StartedModel>;
  readonly #worker: Worker;
  readonly #owner: ModelWorkerOwner;
  readonly #starting = Promise.withResolvers<StartedModel>();
  readonly #begun = new Int32Array(new SharedArrayBuffer(4));
  #failure: TritonError | null = null;
  #hasEnded = false;

  constructor({ start, owner, clock, heapSizeMbMax }: ModelWorkerOptions) {
    const [toServer, toWorker] = [createRingMemory(RING_SIZE), createRingMemory(RING_SIZE)];
    const [serverBuffers, workerBuffers] = [new MessageChannel(), new MessageChannel()];
    for (const port of [serverBuffers.port1, serverBuffers.port2, workerBuffers.port1]) {
      // They are read when a buffer is asked for, and keep nobody alive.
      port.unref();
    }
    const data: WorkerStart = {
      ...start,
      inbound: toWorker,
      outbound: toServer,
      begun: this.#begun.buffer,
      ownBuffers: workerBuffers.port2,
      otherBuffers: serverBuffers.port2,
    };
    const program = `./worker/model-thread-worker.${IS_SOURCE ? "ts" : "js"}`;
    this.#owner = owner;
    this.started = this.#starting.promise;
    // It may fail before anybody waits.
    this.started.catch(() => {});
    this.#worker = new Worker(new URL(program, import.meta.url), {
      workerData: data,
      transferList: [data.ownBuffers, data.otherBuffers],
      execArgv: IS_SOURCE ? ["--conditions=@nereid/source"] : [],
      name: start.args.instanceName,
      resourceLimits: { maxOldGenerationSizeMb: heapSizeMbMax },
    });
    this.link = new ThreadLink({
      channels: {
        inbound: toServer,
        outbound: toWorker,
        ownBuffers: serverBuffers.port1,
        otherBuffers: workerBuffers.port1,
      },
      clock,
      ringBell: () => this.#worker.postMessage(BELL),
      onRecord: (kind, reader) => owner.onRecord(kind, reader),
      onRelease: (index) => owner.onRelease(index),
      onFailure: (error) => this.#fail(error),
      idleTurnsMax: IDLE_TURNS_MAX,
      isIdle: () => owner.isIdle,
    });
    this.#worker.on("message", (message: WorkerMessage) => this.#onMessage(message));
    this.#worker.on("error", (error: unknown) => this.#noteFailure(error));
    this.#worker.on("exit", (code) => this.#exited(code));
    this.#worker.unref();
  }

  /** The number of the batch that it began last. */
  get begunBatch(): number {
    return Atomics.load(this.#begun, 0);
  }

  /** Ends the thread, whatever it does. `onEnd` follows. */
  terminate(reason: TritonError): void {
    this.#failure ??= reason;
    void this.#worker.terminate();
  }

  /** What the worker waits for, or is waited for, keeps the process alive. */
  setBusy(isBusy: boolean): void {
    if (isBusy) {
      this.#worker.ref();
    } else {
      this.#worker.unref();
    }
  }

  #onMessage(message: WorkerMessage): void {
    if (message === BELL) {
      this.link.onBell();
      return;
    }
    switch (message.type) {
      case "started":
        this.#starting.resolve(message);
        break;
      case "failed":
        this.#starting.reject(new ModelStartError(message.message, message.stack));
    }
  }

  #noteFailure(error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#failure ??= new TritonError(StatusCode.Internal, text, { cause: error });
  }

  #fail(error: unknown): void {
    this.#noteFailure(error);
    void this.#worker.terminate();
  }

  #exited(code: number): void {
    if (this.#hasEnded) {
      return;
    }
    this.#hasEnded = true;
    this.link.finish();
    const reason =
      this.#failure ??
      new TritonError(StatusCode.Internal, `the model's thread ended with exit code ${code}`);
    this.#starting.reject(reason);
    this.#owner.onEnd(reason);
  }
}
