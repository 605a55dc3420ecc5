import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { OutputArena } from "../../socket/output-arena.ts";
import type { CurrentMessage } from "./current-message.ts";
import type { Http2Limits } from "./http2-limits.ts";
import type { Http2Refusals } from "./http2-server.ts";
import type { Http2StreamHandler } from "./http2-stream.ts";
import type { KeepalivePolicy } from "./keepalive-policy.ts";

/** Something whose output waits to be handed to its socket. */
export interface Flushable {
  flush(): void;
}

/** What the connections of one server share. */
export interface Http2Context {
  readonly limits: Http2Limits;
  readonly keepalive: KeepalivePolicy;
  readonly handler: Http2StreamHandler;
  readonly refusals: Http2Refusals;
  /** Told of what handlers and receivers throw, which is a bug above. */
  readonly onHandlerError: (error: unknown) => void;
  readonly pool: BufferPool;
  readonly arena: OutputArena;
  readonly message: CurrentMessage;
  /** The clock as of the last sweep, in milliseconds. */
  readonly nowMs: number;
  /** Streams whose answer has not fully left. */
  streamCount: number;
  /** The clock at this moment, in milliseconds. */
  exactNowMs(): number;
  /** Has `flush` called when what runs at present has ended. */
  flushSoon(connection: Flushable): void;
  /** Has `flush` called after other connections had a turn. */
  flushLater(connection: Flushable): void;
}
