export { Health } from "./gen/grpc/health/v1/health_pb.ts";
export { ServerReflection } from "./gen/grpc/reflection/v1/reflection_pb.ts";
export { ServerReflection as ServerReflectionAlpha } from "./gen/grpc/reflection/v1alpha/reflection_pb.ts";
export { GRPCInferenceService } from "./gen/inference/grpc_service_pb.ts";
export type {
  BatchInput,
  BatchOutput,
  ModelConfig,
  ModelDynamicBatching,
  ModelEnsembling,
  ModelEnsembling_Step,
  ModelInput,
  ModelInstanceGroup,
  ModelMetrics,
  ModelOptimizationPolicy,
  ModelOptimizationPolicy_ExecutionAccelerators_Accelerator,
  ModelOutput,
  ModelParameter,
  ModelQueuePolicy,
  ModelRateLimiter,
  ModelRepositoryAgents_Agent,
  ModelSequenceBatching,
  ModelSequenceBatching_Control,
  ModelSequenceBatching_ControlInput,
  ModelSequenceBatching_InitialState,
  ModelSequenceBatching_State,
  ModelSequenceBatching_StrategyOldest,
  ModelTensorReshape,
  ModelVersionPolicy,
  ModelWarmup,
  ModelWarmup_Input,
} from "./gen/inference/model_config_pb.ts";
export {
  BatchInput_Kind,
  BatchOutput_Kind,
  DataType,
  ModelConfigSchema,
  ModelInput_Format,
  ModelInstanceGroup_Kind,
  ModelInstanceGroup_SecondaryDevice_SecondaryDeviceKind,
  ModelOptimizationPolicy_ModelPriority,
  ModelQueuePolicy_TimeoutAction,
  ModelSequenceBatching_Control_Kind,
} from "./gen/inference/model_config_pb.ts";
export { decodeModelInferRequest } from "./grpc/decode-model-infer-request.ts";
export {
  type ClientStreamResponse,
  decodeModelInferResponse,
  decodeModelStreamInferResponse,
} from "./grpc/decode-model-infer-response.ts";
export {
  DecodedGrpcInferRequest,
  GrpcInferInput,
  GrpcParameter,
  GrpcParameterKind,
  type GrpcParameters,
  GrpcRequestedOutput,
} from "./grpc/decoded-grpc-infer-request.ts";
export {
  encodeModelInferRequest,
  type GrpcClientInferRequest,
  type GrpcClientInput,
  type GrpcClientOutput,
} from "./grpc/encode-model-infer-request.ts";
export {
  type EncodedInferResponse,
  encodeModelInferResponse,
  encodeModelStreamInferResponse,
} from "./grpc/encode-model-infer-response.ts";
export {
  encodeEmptyFinalResponse,
  encodeStreamError,
  type StreamErrorSubject,
} from "./grpc/encode-stream-messages.ts";
export { GrpcResponseTemplate } from "./grpc/grpc-response-template.ts";
export { inferRequestFromGrpc, type RegionCheck } from "./grpc/infer-request-from-grpc.ts";
export { TensorContents } from "./grpc/tensor-contents.ts";
export { WireFormatError } from "./grpc/wire-format-error.ts";
export { DescriptorIndex } from "./grpc-services/descriptor-index.ts";
export type { GrpcMethod, GrpcMethods } from "./grpc-services/grpc-method.ts";
export {
  healthMethods,
  inferenceMethods,
  reflectionMethods,
  reflectionV1AlphaMethods,
  ServingStatus,
} from "./grpc-services/services.ts";
export {
  dataTypeFromDatatype,
  dataTypeName,
  datatypeFromDataType,
} from "./model-config/data-type.ts";
export {
  cloneModelConfig,
  createModelConfig,
  type ModelConfigInit,
} from "./model-config/model-config.ts";
export { modelConfigToJson, parseModelConfigJson } from "./model-config/model-config-json.ts";
export { formatModelConfigText, parseModelConfigText } from "./model-config/model-config-text.ts";
export {
  TextFormatError,
  type TextFormatProblem,
} from "./model-config/text-format/text-format-error.ts";
export { ByteWriter } from "./rest/byte-writer.ts";
export { decodeInferRequest } from "./rest/decode-infer-request.ts";
export {
  type ClientInferResponse,
  type ClientOutputTensor,
  decodeInferResponse,
} from "./rest/decode-infer-response.ts";
export {
  DecodedInferRequest,
  DecodedInput,
  type ParameterValue,
  RequestedOutput,
  SharedMemoryReference,
  type WireDatatype,
} from "./rest/decoded-infer-request.ts";
export {
  type ClientInferRequest,
  type ClientInput,
  type ClientOutput,
  type EncodedInferRequest,
  encodeInferRequest,
} from "./rest/encode-infer-request.ts";
export {
  encodeInferResponse,
  type ResponseContent,
  type ResponseTensor,
} from "./rest/encode-infer-response.ts";
export { encodeErrorBody } from "./rest/error-body.ts";
export {
  decodeGenerateRequest,
  type GenerateInput,
  type GenerateModel,
  type GenerateModelInput,
  type GenerateRequest,
} from "./rest/generate-request.ts";
export { encodeGenerateResponse, type GenerateResponseHead } from "./rest/generate-response.ts";
export type { InferRequestContext } from "./rest/infer-request-context.ts";
export { InferRequestDecoder } from "./rest/infer-request-decoder.ts";
export {
  type InferResponseModel,
  InferResponseTemplate,
} from "./rest/infer-response-template.ts";
export { parseInferenceHeaderLength } from "./rest/inference-header-length.ts";
export {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonDocument,
} from "./rest/json-document.ts";
export type {
  ModelMetadata,
  ServerMetadata,
  TensorMetadata,
} from "./rest/metadata.ts";
export { type RawInputModel, resolveRawInput } from "./rest/raw-input.ts";
export { StatusCode, statusCodeName } from "./status-code.ts";
export {
  BYTES_LENGTH_PREFIX_SIZE,
  type BytesTensorElements,
  type BytesTensorFault,
  countBytesElements,
  decodeBytesTensor,
  encodeBytesTensor,
} from "./tensor/bytes-tensor.ts";
export {
  DATATYPES,
  type Datatype,
  datatypeByteSize,
  isDatatype,
} from "./tensor/datatype.ts";
export {
  bf16FromNumber,
  fp16FromNumber,
  numberFromBf16,
  numberFromFp16,
} from "./tensor/half.ts";
export { elementCount, formatShape, isSameShape } from "./tensor/shape.ts";
export { type TypedView, typedViewOf } from "./tensor/typed-view.ts";
export { TritonError, tritonErrorFrom } from "./triton-error.ts";
