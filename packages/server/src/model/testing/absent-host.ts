import { StatusCode, TritonError } from "@nereid/protocol";
import type { CustomMetrics } from "../custom-metrics.ts";
import type { ModelHost } from "../model-host.ts";
import { WaitGraph } from "../wait-graph.ts";

/** A server without any model, for backends that call none. */
export const ABSENT_HOST: ModelHost = {
  waits: new WaitGraph(),
  getModel(name) {
    throw new TritonError(StatusCode.NotFound, `Request for unknown model: '${name}' is not found`);
  },
  isModelReady: () => false,
  loadModel: () => Promise.reject(new TritonError(StatusCode.Unavailable, "no models")),
  unloadModel: () => Promise.reject(new TritonError(StatusCode.Unavailable, "no models")),
};

/** For backends whose models count nothing. */
export const NO_METRICS: CustomMetrics = {
  openScope() {
    throw new TritonError(StatusCode.Unsupported, "metrics not supported");
  },
};
