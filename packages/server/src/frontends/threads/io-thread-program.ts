import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import type { ThreadChannels } from "./thread-channels.ts";
import {
  BELL,
  failureReasonOf,
  type MessageToCore,
  type MessageToThread,
  type ThreadEndpoint,
  type ThreadStart,
} from "./thread-messages.ts";

/** What the server of a thread works with. */
export interface ThreadContext {
  readonly channels: ThreadChannels;
  readonly settings: unknown;
  /** Wakes the core's side of the rings. */
  readonly ringBell: () => void;
  /** Reports a bug that has cost no more than one request. */
  readonly onFault: (text: string) => void;
}

/** What serves the connections of a thread. */
export interface ThreadServer {
  /** Listens together with the other threads; resolves with the port. */
  listen(endpoint: ThreadEndpoint): Promise<number>;
  onBell(): void;
  /** Answers what runs, and resolves when the last connection is closed. */
  close(): Promise<void>;
  /** Ends every connection at once. */
  destroy(): void;
}

/**
 * Runs an I/O thread: the whole program of its worker. The thread ends by itself when its server has been closed; an
 * error that nobody catches ends it too, and the core replaces it.
 */
export async function runIoThread(create: (context: ThreadContext) => ThreadServer): Promise<void> {
  const port = parentPort;
  assert(!isMainThread && port !== null, "an I/O thread is a worker");
  // What IoThread passes.
  const { channels, endpoint, settings } = workerData as ThreadStart;
  const send = (message: MessageToCore): void => port.postMessage(message);
  try {
    const server = create({
      channels,
      settings,
      ringBell: () => send(BELL),
      onFault: (text) => send({ type: "fault", text }),
    });
    port.on("message", (message: MessageToThread) => {
      if (message === BELL) {
        server.onBell();
      } else if (message === "close") {
        void server.close().then(() => port.close());
      } else {
        server.destroy();
      }
    });
    send({ type: "listening", port: await server.listen(endpoint) });
  } catch (error) {
    send({ type: "failed", reason: failureReasonOf(error) });
    port.close();
  }
}
