export { splitBatch, stackBatch } from "./backends/typescript/api/batch-rows.ts";
export {
  type Host,
  type HostRequest,
  type HostResponse,
  host,
  type LoadOptions,
} from "./backends/typescript/api/host.ts";
export type {
  InferenceRequest,
  ResponseSender,
} from "./backends/typescript/api/inference-request.ts";
export type {
  InferenceResponse,
  ResponseParameter,
} from "./backends/typescript/api/inference-response.ts";
export { logger, type ModelLogger } from "./backends/typescript/api/logger.ts";
export {
  createMetricFamily,
  type Metric,
  type MetricFamily,
  type MetricFamilyDefinition,
} from "./backends/typescript/api/metric-family.ts";
export type {
  ExecuteResult,
  Model,
  ModelArguments,
  ModelClass,
} from "./backends/typescript/api/model.ts";
export type {
  ModelConfigBuilder,
  ModelConfigJson,
  TensorConfig,
  TensorConfigJson,
} from "./backends/typescript/api/model-config-builder.ts";
export { type ErrorCode, TritonError } from "./backends/typescript/api/model-error.ts";
export { Tensor, type TensorData } from "./backends/typescript/api/tensor.ts";
