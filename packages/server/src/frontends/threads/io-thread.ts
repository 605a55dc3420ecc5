import { Worker } from "node:worker_threads";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import { createThreadChannels, type ThreadChannels } from "./thread-channels.ts";
import { DESTROY_GRACE_MS } from "./thread-limits.ts";
import {
  BELL,
  errorFromReason,
  type MessageToCore,
  type MessageToThread,
  type ThreadEndpoint,
  type ThreadStart,
} from "./thread-messages.ts";

/** The core's side of a thread's requests. */
export interface ThreadLink {
  onBell(): void;
  /** The thread has ended, and its connections with it: reads what is left, and gives the running requests up. */
  abandon(): void;
}

/** What a link is made with. */
export interface ThreadLinkContext {
  readonly channels: ThreadChannels;
  readonly ringBell: () => void;
  /** The rings cannot be trusted any more: ends the thread. */
  readonly onFailure: (error: unknown) => void;
}

/** What an I/O thread is made with. */
export interface IoThreadOptions {
  /** The worker's program, which calls `runIoThread`. */
  readonly program: URL;
  readonly settings: unknown;
  readonly clock: Clock;
  readonly createLink: (context: ThreadLinkContext) => ThreadLink;
  /** Told of bugs: what cost a request, and what ended the thread. */
  readonly onFault: (text: string) => void;
}

const IS_SOURCE: boolean = import.meta.url.endsWith(".ts");

/**
 * One worker thread that holds connections, and its link. It keeps the process alive until it has ended.
 *
 * Its heap has no limit of its own: what its clients can make it hold is limited by the front end.
 */
export class IoThread {
  /** Resolves when the thread has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #link: ThreadLink;
  readonly #options: IoThreadOptions;
  readonly #connectionCount: Int32Array;
  readonly #listening = Promise.withResolvers<number>();
  #isEnded = false;

  private constructor(options: IoThreadOptions, endpoint: ThreadEndpoint) {
    this.#options = options;
    const { core, thread } = createThreadChannels();
    this.#connectionCount = core.connectionCount;
    const start: ThreadStart = { channels: thread, endpoint, settings: options.settings };
    const worker = new Worker(options.program, {
      workerData: start,
      transferList: [thread.bodyPort, thread.answerPort],
      // The process's own options are for its main thread: inspectors, loaders, heap limits.
      execArgv: IS_SOURCE ? ["--conditions=@nereid/source"] : [],
    });
    this.#worker = worker;
    this.#link = options.createLink({
      channels: core,
      ringBell: () => worker.postMessage(BELL),
      onFailure: (error) => this.#fail(error),
    });
    worker.on("message", (message: MessageToCore) => this.#onMessage(message));
    worker.on("error", (error: unknown) => this.#fail(error));
    this.ended = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#exited(core);
        resolve();
      });
    });
  }

  /**
   * Starts a thread and waits until it listens; resolves with it and the port in use.
   *
   * Rejects with the error of the thread's server, system errors with their `code` and `syscall`.
   */
  static async start(
    options: IoThreadOptions,
    endpoint: ThreadEndpoint,
  ): Promise<{ thread: IoThread; port: number }> {
    const thread = new IoThread(options, endpoint);
    return { thread, port: await thread.#listening.promise };
  }

  /** Connections that are open on the thread now. */
  get connectionCount(): number {
    return Atomics.load(this.#connectionCount, 0);
  }

  /** Lets running requests end, closes the connections and ends. */
  close(): void {
    this.#send("close");
  }

  /** Ends every connection, and the thread with them. */
  destroy(): void {
    this.#send("close");
    this.#send("destroy");
    const cancel = this.#options.clock.setTimer(DESTROY_GRACE_MS, () => this.#terminate());
    void this.ended.then(cancel);
  }

  #send(message: MessageToThread): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: MessageToCore): void {
    if (message === BELL) {
      this.#link.onBell();
      return;
    }
    switch (message.type) {
      case "listening":
        this.#listening.resolve(message.port);
        break;
      case "failed":
        this.#listening.reject(errorFromReason(message.reason));
        break;
      case "fault":
        this.#options.onFault(message.text);
        break;
    }
  }

  /** The thread's own error, which ends it, or one that makes it useless. */
  #fail(error: unknown): void {
    if (!this.#isEnded) {
      this.#options.onFault(
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      this.#terminate();
    }
  }

  #terminate(): void {
    void this.#worker.terminate();
  }

  #exited({ bodyPort, answerPort, connectionCount }: ThreadChannels): void {
    this.#isEnded = true;
    Atomics.store(connectionCount, 0, 0);
    this.#link.abandon();
    bodyPort.close();
    answerPort.close();
    // Without effect if it has listened.
    this.#listening.reject(
      new TritonError(StatusCode.Internal, "an I/O thread ended before it listened"),
    );
  }
}
