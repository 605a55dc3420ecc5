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
  ModelTensorReshape,
  ModelVersionPolicy,
  ModelWarmup,
  ModelWarmup_Input,
} from "./gen/inference/model_config_pb.ts";
export { dataTypeFromDatatype, dataTypeName, datatypeFromDataType } from "./model-config/data-type.ts";
export { cloneModelConfig, createModelConfig, type ModelConfigInit } from "./model-config/model-config.ts";
export { StatusCode, statusCodeName } from "./status-code.ts";
export { DATATYPES, type Datatype, datatypeByteSize, isDatatype } from "./tensor/datatype.ts";
export { elementCount, formatShape, isSameShape } from "./tensor/shape.ts";
export { TritonError, tritonErrorFrom } from "./triton-error.ts";
