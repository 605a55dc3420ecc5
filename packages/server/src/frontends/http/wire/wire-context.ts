import type { BodySlab } from "../../socket/body-memory.ts";
import type { BufferPool } from "../../socket/buffer-pool.ts";
import type { OutputArena } from "../../socket/output-arena.ts";
import type { HeadCache } from "./head-cache.ts";
import type { HeadScan } from "./head-scan.ts";
import type { HttpHeadHandler } from "./http-exchange.ts";
import type { WireLimits } from "./wire-limits.ts";

/** What the connections of one server share. */
export interface WireContext {
  readonly limits: WireLimits;
  readonly onHead: HttpHeadHandler;
  /** Told of what handlers and listeners throw, which is a bug above; the exchange is answered with 500 if it is open. */
  readonly onHandlerError: (error: unknown) => void;
  readonly pool: BufferPool;
  readonly bodySlab: BodySlab;
  readonly arena: OutputArena;
  readonly heads: HeadCache;
  /** Scans heads that come whole; a connection that keeps it for an incomplete head replaces it here. */
  headScan: HeadScan;
  /** The clock as of the last sweep, in milliseconds. */
  readonly nowMs: number;
  /** Requests whose answer has not left. */
  exchangeCount: number;
  /** Whether no connection begins another request for the time being. */
  isHeld: boolean;
  /** Whether connections end with their present exchanges. */
  isClosing: boolean;
}
