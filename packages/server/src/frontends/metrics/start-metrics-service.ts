import type { MetricsOptions } from "../../config/server-options.ts";
import type { MetricFamily } from "../../metrics/exposition.ts";
import type { HttpService } from "../http/start-http-service.ts";
import { createWireServer } from "../http/wire/wire-server.ts";
import { unpooledBuffers } from "../socket/buffer-pool.ts";
import { MetricsFrontend } from "./metrics-frontend.ts";

/**
 * Serves /metrics on its own port.
 *
 * Rejects with the system's error if it cannot listen.
 *
 * @param onError told of failures inside a scrape, which are bugs
 */
export async function startMetricsService(
  families: () => readonly MetricFamily[],
  options: MetricsOptions,
  onError: (error: unknown) => void,
): Promise<HttpService> {
  const frontend = new MetricsFrontend(families);
  const wire = createWireServer(frontend.onHead, {
    pool: unpooledBuffers,
    tls: null,
    onHandlerError: onError,
  });
  const { address, port } = options;
  const bound = await wire.listen({ address, port, reusePort: false });
  return {
    port: bound.port,
    connectionCount: () => wire.counts.connections,
    close: () => wire.close(),
    destroy: () => {
      wire.destroy();
    },
  };
}
