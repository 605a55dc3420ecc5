import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import { stackOf } from "../../../base/stack-of.ts";
import type { HttpOptions } from "../../../config/server-options.ts";
import type { SocketTlsOptions } from "../../socket/listen-options.ts";
import { IoThreadGroup } from "../../threads/io-thread-group.ts";
import { IDLE_BYTES_MAX } from "../../threads/thread-limits.ts";
import type { HttpHeadHandler } from "../wire/http-exchange.ts";
import { type WireLimits, wireLimitsDefault } from "../wire/wire-limits.ts";
import type { HttpThreadSettings } from "./http-io-thread.ts";
import { HttpThreadLink } from "./http-thread-link.ts";

/** What the threads serve. */
export interface HttpThreadsOptions {
  readonly http: HttpOptions;
  readonly threadCount: number;
  readonly tls: SocketTlsOptions | null;
  /** Called on the core's thread, as it would be by a wire there. */
  readonly onHead: HttpHeadHandler;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<WireLimits>;
  /** The worker's program, for tests. */
  readonly program?: URL;
}

const WORKER = import.meta.url.endsWith(".ts")
  ? "./http-thread-worker.ts"
  : "./http-thread-worker.js";

/** Starts threads that hold the connections of the HTTP front end. Rejects as `IoThreadGroup.start` does. */
export function startHttpThreads(options: HttpThreadsOptions): Promise<IoThreadGroup> {
  const { http, threadCount, tls, onHead, clock, log, program, limits = {} } = options;
  const connectionCountMax = limits.connectionCountMax ?? wireLimitsDefault.connectionCountMax;
  const idleBytesMax = Math.floor(IDLE_BYTES_MAX / threadCount);
  const settings: HttpThreadSettings = {
    tls,
    limits: { ...limits, connectionCountMax: Math.ceil(connectionCountMax / threadCount) },
    restrictedApis: http.restrictedApis,
    maxInputSizeBytes: http.maxInputSizeBytes,
    idleBytesMax,
  };
  const onHandlerError = (error: unknown): void => {
    log.error(`HTTP request failed: ${stackOf(error)}`);
  };
  return IoThreadGroup.start({
    name: "HTTP",
    threadCount,
    endpoint: { address: http.address, port: http.port },
    reusePort: http.reusePort,
    program: program ?? new URL(WORKER, import.meta.url),
    settings,
    clock,
    log,
    createLink: (context) =>
      new HttpThreadLink(context, { clock, onHead, onHandlerError, idleBytesMax }),
  });
}
