import assert from "node:assert/strict";
import { systemClock } from "../../../../base/clock.ts";
import type { SocketTlsOptions } from "../../../socket/listen-options.ts";
import { createThreadChannels } from "../../../threads/thread-channels.ts";
import type { HttpHeadHandler } from "../../wire/http-exchange.ts";
import type { WireLimits } from "../../wire/wire-limits.ts";
import { HttpIoThread } from "../http-io-thread.ts";
import { HttpThreadLink } from "../http-thread-link.ts";

/** Turns of the event loop after which what should have happened has not. */
const TURNS_MAX = 20_000;

/** What a local thread may be made with. */
export interface LocalHttpThreadOptions {
  readonly limits?: Partial<WireLimits>;
  readonly tls?: SocketTlsOptions | null;
  /** Bytes of body that the thread takes. */
  readonly bodySizeMax?: number;
}

/** An HTTP thread and its link in one thread of the process, so that a test sees into both. */
export class LocalHttpThread {
  readonly thread: HttpIoThread;
  readonly link: HttpThreadLink;
  readonly errors: unknown[] = [];
  port = 0;

  private constructor(onHead: HttpHeadHandler, options: LocalHttpThreadOptions) {
    const { core, thread } = createThreadChannels();
    const idleBytesMax = 1 << 24;
    const onFailure = (error: unknown): void => {
      this.errors.push(error);
    };
    this.link = new HttpThreadLink(
      { channels: core, ringBell: () => setImmediate(() => this.thread.onBell()), onFailure },
      { clock: systemClock, onHead, onHandlerError: onFailure, idleBytesMax },
    );
    const { limits = {}, tls = null, bodySizeMax = 1 << 30 } = options;
    const settings = { tls, limits, idleBytesMax, restrictedApis: [], maxInputSizeBytes: 0 };
    this.thread = new HttpIoThread(
      {
        channels: thread,
        settings,
        ringBell: () => setImmediate(() => this.link.onBell()),
        onFault: onFailure,
      },
      settings,
      { sizeMaxOf: () => bodySizeMax },
    );
  }

  static async start(
    onHead: HttpHeadHandler,
    options: LocalHttpThreadOptions = {},
  ): Promise<LocalHttpThread> {
    const local = new LocalHttpThread(onHead, options);
    local.port = await local.thread.listen({ address: "127.0.0.1", port: 0 });
    return local;
  }

  /** Waits until nothing runs, and checks that all memory has come back and nothing went wrong. */
  async comesToRest(): Promise<void> {
    await turnsUntil(
      () =>
        this.thread.requestCount === 0 &&
        this.link.exchangeCount === 0 &&
        this.thread.bodyBufferCount === 0 &&
        this.link.answerBufferCount === 0,
    );
    assert.deepEqual(this.errors, []);
    assert.deepEqual(
      [
        this.thread.requestCount,
        this.link.exchangeCount,
        this.thread.bodyBufferCount,
        this.link.answerBufferCount,
      ],
      [0, 0, 0, 0],
    );
  }
}

/** Lets the event loop turn until the condition holds, or for so long that it never will. */
export async function turnsUntil(condition: () => boolean): Promise<void> {
  for (let count = 0; count < TURNS_MAX && !condition(); count++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
