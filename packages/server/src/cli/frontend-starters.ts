import type { TlsOptions } from "../config/server-options.ts";
import type { HttpFrontend } from "../frontends/http/http-frontend.ts";
import type { WireServer } from "../frontends/http/wire/wire-server.ts";
import type { Service, ServiceStarters } from "./service.ts";

/** Makes the HTTP server under a front end; it does not listen yet. */
export type CreateWireServer = (
  onHead: HttpFrontend["onHead"],
  options: { readonly tls: TlsOptions | null },
) => WireServer | Promise<WireServer>;

/** The front ends of this package over a wire server. They and what they need are loaded when they start. */
export function createFrontendStarters(createWireServer: CreateWireServer): ServiceStarters {
  return {
    async startHttp(server, { http }) {
      const { HttpFrontend } = await import("../frontends/http/http-frontend.ts");
      const frontend = new HttpFrontend(server, http);
      return listen(await createWireServer(frontend.onHead, { tls: http.tls }), http);
    },
    async startMetrics(server, { metrics }) {
      const { MetricsFrontend } = await import("../frontends/metrics/metrics-frontend.ts");
      const frontend = new MetricsFrontend(() => server.metricsSources());
      const wire = await createWireServer(frontend.onHead, { tls: null });
      return listen(wire, { ...metrics, reusePort: false });
    },
  };
}

async function listen(
  wire: WireServer,
  { address, port, reusePort }: Parameters<WireServer["listen"]>[0],
): Promise<Service> {
  const inUse = await wire.listen({ address, port, reusePort });
  return {
    port: inUse.port,
    connectionCount: () => wire.counts.connections,
    close: () => wire.close(),
    destroy: () => {
      wire.destroy();
    },
  };
}
