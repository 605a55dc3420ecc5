export { type Clock, systemClock } from "./base/clock.ts";
export type { LogFormat, LogSettings } from "./base/log-settings.ts";
export { type Logger, nullLogger } from "./base/logger.ts";
export {
  type CompiledServerOptions,
  type HttpOptions,
  type LogOptions,
  type MetricsOptions,
  type ModelControlMode,
  type RestrictedApi,
  type RestrictedApiGroup,
  type ServerOptions,
  type TlsOptions,
  TRITON_VERSION,
} from "./config/server-options.ts";
export type {
  InProcessData,
  InProcessInput,
  InProcessOutput,
  InProcessRequest,
  InProcessResponse,
} from "./engine/in-process.ts";
export { InferenceServer, type InferenceServerParts } from "./engine/inference-server.ts";
export type { ModelIndexEntry } from "./engine/server-facade.ts";
export type { LoadParameters } from "./model/model-host.ts";
