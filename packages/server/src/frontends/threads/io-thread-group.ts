import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Logger } from "../../base/logger.ts";
import { IoThread, type IoThreadOptions } from "./io-thread.ts";
import { LASTING_MS, RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_MIN } from "./thread-limits.ts";
import type { ThreadEndpoint } from "./thread-messages.ts";

/** What a group of threads is made with. */
export interface IoThreadGroupOptions extends Omit<IoThreadOptions, "onFault"> {
  /** The front end's name in the log. */
  readonly name: string;
  readonly threadCount: number;
  readonly endpoint: ThreadEndpoint;
  /** Whether other processes may listen on the port too. */
  readonly reusePort: boolean;
  readonly log: Logger;
}

/**
 * The threads that hold the connections of one front end. All listen on one port (SO_REUSEPORT), and the system spreads
 * new connections over them by the client's address and port: evenly where there are many. One that ends unexpectedly is
 * replaced; its connections end with it, and no others.
 *
 * Nobody but this group may listen on the port unless that is asked for: with SO_REUSEPORT the system itself does not
 * refuse a second server of the same user, so the group first makes sure that it could listen without.
 */
export class IoThreadGroup {
  readonly port: number;
  readonly #options: IoThreadGroupOptions;
  readonly #threadOptions: IoThreadOptions;
  readonly #threads = new Set<IoThread>();
  readonly #cancelRestarts = new Set<() => void>();
  #isClosing = false;
  /** Threads in a row that have not lasted. */
  #failureCount = 0;

  private constructor(options: IoThreadGroupOptions, threadOptions: IoThreadOptions, port: number) {
    this.#options = options;
    this.#threadOptions = threadOptions;
    this.port = port;
  }

  /** Starts the threads. Rejects with the first error of one, or with the system's if the port is taken; none is left then. */
  static async start(options: IoThreadGroupOptions): Promise<IoThreadGroup> {
    const { endpoint, name, log } = options;
    if (!options.reusePort && endpoint.port !== 0) {
      await listenOnce(endpoint);
    }
    const threadOptions: IoThreadOptions = {
      ...options,
      onFault: (text) => log.error(`${name} thread: ${text}`),
    };
    const first = await IoThread.start(threadOptions, endpoint);
    const group = new IoThreadGroup(options, threadOptions, first.port);
    group.#watch(first.thread);
    try {
      const others = Array.from({ length: options.threadCount - 1 }, () => group.#add());
      await Promise.all(others);
    } catch (error) {
      group.destroy();
      await group.close();
      throw error;
    }
    return group;
  }

  /** Threads that run now. */
  get threadCount(): number {
    return this.#threads.size;
  }

  get connectionCount(): number {
    let count = 0;
    for (const thread of this.#threads) {
      count += thread.connectionCount;
    }
    return count;
  }

  /** Takes no new connection, lets running requests end, and resolves when the last thread has ended. Idempotent. */
  async close(): Promise<void> {
    this.#beginClosing();
    const threads = [...this.#threads];
    for (const thread of threads) {
      thread.close();
    }
    await Promise.all(threads.map(({ ended }) => ended));
  }

  /** Ends every connection at once; also completes a pending `close`. */
  destroy(): void {
    this.#beginClosing();
    for (const thread of this.#threads) {
      thread.destroy();
    }
  }

  #beginClosing(): void {
    this.#isClosing = true;
    for (const cancel of this.#cancelRestarts) {
      cancel();
    }
    this.#cancelRestarts.clear();
  }

  async #add(): Promise<void> {
    const endpoint = { ...this.#options.endpoint, port: this.port };
    const { thread } = await IoThread.start(this.#threadOptions, endpoint);
    this.#watch(thread);
  }

  #watch(thread: IoThread): void {
    const { clock, log, name } = this.#options;
    const startNs = clock.nowNs();
    this.#threads.add(thread);
    void thread.ended.then(() => {
      this.#threads.delete(thread);
      if (!this.#isClosing) {
        log.error(`an ${name} thread has ended, and its connections with it; starting another`);
        const hasLasted = clock.nowNs() - startNs >= LASTING_MS * 1e6;
        this.#failureCount = hasLasted ? 0 : this.#failureCount;
        this.#restartLater();
      }
    });
    if (this.#isClosing) {
      thread.destroy();
    }
  }

  #restartLater(): void {
    const delayMs = Math.min(RESTART_DELAY_MS_MIN * 2 ** this.#failureCount, RESTART_DELAY_MS_MAX);
    this.#failureCount++;
    const cancel = this.#options.clock.setTimer(delayMs, () => {
      this.#cancelRestarts.delete(cancel);
      this.#add().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.error(`cannot start an ${this.#options.name} thread: ${reason}`);
        if (!this.#isClosing) {
          this.#restartLater();
        }
      });
    });
    this.#cancelRestarts.add(cancel);
  }
}

/**
 * Listens without SO_REUSEPORT for a moment, which fails if anybody else listens.
 *
 * Rejects with the system's error.
 */
async function listenOnce({ address, port }: ThreadEndpoint): Promise<AddressInfo | string | null> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: address, port, exclusive: true });
  await once(server, "listening");
  const bound = server.address();
  server.close();
  await once(server, "close");
  return bound;
}
