import type { Clock } from "../../../base/clock.ts";
import { BodySlab } from "../../socket/body-memory.ts";
import { type BufferPool, unpooledBuffers } from "../../socket/buffer-pool.ts";
import { OutputArena } from "../../socket/output-arena.ts";
import type { CoarseTime } from "../../socket/sweeper.ts";
import { CurrentMessage } from "./current-message.ts";
import { FlushList } from "./flush-list.ts";
import { encodeHeaderBlock } from "./header-block.ts";
import type { Flushable, Http2Context } from "./http2-context.ts";
import { type Http2Limits, http2LimitsDefault } from "./http2-limits.ts";
import type { Http2Refusals, Http2ServerOptions } from "./http2-server.ts";
import type { Http2StreamHandler } from "./http2-stream.ts";
import { type KeepalivePolicy, keepalivePolicyDefault } from "./keepalive-policy.ts";

const REFUSALS_DEFAULT: Http2Refusals = {
  headTooLarge: encodeHeaderBlock([[":status", "431"]]),
  handlerFailed: encodeHeaderBlock([[":status", "500"]]),
};

const NS_PER_MS = 1e6;

/** What the connections of one server share, made from its options. */
export class ServerContext implements Http2Context {
  readonly limits: Http2Limits;
  readonly keepalive: KeepalivePolicy;
  readonly handler: Http2StreamHandler;
  readonly refusals: Http2Refusals;
  readonly onHandlerError: (error: unknown) => void;
  readonly pool: BufferPool;
  readonly arena: OutputArena = new OutputArena();
  readonly message: CurrentMessage;
  streamCount = 0;
  readonly #clock: Clock;
  readonly #time: CoarseTime;
  readonly #soon: FlushList;
  readonly #later: FlushList;

  constructor(
    handler: Http2StreamHandler,
    options: Http2ServerOptions,
    clock: Clock,
    time: CoarseTime,
  ) {
    this.limits = { ...http2LimitsDefault, ...options.limits };
    this.keepalive = { ...keepalivePolicyDefault, ...options.keepalive };
    this.handler = handler;
    this.refusals = { ...REFUSALS_DEFAULT, ...options.refusals };
    this.onHandlerError = options.onHandlerError ?? (() => {});
    this.pool = options.pool ?? unpooledBuffers;
    this.message = new CurrentMessage(new BodySlab(), this.pool);
    this.#clock = clock;
    this.#time = time;
    this.#soon = new FlushList((callback) => queueMicrotask(callback));
    this.#later = new FlushList((callback) => setImmediate(callback));
  }

  get nowMs(): number {
    return this.#time.nowMs;
  }

  exactNowMs(): number {
    return this.#clock.nowNs() / NS_PER_MS;
  }

  flushSoon(connection: Flushable): void {
    this.#soon.add(connection);
  }

  flushLater(connection: Flushable): void {
    this.#later.add(connection);
  }
}
