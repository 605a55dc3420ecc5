import { stackOf } from "../../base/stack-of.ts";
import type { HttpOptions } from "../../config/server-options.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { readTlsFiles } from "../semantics/tls-files.ts";
import { BodyPool } from "../socket/body-pool.ts";
import type { SocketTlsOptions } from "../socket/listen-options.ts";
import { HttpFrontend } from "./http-frontend.ts";
import { httpThreadCount } from "./http-thread-count.ts";
import type { HttpHeadHandler } from "./wire/http-exchange.ts";
import { createWireServer } from "./wire/wire-server.ts";

/** A front end that listens. */
export interface HttpService {
  readonly port: number;
  connectionCount(): number;
  close(): Promise<void>;
  destroy(): void;
}

/**
 * Serves the REST protocol on one port.
 *
 * Rejects with the system's error if it cannot listen, with a TritonError about its options or the files they name.
 */
export async function startHttpService(
  server: ServerFacade,
  options: HttpOptions,
): Promise<HttpService> {
  const { onHead } = new HttpFrontend(server, options);
  const tls = options.tls === null ? null : await readTlsFiles(options.tls, "HTTP");
  const threadCount = httpThreadCount(options.threadCount);
  return threadCount === 0
    ? serveHere(server, options, onHead, tls)
    : serveOnThreads(server, options, onHead, tls, threadCount);
}

async function serveHere(
  server: ServerFacade,
  { address, port, reusePort }: HttpOptions,
  onHead: HttpHeadHandler,
  tls: SocketTlsOptions | null,
): Promise<HttpService> {
  const wire = createWireServer(onHead, {
    pool: new BodyPool(),
    tls,
    onHandlerError: (error) => {
      server.log.error(`HTTP request failed: ${stackOf(error)}`);
    },
  });
  const bound = await wire.listen({ address, port, reusePort });
  return {
    port: bound.port,
    connectionCount: () => wire.counts.connections,
    close: () => wire.close(),
    destroy: () => {
      wire.destroy();
    },
  };
}

async function serveOnThreads(
  { clock, log }: ServerFacade,
  http: HttpOptions,
  onHead: HttpHeadHandler,
  tls: SocketTlsOptions | null,
  threadCount: number,
): Promise<HttpService> {
  const { startHttpThreads } = await import("./threads/start-http-threads.ts");
  const threads = await startHttpThreads({ http, threadCount, tls, onHead, clock, log });
  return {
    port: threads.port,
    connectionCount: () => threads.connectionCount,
    close: () => threads.close(),
    destroy: () => {
      threads.destroy();
    },
  };
}
