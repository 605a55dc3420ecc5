import { describeError } from "./failure-text.ts";
import type { ServiceStarters } from "./service.ts";

/** The front ends of this package. They and what they need are loaded when they start. */
export const frontendStarters: ServiceStarters = {
  async startGrpc(server, options) {
    const { startGrpcService } = await import("../frontends/grpc/start-grpc-service.ts");
    return startGrpcService(server, options.grpc);
  },
  async startHttp(server, options) {
    const { startHttpService } = await import("../frontends/http/start-http-service.ts");
    return startHttpService(server, options.http);
  },
  async startMetrics(server, options) {
    const { startMetricsService } = await import("../frontends/metrics/start-metrics-service.ts");
    const families = (): ReturnType<typeof server.metricFamilies> => server.metricFamilies();
    return startMetricsService(families, options.metrics, (error) => {
      server.log.error(`metrics request failed: ${describeError(error)}`);
    });
  },
};
