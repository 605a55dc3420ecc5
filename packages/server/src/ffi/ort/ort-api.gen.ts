// Generated from onnxruntime_c_api.h, API version 26, by tools/generate-ort-api.ts. Do not edit.
import type { Pointer } from "../native-memory.ts";

/** ORT_API_VERSION of the header. */
export const ORT_HEADER_API_VERSION = 26;

/**
 * An entry: its C name, the API version that brought it (1: long ago), the FFI types of its result and of its arguments
 * ("path" is UTF-16 on Windows).
 */
export type OrtApiRow = readonly [
  name: string,
  since: number,
  result: string,
  parameters: readonly string[],
];

/** The entries of `struct OrtApi`. It only ever grows at its end, so an index holds for every version that has it. */
export const ORT_API_ROWS: readonly OrtApiRow[] = [
  ["CreateStatus", 1, "void *", ["int", "str"]],
  ["GetErrorCode", 1, "int", ["void *"]],
  ["GetErrorMessage", 1, "str", ["void *"]],
  ["CreateEnv", 1, "void *", ["int", "str", "void *"]],
  ["CreateEnvWithCustomLogger", 1, "void *", ["void *", "void *", "int", "str", "void *"]],
  ["EnableTelemetryEvents", 1, "void *", ["void *"]],
  ["DisableTelemetryEvents", 1, "void *", ["void *"]],
  ["CreateSession", 1, "void *", ["void *", "path", "void *", "void *"]],
  ["CreateSessionFromArray", 1, "void *", ["void *", "void *", "size_t", "void *", "void *"]],
  ["Run", 1, "void *", ["void *", "void *", "void *", "void *", "size_t", "void *", "size_t", "void *"]],
  ["CreateSessionOptions", 1, "void *", ["void *"]],
  ["SetOptimizedModelFilePath", 1, "void *", ["void *", "path"]],
  ["CloneSessionOptions", 1, "void *", ["void *", "void *"]],
  ["SetSessionExecutionMode", 1, "void *", ["void *", "int"]],
  ["EnableProfiling", 1, "void *", ["void *", "path"]],
  ["DisableProfiling", 1, "void *", ["void *"]],
  ["EnableMemPattern", 1, "void *", ["void *"]],
  ["DisableMemPattern", 1, "void *", ["void *"]],
  ["EnableCpuMemArena", 1, "void *", ["void *"]],
  ["DisableCpuMemArena", 1, "void *", ["void *"]],
  ["SetSessionLogId", 1, "void *", ["void *", "str"]],
  ["SetSessionLogVerbosityLevel", 1, "void *", ["void *", "int"]],
  ["SetSessionLogSeverityLevel", 1, "void *", ["void *", "int"]],
  ["SetSessionGraphOptimizationLevel", 1, "void *", ["void *", "int"]],
  ["SetIntraOpNumThreads", 1, "void *", ["void *", "int"]],
  ["SetInterOpNumThreads", 1, "void *", ["void *", "int"]],
  ["CreateCustomOpDomain", 1, "void *", ["str", "void *"]],
  ["CustomOpDomain_Add", 1, "void *", ["void *", "void *"]],
  ["AddCustomOpDomain", 1, "void *", ["void *", "void *"]],
  ["RegisterCustomOpsLibrary", 1, "void *", ["void *", "str", "void *"]],
  ["SessionGetInputCount", 1, "void *", ["void *", "void *"]],
  ["SessionGetOutputCount", 1, "void *", ["void *", "void *"]],
  ["SessionGetOverridableInitializerCount", 1, "void *", ["void *", "void *"]],
  ["SessionGetInputTypeInfo", 1, "void *", ["void *", "size_t", "void *"]],
  ["SessionGetOutputTypeInfo", 1, "void *", ["void *", "size_t", "void *"]],
  ["SessionGetOverridableInitializerTypeInfo", 1, "void *", ["void *", "size_t", "void *"]],
  ["SessionGetInputName", 1, "void *", ["void *", "size_t", "void *", "void *"]],
  ["SessionGetOutputName", 1, "void *", ["void *", "size_t", "void *", "void *"]],
  ["SessionGetOverridableInitializerName", 1, "void *", ["void *", "size_t", "void *", "void *"]],
  ["CreateRunOptions", 1, "void *", ["void *"]],
  ["RunOptionsSetRunLogVerbosityLevel", 1, "void *", ["void *", "int"]],
  ["RunOptionsSetRunLogSeverityLevel", 1, "void *", ["void *", "int"]],
  ["RunOptionsSetRunTag", 1, "void *", ["void *", "str"]],
  ["RunOptionsGetRunLogVerbosityLevel", 1, "void *", ["void *", "void *"]],
  ["RunOptionsGetRunLogSeverityLevel", 1, "void *", ["void *", "void *"]],
  ["RunOptionsGetRunTag", 1, "void *", ["void *", "void *"]],
  ["RunOptionsSetTerminate", 1, "void *", ["void *"]],
  ["RunOptionsUnsetTerminate", 1, "void *", ["void *"]],
  ["CreateTensorAsOrtValue", 1, "void *", ["void *", "void *", "size_t", "int", "void *"]],
  ["CreateTensorWithDataAsOrtValue", 1, "void *", ["void *", "void *", "size_t", "void *", "size_t", "int", "void *"]],
  ["IsTensor", 1, "void *", ["void *", "void *"]],
  ["GetTensorMutableData", 1, "void *", ["void *", "void *"]],
  ["FillStringTensor", 1, "void *", ["void *", "void *", "size_t"]],
  ["GetStringTensorDataLength", 1, "void *", ["void *", "void *"]],
  ["GetStringTensorContent", 1, "void *", ["void *", "void *", "size_t", "void *", "size_t"]],
  ["CastTypeInfoToTensorInfo", 1, "void *", ["void *", "void *"]],
  ["GetOnnxTypeFromTypeInfo", 1, "void *", ["void *", "void *"]],
  ["CreateTensorTypeAndShapeInfo", 1, "void *", ["void *"]],
  ["SetTensorElementType", 1, "void *", ["void *", "int"]],
  ["SetDimensions", 1, "void *", ["void *", "void *", "size_t"]],
  ["GetTensorElementType", 1, "void *", ["void *", "void *"]],
  ["GetDimensionsCount", 1, "void *", ["void *", "void *"]],
  ["GetDimensions", 1, "void *", ["void *", "void *", "size_t"]],
  ["GetSymbolicDimensions", 1, "void *", ["void *", "void *", "size_t"]],
  ["GetTensorShapeElementCount", 1, "void *", ["void *", "void *"]],
  ["GetTensorTypeAndShape", 1, "void *", ["void *", "void *"]],
  ["GetTypeInfo", 1, "void *", ["void *", "void *"]],
  ["GetValueType", 1, "void *", ["void *", "void *"]],
  ["CreateMemoryInfo", 1, "void *", ["str", "int", "int", "int", "void *"]],
  ["CreateCpuMemoryInfo", 1, "void *", ["int", "int", "void *"]],
  ["CompareMemoryInfo", 1, "void *", ["void *", "void *", "void *"]],
  ["MemoryInfoGetName", 1, "void *", ["void *", "void *"]],
  ["MemoryInfoGetId", 1, "void *", ["void *", "void *"]],
  ["MemoryInfoGetMemType", 1, "void *", ["void *", "void *"]],
  ["MemoryInfoGetType", 1, "void *", ["void *", "void *"]],
  ["AllocatorAlloc", 1, "void *", ["void *", "size_t", "void *"]],
  ["AllocatorFree", 1, "void *", ["void *", "void *"]],
  ["AllocatorGetInfo", 1, "void *", ["void *", "void *"]],
  ["GetAllocatorWithDefaultOptions", 1, "void *", ["void *"]],
  ["AddFreeDimensionOverride", 1, "void *", ["void *", "str", "int64_t"]],
  ["GetValue", 1, "void *", ["void *", "int", "void *", "void *"]],
  ["GetValueCount", 1, "void *", ["void *", "void *"]],
  ["CreateValue", 1, "void *", ["void *", "size_t", "int", "void *"]],
  ["CreateOpaqueValue", 1, "void *", ["str", "str", "void *", "size_t", "void *"]],
  ["GetOpaqueValue", 1, "void *", ["str", "str", "void *", "void *", "size_t"]],
  ["KernelInfoGetAttribute_float", 1, "void *", ["void *", "str", "void *"]],
  ["KernelInfoGetAttribute_int64", 1, "void *", ["void *", "str", "void *"]],
  ["KernelInfoGetAttribute_string", 1, "void *", ["void *", "str", "void *", "void *"]],
  ["KernelContext_GetInputCount", 1, "void *", ["void *", "void *"]],
  ["KernelContext_GetOutputCount", 1, "void *", ["void *", "void *"]],
  ["KernelContext_GetInput", 1, "void *", ["void *", "size_t", "void *"]],
  ["KernelContext_GetOutput", 1, "void *", ["void *", "size_t", "void *", "size_t", "void *"]],
  ["ReleaseEnv", 1, "void", ["void *"]],
  ["ReleaseStatus", 1, "void", ["void *"]],
  ["ReleaseMemoryInfo", 1, "void", ["void *"]],
  ["ReleaseSession", 1, "void", ["void *"]],
  ["ReleaseValue", 1, "void", ["void *"]],
  ["ReleaseRunOptions", 1, "void", ["void *"]],
  ["ReleaseTypeInfo", 1, "void", ["void *"]],
  ["ReleaseTensorTypeAndShapeInfo", 1, "void", ["void *"]],
  ["ReleaseSessionOptions", 1, "void", ["void *"]],
  ["ReleaseCustomOpDomain", 1, "void", ["void *"]],
  ["GetDenotationFromTypeInfo", 1, "void *", ["void *", "void *", "void *"]],
  ["CastTypeInfoToMapTypeInfo", 1, "void *", ["void *", "void *"]],
  ["CastTypeInfoToSequenceTypeInfo", 1, "void *", ["void *", "void *"]],
  ["GetMapKeyType", 1, "void *", ["void *", "void *"]],
  ["GetMapValueType", 1, "void *", ["void *", "void *"]],
  ["GetSequenceElementType", 1, "void *", ["void *", "void *"]],
  ["ReleaseMapTypeInfo", 1, "void", ["void *"]],
  ["ReleaseSequenceTypeInfo", 1, "void", ["void *"]],
  ["SessionEndProfiling", 1, "void *", ["void *", "void *", "void *"]],
  ["SessionGetModelMetadata", 1, "void *", ["void *", "void *"]],
  ["ModelMetadataGetProducerName", 1, "void *", ["void *", "void *", "void *"]],
  ["ModelMetadataGetGraphName", 1, "void *", ["void *", "void *", "void *"]],
  ["ModelMetadataGetDomain", 1, "void *", ["void *", "void *", "void *"]],
  ["ModelMetadataGetDescription", 1, "void *", ["void *", "void *", "void *"]],
  ["ModelMetadataLookupCustomMetadataMap", 1, "void *", ["void *", "void *", "str", "void *"]],
  ["ModelMetadataGetVersion", 1, "void *", ["void *", "void *"]],
  ["ReleaseModelMetadata", 1, "void", ["void *"]],
  ["CreateEnvWithGlobalThreadPools", 1, "void *", ["int", "str", "void *", "void *"]],
  ["DisablePerSessionThreads", 1, "void *", ["void *"]],
  ["CreateThreadingOptions", 1, "void *", ["void *"]],
  ["ReleaseThreadingOptions", 1, "void", ["void *"]],
  ["ModelMetadataGetCustomMetadataMapKeys", 1, "void *", ["void *", "void *", "void *", "void *"]],
  ["AddFreeDimensionOverrideByName", 1, "void *", ["void *", "str", "int64_t"]],
  ["GetAvailableProviders", 1, "void *", ["void *", "void *"]],
  ["ReleaseAvailableProviders", 1, "void *", ["void *", "int"]],
  ["GetStringTensorElementLength", 1, "void *", ["void *", "size_t", "void *"]],
  ["GetStringTensorElement", 1, "void *", ["void *", "size_t", "size_t", "void *"]],
  ["FillStringTensorElement", 1, "void *", ["void *", "str", "size_t"]],
  ["AddSessionConfigEntry", 1, "void *", ["void *", "str", "str"]],
  ["CreateAllocator", 1, "void *", ["void *", "void *", "void *"]],
  ["ReleaseAllocator", 1, "void", ["void *"]],
  ["RunWithBinding", 1, "void *", ["void *", "void *", "void *"]],
  ["CreateIoBinding", 1, "void *", ["void *", "void *"]],
  ["ReleaseIoBinding", 1, "void", ["void *"]],
  ["BindInput", 1, "void *", ["void *", "str", "void *"]],
  ["BindOutput", 1, "void *", ["void *", "str", "void *"]],
  ["BindOutputToDevice", 1, "void *", ["void *", "str", "void *"]],
  ["GetBoundOutputNames", 1, "void *", ["void *", "void *", "void *", "void *", "void *"]],
  ["GetBoundOutputValues", 1, "void *", ["void *", "void *", "void *", "void *"]],
  ["ClearBoundInputs", 1, "void", ["void *"]],
  ["ClearBoundOutputs", 1, "void", ["void *"]],
  ["TensorAt", 1, "void *", ["void *", "void *", "size_t", "void *"]],
  ["CreateAndRegisterAllocator", 1, "void *", ["void *", "void *", "void *"]],
  ["SetLanguageProjection", 1, "void *", ["void *", "int"]],
  ["SessionGetProfilingStartTimeNs", 1, "void *", ["void *", "void *"]],
  ["SetGlobalIntraOpNumThreads", 1, "void *", ["void *", "int"]],
  ["SetGlobalInterOpNumThreads", 1, "void *", ["void *", "int"]],
  ["SetGlobalSpinControl", 1, "void *", ["void *", "int"]],
  ["AddInitializer", 1, "void *", ["void *", "str", "void *"]],
  ["CreateEnvWithCustomLoggerAndGlobalThreadPools", 1, "void *", ["void *", "void *", "int", "str", "void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_CUDA", 1, "void *", ["void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_ROCM", 1, "void *", ["void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_OpenVINO", 1, "void *", ["void *", "void *"]],
  ["SetGlobalDenormalAsZero", 1, "void *", ["void *"]],
  ["CreateArenaCfg", 1, "void *", ["size_t", "int", "int", "int", "void *"]],
  ["ReleaseArenaCfg", 1, "void", ["void *"]],
  ["ModelMetadataGetGraphDescription", 1, "void *", ["void *", "void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_TensorRT", 1, "void *", ["void *", "void *"]],
  ["SetCurrentGpuDeviceId", 1, "void *", ["int"]],
  ["GetCurrentGpuDeviceId", 1, "void *", ["void *"]],
  ["KernelInfoGetAttributeArray_float", 1, "void *", ["void *", "str", "void *", "void *"]],
  ["KernelInfoGetAttributeArray_int64", 1, "void *", ["void *", "str", "void *", "void *"]],
  ["CreateArenaCfgV2", 1, "void *", ["void *", "void *", "size_t", "void *"]],
  ["AddRunConfigEntry", 1, "void *", ["void *", "str", "str"]],
  ["CreatePrepackedWeightsContainer", 1, "void *", ["void *"]],
  ["ReleasePrepackedWeightsContainer", 1, "void", ["void *"]],
  ["CreateSessionWithPrepackedWeightsContainer", 1, "void *", ["void *", "path", "void *", "void *", "void *"]],
  ["CreateSessionFromArrayWithPrepackedWeightsContainer", 1, "void *", ["void *", "void *", "size_t", "void *", "void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_TensorRT_V2", 1, "void *", ["void *", "void *"]],
  ["CreateTensorRTProviderOptions", 1, "void *", ["void *"]],
  ["UpdateTensorRTProviderOptions", 1, "void *", ["void *", "void *", "void *", "size_t"]],
  ["GetTensorRTProviderOptionsAsString", 1, "void *", ["void *", "void *", "void *"]],
  ["ReleaseTensorRTProviderOptions", 1, "void", ["void *"]],
  ["EnableOrtCustomOps", 1, "void *", ["void *"]],
  ["RegisterAllocator", 1, "void *", ["void *", "void *"]],
  ["UnregisterAllocator", 1, "void *", ["void *", "void *"]],
  ["IsSparseTensor", 1, "void *", ["void *", "void *"]],
  ["CreateSparseTensorAsOrtValue", 1, "void *", ["void *", "void *", "size_t", "int", "void *"]],
  ["FillSparseTensorCoo", 1, "void *", ["void *", "void *", "void *", "size_t", "void *", "void *", "size_t"]],
  ["FillSparseTensorCsr", 1, "void *", ["void *", "void *", "void *", "size_t", "void *", "void *", "size_t", "void *", "size_t"]],
  ["FillSparseTensorBlockSparse", 1, "void *", ["void *", "void *", "void *", "size_t", "void *", "void *", "size_t", "void *"]],
  ["CreateSparseTensorWithValuesAsOrtValue", 1, "void *", ["void *", "void *", "void *", "size_t", "void *", "size_t", "int", "void *"]],
  ["UseCooIndices", 1, "void *", ["void *", "void *", "size_t"]],
  ["UseCsrIndices", 1, "void *", ["void *", "void *", "size_t", "void *", "size_t"]],
  ["UseBlockSparseIndices", 1, "void *", ["void *", "void *", "size_t", "void *"]],
  ["GetSparseTensorFormat", 1, "void *", ["void *", "void *"]],
  ["GetSparseTensorValuesTypeAndShape", 1, "void *", ["void *", "void *"]],
  ["GetSparseTensorValues", 1, "void *", ["void *", "void *"]],
  ["GetSparseTensorIndicesTypeShape", 1, "void *", ["void *", "int", "void *"]],
  ["GetSparseTensorIndices", 1, "void *", ["void *", "int", "void *", "void *"]],
  ["HasValue", 1, "void *", ["void *", "void *"]],
  ["KernelContext_GetGPUComputeStream", 1, "void *", ["void *", "void *"]],
  ["GetTensorMemoryInfo", 1, "void *", ["void *", "void *"]],
  ["GetExecutionProviderApi", 1, "void *", ["str", "uint32_t", "void *"]],
  ["SessionOptionsSetCustomCreateThreadFn", 1, "void *", ["void *", "void *"]],
  ["SessionOptionsSetCustomThreadCreationOptions", 1, "void *", ["void *", "void *"]],
  ["SessionOptionsSetCustomJoinThreadFn", 1, "void *", ["void *", "void *"]],
  ["SetGlobalCustomCreateThreadFn", 1, "void *", ["void *", "void *"]],
  ["SetGlobalCustomThreadCreationOptions", 1, "void *", ["void *", "void *"]],
  ["SetGlobalCustomJoinThreadFn", 1, "void *", ["void *", "void *"]],
  ["SynchronizeBoundInputs", 1, "void *", ["void *"]],
  ["SynchronizeBoundOutputs", 1, "void *", ["void *"]],
  ["SessionOptionsAppendExecutionProvider_CUDA_V2", 11, "void *", ["void *", "void *"]],
  ["CreateCUDAProviderOptions", 11, "void *", ["void *"]],
  ["UpdateCUDAProviderOptions", 11, "void *", ["void *", "void *", "void *", "size_t"]],
  ["GetCUDAProviderOptionsAsString", 11, "void *", ["void *", "void *", "void *"]],
  ["ReleaseCUDAProviderOptions", 11, "void", ["void *"]],
  ["SessionOptionsAppendExecutionProvider_MIGraphX", 11, "void *", ["void *", "void *"]],
  ["AddExternalInitializers", 12, "void *", ["void *", "void *", "void *", "size_t"]],
  ["CreateOpAttr", 12, "void *", ["str", "void *", "int", "int", "void *"]],
  ["ReleaseOpAttr", 12, "void", ["void *"]],
  ["CreateOp", 12, "void *", ["void *", "str", "str", "int", "void *", "void *", "int", "void *", "int", "int", "int", "void *"]],
  ["InvokeOp", 12, "void *", ["void *", "void *", "void *", "int", "void *", "int"]],
  ["ReleaseOp", 12, "void", ["void *"]],
  ["SessionOptionsAppendExecutionProvider", 12, "void *", ["void *", "str", "void *", "void *", "size_t"]],
  ["CopyKernelInfo", 12, "void *", ["void *", "void *"]],
  ["ReleaseKernelInfo", 12, "void", ["void *"]],
  ["GetTrainingApi", 13, "void *", ["uint32_t"]],
  ["SessionOptionsAppendExecutionProvider_CANN", 13, "void *", ["void *", "void *"]],
  ["CreateCANNProviderOptions", 13, "void *", ["void *"]],
  ["UpdateCANNProviderOptions", 13, "void *", ["void *", "void *", "void *", "size_t"]],
  ["GetCANNProviderOptionsAsString", 13, "void *", ["void *", "void *", "void *"]],
  ["ReleaseCANNProviderOptions", 13, "void", ["void *"]],
  ["MemoryInfoGetDeviceType", 13, "void", ["void *", "void *"]],
  ["UpdateEnvWithCustomLogLevel", 13, "void *", ["void *", "int"]],
  ["SetGlobalIntraOpThreadAffinity", 13, "void *", ["void *", "str"]],
  ["RegisterCustomOpsLibrary_V2", 14, "void *", ["void *", "path"]],
  ["RegisterCustomOpsUsingFunction", 14, "void *", ["void *", "str"]],
  ["KernelInfo_GetInputCount", 14, "void *", ["void *", "void *"]],
  ["KernelInfo_GetOutputCount", 14, "void *", ["void *", "void *"]],
  ["KernelInfo_GetInputName", 14, "void *", ["void *", "size_t", "void *", "void *"]],
  ["KernelInfo_GetOutputName", 14, "void *", ["void *", "size_t", "void *", "void *"]],
  ["KernelInfo_GetInputTypeInfo", 14, "void *", ["void *", "size_t", "void *"]],
  ["KernelInfo_GetOutputTypeInfo", 14, "void *", ["void *", "size_t", "void *"]],
  ["KernelInfoGetAttribute_tensor", 14, "void *", ["void *", "str", "void *", "void *"]],
  ["HasSessionConfigEntry", 14, "void *", ["void *", "str", "void *"]],
  ["GetSessionConfigEntry", 14, "void *", ["void *", "str", "void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_Dnnl", 15, "void *", ["void *", "void *"]],
  ["CreateDnnlProviderOptions", 15, "void *", ["void *"]],
  ["UpdateDnnlProviderOptions", 15, "void *", ["void *", "void *", "void *", "size_t"]],
  ["GetDnnlProviderOptionsAsString", 15, "void *", ["void *", "void *", "void *"]],
  ["ReleaseDnnlProviderOptions", 15, "void", ["void *"]],
  ["KernelInfo_GetNodeName", 15, "void *", ["void *", "void *", "void *"]],
  ["KernelInfo_GetLogger", 15, "void *", ["void *", "void *"]],
  ["KernelContext_GetLogger", 15, "void *", ["void *", "void *"]],
  ["Logger_LogMessage", 15, "void *", ["void *", "int", "str", "path", "int", "str"]],
  ["Logger_GetLoggingSeverityLevel", 15, "void *", ["void *", "void *"]],
  ["KernelInfoGetConstantInput_tensor", 15, "void *", ["void *", "size_t", "void *", "void *"]],
  ["CastTypeInfoToOptionalTypeInfo", 15, "void *", ["void *", "void *"]],
  ["GetOptionalContainedTypeInfo", 15, "void *", ["void *", "void *"]],
  ["GetResizedStringTensorElementBuffer", 15, "void *", ["void *", "size_t", "size_t", "void *"]],
  ["KernelContext_GetAllocator", 15, "void *", ["void *", "void *", "void *"]],
  ["GetBuildInfoString", 15, "str", []],
  ["CreateROCMProviderOptions", 16, "void *", ["void *"]],
  ["UpdateROCMProviderOptions", 16, "void *", ["void *", "void *", "void *", "size_t"]],
  ["GetROCMProviderOptionsAsString", 16, "void *", ["void *", "void *", "void *"]],
  ["ReleaseROCMProviderOptions", 16, "void", ["void *"]],
  ["CreateAndRegisterAllocatorV2", 16, "void *", ["void *", "str", "void *", "void *", "void *", "void *", "size_t"]],
  ["RunAsync", 16, "void *", ["void *", "void *", "void *", "void *", "size_t", "void *", "size_t", "void *", "void *", "void *"]],
  ["UpdateTensorRTProviderOptionsWithValue", 16, "void *", ["void *", "str", "void *"]],
  ["GetTensorRTProviderOptionsByName", 16, "void *", ["void *", "str", "void *"]],
  ["UpdateCUDAProviderOptionsWithValue", 16, "void *", ["void *", "str", "void *"]],
  ["GetCUDAProviderOptionsByName", 16, "void *", ["void *", "str", "void *"]],
  ["KernelContext_GetResource", 16, "void *", ["void *", "int", "int", "void *"]],
  ["SetUserLoggingFunction", 17, "void *", ["void *", "void *", "void *"]],
  ["ShapeInferContext_GetInputCount", 17, "void *", ["void *", "void *"]],
  ["ShapeInferContext_GetInputTypeShape", 17, "void *", ["void *", "size_t", "void *"]],
  ["ShapeInferContext_GetAttribute", 17, "void *", ["void *", "str", "void *"]],
  ["ShapeInferContext_SetOutputTypeShape", 17, "void *", ["void *", "size_t", "void *"]],
  ["SetSymbolicDimensions", 17, "void *", ["void *", "void *", "size_t"]],
  ["ReadOpAttr", 17, "void *", ["void *", "int", "void *", "size_t", "void *"]],
  ["SetDeterministicCompute", 17, "void *", ["void *", "bool"]],
  ["KernelContext_ParallelFor", 17, "void *", ["void *", "void *", "size_t", "size_t", "void *"]],
  ["SessionOptionsAppendExecutionProvider_OpenVINO_V2", 17, "void *", ["void *", "void *", "void *", "size_t"]],
  ["SessionOptionsAppendExecutionProvider_VitisAI", 18, "void *", ["void *", "void *", "void *", "size_t"]],
  ["KernelContext_GetScratchBuffer", 18, "void *", ["void *", "void *", "size_t", "void *"]],
  ["KernelInfoGetAllocator", 18, "void *", ["void *", "int", "void *"]],
  ["AddExternalInitializersFromFilesInMemory", 18, "void *", ["void *", "void *", "void *", "void *", "size_t"]],
  ["CreateLoraAdapter", 20, "void *", ["path", "void *", "void *"]],
  ["CreateLoraAdapterFromArray", 20, "void *", ["void *", "size_t", "void *", "void *"]],
  ["ReleaseLoraAdapter", 20, "void", ["void *"]],
  ["RunOptionsAddActiveLoraAdapter", 20, "void *", ["void *", "void *"]],
  ["SetEpDynamicOptions", 20, "void *", ["void *", "void *", "void *", "size_t"]],
  ["ReleaseValueInfo", 22, "void", ["void *"]],
  ["ReleaseNode", 22, "void", ["void *"]],
  ["ReleaseGraph", 22, "void", ["void *"]],
  ["ReleaseModel", 22, "void", ["void *"]],
  ["GetValueInfoName", 22, "void *", ["void *", "void *"]],
  ["GetValueInfoTypeInfo", 22, "void *", ["void *", "void *"]],
  ["GetModelEditorApi", 22, "void *", []],
  ["CreateTensorWithDataAndDeleterAsOrtValue", 22, "void *", ["void *", "void *", "size_t", "void *", "size_t", "int", "void *"]],
  ["SessionOptionsSetLoadCancellationFlag", 22, "void *", ["void *", "bool"]],
  ["GetCompileApi", 22, "void *", []],
  ["CreateKeyValuePairs", 22, "void", ["void *"]],
  ["AddKeyValuePair", 22, "void", ["void *", "str", "str"]],
  ["GetKeyValue", 22, "str", ["void *", "str"]],
  ["GetKeyValuePairs", 22, "void", ["void *", "void *", "void *", "void *"]],
  ["RemoveKeyValuePair", 22, "void", ["void *", "str"]],
  ["ReleaseKeyValuePairs", 22, "void", ["void *"]],
  ["RegisterExecutionProviderLibrary", 22, "void *", ["void *", "str", "path"]],
  ["UnregisterExecutionProviderLibrary", 22, "void *", ["void *", "str"]],
  ["GetEpDevices", 22, "void *", ["void *", "void *", "void *"]],
  ["SessionOptionsAppendExecutionProvider_V2", 22, "void *", ["void *", "void *", "void *", "size_t", "void *", "void *", "size_t"]],
  ["SessionOptionsSetEpSelectionPolicy", 22, "void *", ["void *", "int"]],
  ["SessionOptionsSetEpSelectionPolicyDelegate", 22, "void *", ["void *", "void *", "void *"]],
  ["HardwareDevice_Type", 22, "int", ["void *"]],
  ["HardwareDevice_VendorId", 22, "uint32_t", ["void *"]],
  ["HardwareDevice_Vendor", 22, "str", ["void *"]],
  ["HardwareDevice_DeviceId", 22, "uint32_t", ["void *"]],
  ["HardwareDevice_Metadata", 22, "void *", ["void *"]],
  ["EpDevice_EpName", 22, "str", ["void *"]],
  ["EpDevice_EpVendor", 22, "str", ["void *"]],
  ["EpDevice_EpMetadata", 22, "void *", ["void *"]],
  ["EpDevice_EpOptions", 22, "void *", ["void *"]],
  ["EpDevice_Device", 22, "void *", ["void *"]],
  ["GetEpApi", 22, "void *", []],
  ["GetTensorSizeInBytes", 23, "void *", ["void *", "void *"]],
  ["AllocatorGetStats", 23, "void *", ["void *", "void *"]],
  ["CreateMemoryInfo_V2", 23, "void *", ["str", "int", "uint32_t", "int32_t", "int", "size_t", "int", "void *"]],
  ["MemoryInfoGetDeviceMemType", 23, "int", ["void *"]],
  ["MemoryInfoGetVendorId", 23, "uint32_t", ["void *"]],
  ["ValueInfo_GetValueProducer", 23, "void *", ["void *", "void *", "void *"]],
  ["ValueInfo_GetValueNumConsumers", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_GetValueConsumers", 23, "void *", ["void *", "void *", "void *", "size_t"]],
  ["ValueInfo_GetInitializerValue", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_GetExternalInitializerInfo", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_IsRequiredGraphInput", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_IsOptionalGraphInput", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_IsGraphOutput", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_IsConstantInitializer", 23, "void *", ["void *", "void *"]],
  ["ValueInfo_IsFromOuterScope", 23, "void *", ["void *", "void *"]],
  ["Graph_GetName", 23, "void *", ["void *", "void *"]],
  ["Graph_GetModelPath", 23, "void *", ["void *", "void *"]],
  ["Graph_GetOnnxIRVersion", 23, "void *", ["void *", "void *"]],
  ["Graph_GetNumOperatorSets", 23, "void *", ["void *", "void *"]],
  ["Graph_GetOperatorSets", 23, "void *", ["void *", "void *", "void *", "size_t"]],
  ["Graph_GetNumInputs", 23, "void *", ["void *", "void *"]],
  ["Graph_GetInputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["Graph_GetNumOutputs", 23, "void *", ["void *", "void *"]],
  ["Graph_GetOutputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["Graph_GetNumInitializers", 23, "void *", ["void *", "void *"]],
  ["Graph_GetInitializers", 23, "void *", ["void *", "void *", "size_t"]],
  ["Graph_GetNumNodes", 23, "void *", ["void *", "void *"]],
  ["Graph_GetNodes", 23, "void *", ["void *", "void *", "size_t"]],
  ["Graph_GetParentNode", 23, "void *", ["void *", "void *"]],
  ["Graph_GetGraphView", 23, "void *", ["void *", "void *", "size_t", "void *"]],
  ["Node_GetId", 23, "void *", ["void *", "void *"]],
  ["Node_GetName", 23, "void *", ["void *", "void *"]],
  ["Node_GetOperatorType", 23, "void *", ["void *", "void *"]],
  ["Node_GetDomain", 23, "void *", ["void *", "void *"]],
  ["Node_GetSinceVersion", 23, "void *", ["void *", "void *"]],
  ["Node_GetNumInputs", 23, "void *", ["void *", "void *"]],
  ["Node_GetInputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["Node_GetNumOutputs", 23, "void *", ["void *", "void *"]],
  ["Node_GetOutputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["Node_GetNumImplicitInputs", 23, "void *", ["void *", "void *"]],
  ["Node_GetImplicitInputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["Node_GetNumAttributes", 23, "void *", ["void *", "void *"]],
  ["Node_GetAttributes", 23, "void *", ["void *", "void *", "size_t"]],
  ["Node_GetAttributeByName", 23, "void *", ["void *", "str", "void *"]],
  ["OpAttr_GetTensorAttributeAsOrtValue", 23, "void *", ["void *", "void *"]],
  ["OpAttr_GetType", 23, "void *", ["void *", "void *"]],
  ["OpAttr_GetName", 23, "void *", ["void *", "void *"]],
  ["Node_GetNumSubgraphs", 23, "void *", ["void *", "void *"]],
  ["Node_GetSubgraphs", 23, "void *", ["void *", "void *", "size_t", "void *"]],
  ["Node_GetGraph", 23, "void *", ["void *", "void *"]],
  ["Node_GetEpName", 23, "void *", ["void *", "void *"]],
  ["ReleaseExternalInitializerInfo", 23, "void", ["void *"]],
  ["ExternalInitializerInfo_GetFilePath", 23, "path", ["void *"]],
  ["ExternalInitializerInfo_GetFileOffset", 23, "int64_t", ["void *"]],
  ["ExternalInitializerInfo_GetByteSize", 23, "size_t", ["void *"]],
  ["GetRunConfigEntry", 23, "str", ["void *", "str"]],
  ["EpDevice_MemoryInfo", 23, "void *", ["void *", "int"]],
  ["CreateSharedAllocator", 23, "void *", ["void *", "void *", "int", "int", "void *", "void *"]],
  ["GetSharedAllocator", 23, "void *", ["void *", "void *", "void *"]],
  ["ReleaseSharedAllocator", 23, "void *", ["void *", "void *", "int"]],
  ["GetTensorData", 23, "void *", ["void *", "void *"]],
  ["GetSessionOptionsConfigEntries", 23, "void *", ["void *", "void *"]],
  ["SessionGetMemoryInfoForInputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["SessionGetMemoryInfoForOutputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["SessionGetEpDeviceForInputs", 23, "void *", ["void *", "void *", "size_t"]],
  ["CreateSyncStreamForEpDevice", 23, "void *", ["void *", "void *", "void *"]],
  ["SyncStream_GetHandle", 23, "void *", ["void *"]],
  ["ReleaseSyncStream", 23, "void", ["void *"]],
  ["CopyTensors", 23, "void *", ["void *", "void *", "void *", "void *", "size_t"]],
  ["Graph_GetModelMetadata", 23, "void *", ["void *", "void *"]],
  ["GetModelCompatibilityForEpDevices", 23, "void *", ["void *", "size_t", "str", "void *"]],
  ["CreateExternalInitializerInfo", 23, "void *", ["path", "int64_t", "size_t", "void *"]],
  ["TensorTypeAndShape_HasShape", 24, "bool", ["void *"]],
  ["KernelInfo_GetConfigEntries", 24, "void *", ["void *", "void *"]],
  ["KernelInfo_GetOperatorDomain", 24, "void *", ["void *", "void *", "void *"]],
  ["KernelInfo_GetOperatorType", 24, "void *", ["void *", "void *", "void *"]],
  ["KernelInfo_GetOperatorSinceVersion", 24, "void *", ["void *", "void *"]],
  ["GetInteropApi", 24, "void *", []],
  ["SessionGetEpDeviceForOutputs", 24, "void *", ["void *", "void *", "size_t"]],
  ["GetNumHardwareDevices", 24, "void *", ["void *", "void *"]],
  ["GetHardwareDevices", 24, "void *", ["void *", "void *", "size_t"]],
  ["GetHardwareDeviceEpIncompatibilityDetails", 24, "void *", ["void *", "str", "void *", "void *"]],
  ["DeviceEpIncompatibilityDetails_GetReasonsBitmask", 24, "void *", ["void *", "void *"]],
  ["DeviceEpIncompatibilityDetails_GetNotes", 24, "void *", ["void *", "void *"]],
  ["DeviceEpIncompatibilityDetails_GetErrorCode", 24, "void *", ["void *", "void *"]],
  ["ReleaseDeviceEpIncompatibilityDetails", 24, "void", ["void *"]],
  ["GetCompatibilityInfoFromModel", 24, "void *", ["path", "str", "void *", "void *"]],
  ["GetCompatibilityInfoFromModelBytes", 24, "void *", ["void *", "size_t", "str", "void *", "void *"]],
  ["CreateEnvWithOptions", 24, "void *", ["void *", "void *"]],
  ["Session_GetEpGraphAssignmentInfo", 24, "void *", ["void *", "void *", "void *"]],
  ["EpAssignedSubgraph_GetEpName", 24, "void *", ["void *", "void *"]],
  ["EpAssignedSubgraph_GetNodes", 24, "void *", ["void *", "void *", "void *"]],
  ["EpAssignedNode_GetName", 24, "void *", ["void *", "void *"]],
  ["EpAssignedNode_GetDomain", 24, "void *", ["void *", "void *"]],
  ["EpAssignedNode_GetOperatorType", 24, "void *", ["void *", "void *"]],
  ["RunOptionsSetSyncStream", 24, "void", ["void *", "void *"]],
  ["GetTensorElementTypeAndShapeDataReference", 24, "void *", ["void *", "void *", "void *", "void *"]],
  ["RunOptionsEnableProfiling", 25, "void *", ["void *", "path"]],
  ["RunOptionsDisableProfiling", 25, "void *", ["void *"]],
  ["KernelInfoGetAttributeArray_string", 25, "void *", ["void *", "str", "void *", "void *", "void *"]],
  ["SetPerSessionThreadPoolCallbacks", 25, "void *", ["void *", "void *"]],
];

/** The same entries as callable functions, the C names in camel case. A null status is success. */
export interface OrtApi {
  readonly createStatus: (code: number, msg: string | null) => bigint | null;
  readonly getErrorCode: (status: Pointer) => number;
  readonly getErrorMessage: (status: Pointer) => string | null;
  readonly createEnv: (logSeverityLevel: number, logid: string | null, out: Pointer) => bigint | null;
  readonly createEnvWithCustomLogger: (loggingFunction: Pointer, loggerParam: Pointer, logSeverityLevel: number, logid: string | null, out: Pointer) => bigint | null;
  readonly enableTelemetryEvents: (env: Pointer) => bigint | null;
  readonly disableTelemetryEvents: (env: Pointer) => bigint | null;
  readonly createSession: (env: Pointer, modelPath: string | null, options: Pointer, out: Pointer) => bigint | null;
  readonly createSessionFromArray: (env: Pointer, modelData: Pointer, modelDataLength: number, options: Pointer, out: Pointer) => bigint | null;
  readonly run: (session: Pointer, runOptions: Pointer, inputNames: Pointer, inputs: Pointer, inputLen: number, outputNames: Pointer, outputNamesLen: number, outputs: Pointer) => bigint | null;
  readonly createSessionOptions: (options: Pointer) => bigint | null;
  readonly setOptimizedModelFilePath: (options: Pointer, optimizedModelFilepath: string | null) => bigint | null;
  readonly cloneSessionOptions: (inOptions: Pointer, outOptions: Pointer) => bigint | null;
  readonly setSessionExecutionMode: (options: Pointer, executionMode: number) => bigint | null;
  readonly enableProfiling: (options: Pointer, profileFilePrefix: string | null) => bigint | null;
  readonly disableProfiling: (options: Pointer) => bigint | null;
  readonly enableMemPattern: (options: Pointer) => bigint | null;
  readonly disableMemPattern: (options: Pointer) => bigint | null;
  readonly enableCpuMemArena: (options: Pointer) => bigint | null;
  readonly disableCpuMemArena: (options: Pointer) => bigint | null;
  readonly setSessionLogId: (options: Pointer, logid: string | null) => bigint | null;
  readonly setSessionLogVerbosityLevel: (options: Pointer, sessionLogVerbosityLevel: number) => bigint | null;
  readonly setSessionLogSeverityLevel: (options: Pointer, sessionLogSeverityLevel: number) => bigint | null;
  readonly setSessionGraphOptimizationLevel: (options: Pointer, graphOptimizationLevel: number) => bigint | null;
  readonly setIntraOpNumThreads: (options: Pointer, intraOpNumThreads: number) => bigint | null;
  readonly setInterOpNumThreads: (options: Pointer, interOpNumThreads: number) => bigint | null;
  readonly createCustomOpDomain: (domain: string | null, out: Pointer) => bigint | null;
  readonly customOpDomain_Add: (customOpDomain: Pointer, op: Pointer) => bigint | null;
  readonly addCustomOpDomain: (options: Pointer, customOpDomain: Pointer) => bigint | null;
  readonly registerCustomOpsLibrary: (options: Pointer, libraryPath: string | null, libraryHandle: Pointer) => bigint | null;
  readonly sessionGetInputCount: (session: Pointer, out: Pointer) => bigint | null;
  readonly sessionGetOutputCount: (session: Pointer, out: Pointer) => bigint | null;
  readonly sessionGetOverridableInitializerCount: (session: Pointer, out: Pointer) => bigint | null;
  readonly sessionGetInputTypeInfo: (session: Pointer, index: number, typeInfo: Pointer) => bigint | null;
  readonly sessionGetOutputTypeInfo: (session: Pointer, index: number, typeInfo: Pointer) => bigint | null;
  readonly sessionGetOverridableInitializerTypeInfo: (session: Pointer, index: number, typeInfo: Pointer) => bigint | null;
  readonly sessionGetInputName: (session: Pointer, index: number, allocator: Pointer, value: Pointer) => bigint | null;
  readonly sessionGetOutputName: (session: Pointer, index: number, allocator: Pointer, value: Pointer) => bigint | null;
  readonly sessionGetOverridableInitializerName: (session: Pointer, index: number, allocator: Pointer, value: Pointer) => bigint | null;
  readonly createRunOptions: (out: Pointer) => bigint | null;
  readonly runOptionsSetRunLogVerbosityLevel: (options: Pointer, logVerbosityLevel: number) => bigint | null;
  readonly runOptionsSetRunLogSeverityLevel: (options: Pointer, logSeverityLevel: number) => bigint | null;
  readonly runOptionsSetRunTag: (options: Pointer, runTag: string | null) => bigint | null;
  readonly runOptionsGetRunLogVerbosityLevel: (options: Pointer, logVerbosityLevel: Pointer) => bigint | null;
  readonly runOptionsGetRunLogSeverityLevel: (options: Pointer, logSeverityLevel: Pointer) => bigint | null;
  readonly runOptionsGetRunTag: (options: Pointer, runTag: Pointer) => bigint | null;
  readonly runOptionsSetTerminate: (options: Pointer) => bigint | null;
  readonly runOptionsUnsetTerminate: (options: Pointer) => bigint | null;
  readonly createTensorAsOrtValue: (allocator: Pointer, shape: Pointer, shapeLen: number, type: number, out: Pointer) => bigint | null;
  readonly createTensorWithDataAsOrtValue: (info: Pointer, pData: Pointer, pDataLen: number, shape: Pointer, shapeLen: number, type: number, out: Pointer) => bigint | null;
  readonly isTensor: (value: Pointer, out: Pointer) => bigint | null;
  readonly getTensorMutableData: (value: Pointer, out: Pointer) => bigint | null;
  readonly fillStringTensor: (value: Pointer, s: Pointer, sLen: number) => bigint | null;
  readonly getStringTensorDataLength: (value: Pointer, len: Pointer) => bigint | null;
  readonly getStringTensorContent: (value: Pointer, s: Pointer, sLen: number, offsets: Pointer, offsetsLen: number) => bigint | null;
  readonly castTypeInfoToTensorInfo: (typeInfo: Pointer, out: Pointer) => bigint | null;
  readonly getOnnxTypeFromTypeInfo: (typeInfo: Pointer, out: Pointer) => bigint | null;
  readonly createTensorTypeAndShapeInfo: (out: Pointer) => bigint | null;
  readonly setTensorElementType: (info: Pointer, type: number) => bigint | null;
  readonly setDimensions: (info: Pointer, dimValues: Pointer, dimCount: number) => bigint | null;
  readonly getTensorElementType: (info: Pointer, out: Pointer) => bigint | null;
  readonly getDimensionsCount: (info: Pointer, out: Pointer) => bigint | null;
  readonly getDimensions: (info: Pointer, dimValues: Pointer, dimValuesLength: number) => bigint | null;
  readonly getSymbolicDimensions: (info: Pointer, dimParams: Pointer, dimParamsLength: number) => bigint | null;
  readonly getTensorShapeElementCount: (info: Pointer, out: Pointer) => bigint | null;
  readonly getTensorTypeAndShape: (value: Pointer, out: Pointer) => bigint | null;
  readonly getTypeInfo: (value: Pointer, out: Pointer) => bigint | null;
  readonly getValueType: (value: Pointer, out: Pointer) => bigint | null;
  readonly createMemoryInfo: (name: string | null, type: number, id: number, memType: number, out: Pointer) => bigint | null;
  readonly createCpuMemoryInfo: (type: number, memType: number, out: Pointer) => bigint | null;
  readonly compareMemoryInfo: (info1: Pointer, info2: Pointer, out: Pointer) => bigint | null;
  readonly memoryInfoGetName: (ptr: Pointer, out: Pointer) => bigint | null;
  readonly memoryInfoGetId: (ptr: Pointer, out: Pointer) => bigint | null;
  readonly memoryInfoGetMemType: (ptr: Pointer, out: Pointer) => bigint | null;
  readonly memoryInfoGetType: (ptr: Pointer, out: Pointer) => bigint | null;
  readonly allocatorAlloc: (ortAllocator: Pointer, size: number, out: Pointer) => bigint | null;
  readonly allocatorFree: (ortAllocator: Pointer, p: Pointer) => bigint | null;
  readonly allocatorGetInfo: (ortAllocator: Pointer, out: Pointer) => bigint | null;
  readonly getAllocatorWithDefaultOptions: (out: Pointer) => bigint | null;
  readonly addFreeDimensionOverride: (options: Pointer, dimDenotation: string | null, dimValue: number | bigint) => bigint | null;
  readonly getValue: (value: Pointer, index: number, allocator: Pointer, out: Pointer) => bigint | null;
  readonly getValueCount: (value: Pointer, out: Pointer) => bigint | null;
  readonly createValue: (input: Pointer, numValues: number, valueType: number, out: Pointer) => bigint | null;
  readonly createOpaqueValue: (domainName: string | null, typeName: string | null, dataContainer: Pointer, dataContainerSize: number, out: Pointer) => bigint | null;
  readonly getOpaqueValue: (domainName: string | null, typeName: string | null, input: Pointer, dataContainer: Pointer, dataContainerSize: number) => bigint | null;
  readonly kernelInfoGetAttribute_float: (info: Pointer, name: string | null, out: Pointer) => bigint | null;
  readonly kernelInfoGetAttribute_int64: (info: Pointer, name: string | null, out: Pointer) => bigint | null;
  readonly kernelInfoGetAttribute_string: (info: Pointer, name: string | null, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelContext_GetInputCount: (context: Pointer, out: Pointer) => bigint | null;
  readonly kernelContext_GetOutputCount: (context: Pointer, out: Pointer) => bigint | null;
  readonly kernelContext_GetInput: (context: Pointer, index: number, out: Pointer) => bigint | null;
  readonly kernelContext_GetOutput: (context: Pointer, index: number, dimValues: Pointer, dimCount: number, out: Pointer) => bigint | null;
  readonly releaseEnv: (input: Pointer) => void;
  readonly releaseStatus: (input: Pointer) => void;
  readonly releaseMemoryInfo: (input: Pointer) => void;
  readonly releaseSession: (input: Pointer) => void;
  readonly releaseValue: (input: Pointer) => void;
  readonly releaseRunOptions: (input: Pointer) => void;
  readonly releaseTypeInfo: (input: Pointer) => void;
  readonly releaseTensorTypeAndShapeInfo: (input: Pointer) => void;
  readonly releaseSessionOptions: (input: Pointer) => void;
  readonly releaseCustomOpDomain: (input: Pointer) => void;
  readonly getDenotationFromTypeInfo: (typeInfo: Pointer, denotation: Pointer, len: Pointer) => bigint | null;
  readonly castTypeInfoToMapTypeInfo: (typeInfo: Pointer, out: Pointer) => bigint | null;
  readonly castTypeInfoToSequenceTypeInfo: (typeInfo: Pointer, out: Pointer) => bigint | null;
  readonly getMapKeyType: (mapTypeInfo: Pointer, out: Pointer) => bigint | null;
  readonly getMapValueType: (mapTypeInfo: Pointer, typeInfo: Pointer) => bigint | null;
  readonly getSequenceElementType: (sequenceTypeInfo: Pointer, typeInfo: Pointer) => bigint | null;
  readonly releaseMapTypeInfo: (input: Pointer) => void;
  readonly releaseSequenceTypeInfo: (input: Pointer) => void;
  readonly sessionEndProfiling: (session: Pointer, allocator: Pointer, out: Pointer) => bigint | null;
  readonly sessionGetModelMetadata: (session: Pointer, out: Pointer) => bigint | null;
  readonly modelMetadataGetProducerName: (modelMetadata: Pointer, allocator: Pointer, value: Pointer) => bigint | null;
  readonly modelMetadataGetGraphName: (modelMetadata: Pointer, allocator: Pointer, value: Pointer) => bigint | null;
  readonly modelMetadataGetDomain: (modelMetadata: Pointer, allocator: Pointer, value: Pointer) => bigint | null;
  readonly modelMetadataGetDescription: (modelMetadata: Pointer, allocator: Pointer, value: Pointer) => bigint | null;
  readonly modelMetadataLookupCustomMetadataMap: (modelMetadata: Pointer, allocator: Pointer, key: string | null, value: Pointer) => bigint | null;
  readonly modelMetadataGetVersion: (modelMetadata: Pointer, value: Pointer) => bigint | null;
  readonly releaseModelMetadata: (input: Pointer) => void;
  readonly createEnvWithGlobalThreadPools: (logSeverityLevel: number, logid: string | null, tpOptions: Pointer, out: Pointer) => bigint | null;
  readonly disablePerSessionThreads: (options: Pointer) => bigint | null;
  readonly createThreadingOptions: (out: Pointer) => bigint | null;
  readonly releaseThreadingOptions: (input: Pointer) => void;
  readonly modelMetadataGetCustomMetadataMapKeys: (modelMetadata: Pointer, allocator: Pointer, keys: Pointer, numKeys: Pointer) => bigint | null;
  readonly addFreeDimensionOverrideByName: (options: Pointer, dimName: string | null, dimValue: number | bigint) => bigint | null;
  readonly getAvailableProviders: (outPtr: Pointer, providerLength: Pointer) => bigint | null;
  readonly releaseAvailableProviders: (ptr: Pointer, providersLength: number) => bigint | null;
  readonly getStringTensorElementLength: (value: Pointer, index: number, out: Pointer) => bigint | null;
  readonly getStringTensorElement: (value: Pointer, sLen: number, index: number, s: Pointer) => bigint | null;
  readonly fillStringTensorElement: (value: Pointer, s: string | null, index: number) => bigint | null;
  readonly addSessionConfigEntry: (options: Pointer, configKey: string | null, configValue: string | null) => bigint | null;
  readonly createAllocator: (session: Pointer, memInfo: Pointer, out: Pointer) => bigint | null;
  readonly releaseAllocator: (input: Pointer) => void;
  readonly runWithBinding: (session: Pointer, runOptions: Pointer, bindingPtr: Pointer) => bigint | null;
  readonly createIoBinding: (session: Pointer, out: Pointer) => bigint | null;
  readonly releaseIoBinding: (input: Pointer) => void;
  readonly bindInput: (bindingPtr: Pointer, name: string | null, valPtr: Pointer) => bigint | null;
  readonly bindOutput: (bindingPtr: Pointer, name: string | null, valPtr: Pointer) => bigint | null;
  readonly bindOutputToDevice: (bindingPtr: Pointer, name: string | null, memInfoPtr: Pointer) => bigint | null;
  readonly getBoundOutputNames: (bindingPtr: Pointer, allocator: Pointer, buffer: Pointer, lengths: Pointer, count: Pointer) => bigint | null;
  readonly getBoundOutputValues: (bindingPtr: Pointer, allocator: Pointer, output: Pointer, outputCount: Pointer) => bigint | null;
  readonly clearBoundInputs: (bindingPtr: Pointer) => void;
  readonly clearBoundOutputs: (bindingPtr: Pointer) => void;
  readonly tensorAt: (value: Pointer, locationValues: Pointer, locationValuesCount: number, out: Pointer) => bigint | null;
  readonly createAndRegisterAllocator: (env: Pointer, memInfo: Pointer, arenaCfg: Pointer) => bigint | null;
  readonly setLanguageProjection: (ortEnv: Pointer, projection: number) => bigint | null;
  readonly sessionGetProfilingStartTimeNs: (session: Pointer, out: Pointer) => bigint | null;
  readonly setGlobalIntraOpNumThreads: (tpOptions: Pointer, intraOpNumThreads: number) => bigint | null;
  readonly setGlobalInterOpNumThreads: (tpOptions: Pointer, interOpNumThreads: number) => bigint | null;
  readonly setGlobalSpinControl: (tpOptions: Pointer, allowSpinning: number) => bigint | null;
  readonly addInitializer: (options: Pointer, name: string | null, val: Pointer) => bigint | null;
  readonly createEnvWithCustomLoggerAndGlobalThreadPools: (loggingFunction: Pointer, loggerParam: Pointer, logSeverityLevel: number, logid: string | null, tpOptions: Pointer, out: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_CUDA: (options: Pointer, cudaOptions: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_ROCM: (options: Pointer, rocmOptions: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_OpenVINO: (options: Pointer, providerOptions: Pointer) => bigint | null;
  readonly setGlobalDenormalAsZero: (tpOptions: Pointer) => bigint | null;
  readonly createArenaCfg: (maxMem: number, arenaExtendStrategy: number, initialChunkSizeBytes: number, maxDeadBytesPerChunk: number, out: Pointer) => bigint | null;
  readonly releaseArenaCfg: (input: Pointer) => void;
  readonly modelMetadataGetGraphDescription: (modelMetadata: Pointer, allocator: Pointer, value: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_TensorRT: (options: Pointer, tensorrtOptions: Pointer) => bigint | null;
  readonly setCurrentGpuDeviceId: (deviceId: number) => bigint | null;
  readonly getCurrentGpuDeviceId: (deviceId: Pointer) => bigint | null;
  readonly kernelInfoGetAttributeArray_float: (info: Pointer, name: string | null, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfoGetAttributeArray_int64: (info: Pointer, name: string | null, out: Pointer, size: Pointer) => bigint | null;
  readonly createArenaCfgV2: (arenaConfigKeys: Pointer, arenaConfigValues: Pointer, numKeys: number, out: Pointer) => bigint | null;
  readonly addRunConfigEntry: (options: Pointer, configKey: string | null, configValue: string | null) => bigint | null;
  readonly createPrepackedWeightsContainer: (out: Pointer) => bigint | null;
  readonly releasePrepackedWeightsContainer: (input: Pointer) => void;
  readonly createSessionWithPrepackedWeightsContainer: (env: Pointer, modelPath: string | null, options: Pointer, prepackedWeightsContainer: Pointer, out: Pointer) => bigint | null;
  readonly createSessionFromArrayWithPrepackedWeightsContainer: (env: Pointer, modelData: Pointer, modelDataLength: number, options: Pointer, prepackedWeightsContainer: Pointer, out: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_TensorRT_V2: (options: Pointer, tensorrtOptions: Pointer) => bigint | null;
  readonly createTensorRTProviderOptions: (out: Pointer) => bigint | null;
  readonly updateTensorRTProviderOptions: (tensorrtOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly getTensorRTProviderOptionsAsString: (tensorrtOptions: Pointer, allocator: Pointer, ptr: Pointer) => bigint | null;
  readonly releaseTensorRTProviderOptions: (input: Pointer) => void;
  readonly enableOrtCustomOps: (options: Pointer) => bigint | null;
  readonly registerAllocator: (env: Pointer, allocator: Pointer) => bigint | null;
  readonly unregisterAllocator: (env: Pointer, memInfo: Pointer) => bigint | null;
  readonly isSparseTensor: (value: Pointer, out: Pointer) => bigint | null;
  readonly createSparseTensorAsOrtValue: (allocator: Pointer, denseShape: Pointer, denseShapeLen: number, type: number, out: Pointer) => bigint | null;
  readonly fillSparseTensorCoo: (ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, indicesData: Pointer, indicesNum: number) => bigint | null;
  readonly fillSparseTensorCsr: (ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, innerIndicesData: Pointer, innerIndicesNum: number, outerIndicesData: Pointer, outerIndicesNum: number) => bigint | null;
  readonly fillSparseTensorBlockSparse: (ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, indicesShapeData: Pointer, indicesShapeLen: number, indicesData: Pointer) => bigint | null;
  readonly createSparseTensorWithValuesAsOrtValue: (info: Pointer, pData: Pointer, denseShape: Pointer, denseShapeLen: number, valuesShape: Pointer, valuesShapeLen: number, type: number, out: Pointer) => bigint | null;
  readonly useCooIndices: (ortValue: Pointer, indicesData: Pointer, indicesNum: number) => bigint | null;
  readonly useCsrIndices: (ortValue: Pointer, innerData: Pointer, innerNum: number, outerData: Pointer, outerNum: number) => bigint | null;
  readonly useBlockSparseIndices: (ortValue: Pointer, indicesShape: Pointer, indicesShapeLen: number, indicesData: Pointer) => bigint | null;
  readonly getSparseTensorFormat: (ortValue: Pointer, out: Pointer) => bigint | null;
  readonly getSparseTensorValuesTypeAndShape: (ortValue: Pointer, out: Pointer) => bigint | null;
  readonly getSparseTensorValues: (ortValue: Pointer, out: Pointer) => bigint | null;
  readonly getSparseTensorIndicesTypeShape: (ortValue: Pointer, indicesFormat: number, out: Pointer) => bigint | null;
  readonly getSparseTensorIndices: (ortValue: Pointer, indicesFormat: number, numIndices: Pointer, indices: Pointer) => bigint | null;
  readonly hasValue: (value: Pointer, out: Pointer) => bigint | null;
  readonly kernelContext_GetGPUComputeStream: (context: Pointer, out: Pointer) => bigint | null;
  readonly getTensorMemoryInfo: (value: Pointer, memInfo: Pointer) => bigint | null;
  readonly getExecutionProviderApi: (providerName: string | null, version: number, providerApi: Pointer) => bigint | null;
  readonly sessionOptionsSetCustomCreateThreadFn: (options: Pointer, ortCustomCreateThreadFn: Pointer) => bigint | null;
  readonly sessionOptionsSetCustomThreadCreationOptions: (options: Pointer, ortCustomThreadCreationOptions: Pointer) => bigint | null;
  readonly sessionOptionsSetCustomJoinThreadFn: (options: Pointer, ortCustomJoinThreadFn: Pointer) => bigint | null;
  readonly setGlobalCustomCreateThreadFn: (tpOptions: Pointer, ortCustomCreateThreadFn: Pointer) => bigint | null;
  readonly setGlobalCustomThreadCreationOptions: (tpOptions: Pointer, ortCustomThreadCreationOptions: Pointer) => bigint | null;
  readonly setGlobalCustomJoinThreadFn: (tpOptions: Pointer, ortCustomJoinThreadFn: Pointer) => bigint | null;
  readonly synchronizeBoundInputs: (bindingPtr: Pointer) => bigint | null;
  readonly synchronizeBoundOutputs: (bindingPtr: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_CUDA_V2: (options: Pointer, cudaOptions: Pointer) => bigint | null;
  readonly createCUDAProviderOptions: (out: Pointer) => bigint | null;
  readonly updateCUDAProviderOptions: (cudaOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly getCUDAProviderOptionsAsString: (cudaOptions: Pointer, allocator: Pointer, ptr: Pointer) => bigint | null;
  readonly releaseCUDAProviderOptions: (input: Pointer) => void;
  readonly sessionOptionsAppendExecutionProvider_MIGraphX: (options: Pointer, migraphxOptions: Pointer) => bigint | null;
  readonly addExternalInitializers: (options: Pointer, initializerNames: Pointer, initializers: Pointer, numInitializers: number) => bigint | null;
  readonly createOpAttr: (name: string | null, data: Pointer, len: number, type: number, opAttr: Pointer) => bigint | null;
  readonly releaseOpAttr: (input: Pointer) => void;
  readonly createOp: (info: Pointer, opName: string | null, domain: string | null, version: number, typeConstraintNames: Pointer, typeConstraintValues: Pointer, typeConstraintCount: number, attrValues: Pointer, attrCount: number, inputCount: number, outputCount: number, ortOp: Pointer) => bigint | null;
  readonly invokeOp: (context: Pointer, ortOp: Pointer, inputValues: Pointer, inputCount: number, outputValues: Pointer, outputCount: number) => bigint | null;
  readonly releaseOp: (input: Pointer) => void;
  readonly sessionOptionsAppendExecutionProvider: (options: Pointer, providerName: string | null, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly copyKernelInfo: (info: Pointer, infoCopy: Pointer) => bigint | null;
  readonly releaseKernelInfo: (input: Pointer) => void;
  readonly getTrainingApi: (version: number) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_CANN: (options: Pointer, cannOptions: Pointer) => bigint | null;
  readonly createCANNProviderOptions: (out: Pointer) => bigint | null;
  readonly updateCANNProviderOptions: (cannOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly getCANNProviderOptionsAsString: (cannOptions: Pointer, allocator: Pointer, ptr: Pointer) => bigint | null;
  readonly releaseCANNProviderOptions: (input: Pointer) => void;
  readonly memoryInfoGetDeviceType: (ptr: Pointer, out: Pointer) => void;
  readonly updateEnvWithCustomLogLevel: (ortEnv: Pointer, logSeverityLevel: number) => bigint | null;
  readonly setGlobalIntraOpThreadAffinity: (tpOptions: Pointer, affinityString: string | null) => bigint | null;
  readonly registerCustomOpsLibrary_V2: (options: Pointer, libraryName: string | null) => bigint | null;
  readonly registerCustomOpsUsingFunction: (options: Pointer, registrationFuncName: string | null) => bigint | null;
  readonly kernelInfo_GetInputCount: (info: Pointer, out: Pointer) => bigint | null;
  readonly kernelInfo_GetOutputCount: (info: Pointer, out: Pointer) => bigint | null;
  readonly kernelInfo_GetInputName: (info: Pointer, index: number, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfo_GetOutputName: (info: Pointer, index: number, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfo_GetInputTypeInfo: (info: Pointer, index: number, typeInfo: Pointer) => bigint | null;
  readonly kernelInfo_GetOutputTypeInfo: (info: Pointer, index: number, typeInfo: Pointer) => bigint | null;
  readonly kernelInfoGetAttribute_tensor: (info: Pointer, name: string | null, allocator: Pointer, out: Pointer) => bigint | null;
  readonly hasSessionConfigEntry: (options: Pointer, configKey: string | null, out: Pointer) => bigint | null;
  readonly getSessionConfigEntry: (options: Pointer, configKey: string | null, configValue: Pointer, size: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_Dnnl: (options: Pointer, dnnlOptions: Pointer) => bigint | null;
  readonly createDnnlProviderOptions: (out: Pointer) => bigint | null;
  readonly updateDnnlProviderOptions: (dnnlOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly getDnnlProviderOptionsAsString: (dnnlOptions: Pointer, allocator: Pointer, ptr: Pointer) => bigint | null;
  readonly releaseDnnlProviderOptions: (input: Pointer) => void;
  readonly kernelInfo_GetNodeName: (info: Pointer, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfo_GetLogger: (info: Pointer, logger: Pointer) => bigint | null;
  readonly kernelContext_GetLogger: (context: Pointer, logger: Pointer) => bigint | null;
  readonly logger_LogMessage: (logger: Pointer, logSeverityLevel: number, message: string | null, filePath: string | null, lineNumber: number, funcName: string | null) => bigint | null;
  readonly logger_GetLoggingSeverityLevel: (logger: Pointer, out: Pointer) => bigint | null;
  readonly kernelInfoGetConstantInput_tensor: (info: Pointer, index: number, isConstant: Pointer, out: Pointer) => bigint | null;
  readonly castTypeInfoToOptionalTypeInfo: (typeInfo: Pointer, out: Pointer) => bigint | null;
  readonly getOptionalContainedTypeInfo: (optionalTypeInfo: Pointer, out: Pointer) => bigint | null;
  readonly getResizedStringTensorElementBuffer: (value: Pointer, index: number, lengthInBytes: number, buffer: Pointer) => bigint | null;
  readonly kernelContext_GetAllocator: (context: Pointer, memInfo: Pointer, out: Pointer) => bigint | null;
  readonly getBuildInfoString: () => string | null;
  readonly createROCMProviderOptions: (out: Pointer) => bigint | null;
  readonly updateROCMProviderOptions: (rocmOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly getROCMProviderOptionsAsString: (rocmOptions: Pointer, allocator: Pointer, ptr: Pointer) => bigint | null;
  readonly releaseROCMProviderOptions: (input: Pointer) => void;
  readonly createAndRegisterAllocatorV2: (env: Pointer, providerType: string | null, memInfo: Pointer, arenaCfg: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly runAsync: (session: Pointer, runOptions: Pointer, inputNames: Pointer, input: Pointer, inputLen: number, outputNames: Pointer, outputNamesLen: number, output: Pointer, runAsyncCallback: Pointer, userData: Pointer) => bigint | null;
  readonly updateTensorRTProviderOptionsWithValue: (tensorrtOptions: Pointer, key: string | null, value: Pointer) => bigint | null;
  readonly getTensorRTProviderOptionsByName: (tensorrtOptions: Pointer, key: string | null, ptr: Pointer) => bigint | null;
  readonly updateCUDAProviderOptionsWithValue: (cudaOptions: Pointer, key: string | null, value: Pointer) => bigint | null;
  readonly getCUDAProviderOptionsByName: (cudaOptions: Pointer, key: string | null, ptr: Pointer) => bigint | null;
  readonly kernelContext_GetResource: (context: Pointer, resourceVersion: number, resourceId: number, resource: Pointer) => bigint | null;
  readonly setUserLoggingFunction: (options: Pointer, userLoggingFunction: Pointer, userLoggingParam: Pointer) => bigint | null;
  readonly shapeInferContext_GetInputCount: (context: Pointer, out: Pointer) => bigint | null;
  readonly shapeInferContext_GetInputTypeShape: (context: Pointer, index: number, info: Pointer) => bigint | null;
  readonly shapeInferContext_GetAttribute: (context: Pointer, attrName: string | null, attr: Pointer) => bigint | null;
  readonly shapeInferContext_SetOutputTypeShape: (context: Pointer, index: number, info: Pointer) => bigint | null;
  readonly setSymbolicDimensions: (info: Pointer, dimParams: Pointer, dimParamsLength: number) => bigint | null;
  readonly readOpAttr: (opAttr: Pointer, type: number, data: Pointer, len: number, out: Pointer) => bigint | null;
  readonly setDeterministicCompute: (options: Pointer, value: boolean) => bigint | null;
  readonly kernelContext_ParallelFor: (context: Pointer, fn: Pointer, total: number, numBatch: number, usrData: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_OpenVINO_V2: (options: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_VitisAI: (options: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number) => bigint | null;
  readonly kernelContext_GetScratchBuffer: (context: Pointer, memInfo: Pointer, countOrBytes: number, out: Pointer) => bigint | null;
  readonly kernelInfoGetAllocator: (info: Pointer, memType: number, out: Pointer) => bigint | null;
  readonly addExternalInitializersFromFilesInMemory: (options: Pointer, externalInitializerFileNames: Pointer, externalInitializerFileBufferArray: Pointer, externalInitializerFileLengths: Pointer, numExternalInitializerFiles: number) => bigint | null;
  readonly createLoraAdapter: (adapterFilePath: string | null, allocator: Pointer, out: Pointer) => bigint | null;
  readonly createLoraAdapterFromArray: (bytes: Pointer, numBytes: number, allocator: Pointer, out: Pointer) => bigint | null;
  readonly releaseLoraAdapter: (input: Pointer) => void;
  readonly runOptionsAddActiveLoraAdapter: (options: Pointer, adapter: Pointer) => bigint | null;
  readonly setEpDynamicOptions: (sess: Pointer, keys: Pointer, values: Pointer, kvLen: number) => bigint | null;
  readonly releaseValueInfo: (input: Pointer) => void;
  readonly releaseNode: (input: Pointer) => void;
  readonly releaseGraph: (input: Pointer) => void;
  readonly releaseModel: (input: Pointer) => void;
  readonly getValueInfoName: (valueInfo: Pointer, name: Pointer) => bigint | null;
  readonly getValueInfoTypeInfo: (valueInfo: Pointer, typeInfo: Pointer) => bigint | null;
  readonly getModelEditorApi: () => bigint | null;
  readonly createTensorWithDataAndDeleterAsOrtValue: (deleter: Pointer, pData: Pointer, pDataLen: number, shape: Pointer, shapeLen: number, type: number, out: Pointer) => bigint | null;
  readonly sessionOptionsSetLoadCancellationFlag: (options: Pointer, cancel: boolean) => bigint | null;
  readonly getCompileApi: () => bigint | null;
  readonly createKeyValuePairs: (out: Pointer) => void;
  readonly addKeyValuePair: (kvps: Pointer, key: string | null, value: string | null) => void;
  readonly getKeyValue: (kvps: Pointer, key: string | null) => string | null;
  readonly getKeyValuePairs: (kvps: Pointer, keys: Pointer, values: Pointer, numEntries: Pointer) => void;
  readonly removeKeyValuePair: (kvps: Pointer, key: string | null) => void;
  readonly releaseKeyValuePairs: (input: Pointer) => void;
  readonly registerExecutionProviderLibrary: (env: Pointer, registrationName: string | null, path: string | null) => bigint | null;
  readonly unregisterExecutionProviderLibrary: (env: Pointer, registrationName: string | null) => bigint | null;
  readonly getEpDevices: (env: Pointer, epDevices: Pointer, numEpDevices: Pointer) => bigint | null;
  readonly sessionOptionsAppendExecutionProvider_V2: (sessionOptions: Pointer, env: Pointer, epDevices: Pointer, numEpDevices: number, epOptionKeys: Pointer, epOptionVals: Pointer, numEpOptions: number) => bigint | null;
  readonly sessionOptionsSetEpSelectionPolicy: (sessionOptions: Pointer, policy: number) => bigint | null;
  readonly sessionOptionsSetEpSelectionPolicyDelegate: (sessionOptions: Pointer, delegate: Pointer, delegateState: Pointer) => bigint | null;
  readonly hardwareDevice_Type: (device: Pointer) => number;
  readonly hardwareDevice_VendorId: (device: Pointer) => number;
  readonly hardwareDevice_Vendor: (device: Pointer) => string | null;
  readonly hardwareDevice_DeviceId: (device: Pointer) => number;
  readonly hardwareDevice_Metadata: (device: Pointer) => bigint | null;
  readonly epDevice_EpName: (epDevice: Pointer) => string | null;
  readonly epDevice_EpVendor: (epDevice: Pointer) => string | null;
  readonly epDevice_EpMetadata: (epDevice: Pointer) => bigint | null;
  readonly epDevice_EpOptions: (epDevice: Pointer) => bigint | null;
  readonly epDevice_Device: (epDevice: Pointer) => bigint | null;
  readonly getEpApi: () => bigint | null;
  readonly getTensorSizeInBytes: (ortValue: Pointer, size: Pointer) => bigint | null;
  readonly allocatorGetStats: (ortAllocator: Pointer, out: Pointer) => bigint | null;
  readonly createMemoryInfo_V2: (name: string | null, deviceType: number, vendorId: number, deviceId: number, memType: number, alignment: number, allocatorType: number, out: Pointer) => bigint | null;
  readonly memoryInfoGetDeviceMemType: (ptr: Pointer) => number;
  readonly memoryInfoGetVendorId: (ptr: Pointer) => number;
  readonly valueInfo_GetValueProducer: (valueInfo: Pointer, producerNode: Pointer, producerOutputIndex: Pointer) => bigint | null;
  readonly valueInfo_GetValueNumConsumers: (valueInfo: Pointer, numConsumers: Pointer) => bigint | null;
  readonly valueInfo_GetValueConsumers: (valueInfo: Pointer, nodes: Pointer, inputIndices: Pointer, numConsumers: number) => bigint | null;
  readonly valueInfo_GetInitializerValue: (valueInfo: Pointer, initializerValue: Pointer) => bigint | null;
  readonly valueInfo_GetExternalInitializerInfo: (valueInfo: Pointer, info: Pointer) => bigint | null;
  readonly valueInfo_IsRequiredGraphInput: (valueInfo: Pointer, isRequiredGraphInput: Pointer) => bigint | null;
  readonly valueInfo_IsOptionalGraphInput: (valueInfo: Pointer, isOptionalGraphInput: Pointer) => bigint | null;
  readonly valueInfo_IsGraphOutput: (valueInfo: Pointer, isGraphOutput: Pointer) => bigint | null;
  readonly valueInfo_IsConstantInitializer: (valueInfo: Pointer, isConstantInitializer: Pointer) => bigint | null;
  readonly valueInfo_IsFromOuterScope: (valueInfo: Pointer, isFromOuterScope: Pointer) => bigint | null;
  readonly graph_GetName: (graph: Pointer, graphName: Pointer) => bigint | null;
  readonly graph_GetModelPath: (graph: Pointer, modelPath: Pointer) => bigint | null;
  readonly graph_GetOnnxIRVersion: (graph: Pointer, onnxIrVersion: Pointer) => bigint | null;
  readonly graph_GetNumOperatorSets: (graph: Pointer, numOperatorSets: Pointer) => bigint | null;
  readonly graph_GetOperatorSets: (graph: Pointer, domains: Pointer, opsetVersions: Pointer, numOperatorSets: number) => bigint | null;
  readonly graph_GetNumInputs: (graph: Pointer, numInputs: Pointer) => bigint | null;
  readonly graph_GetInputs: (graph: Pointer, inputs: Pointer, numInputs: number) => bigint | null;
  readonly graph_GetNumOutputs: (graph: Pointer, numOutputs: Pointer) => bigint | null;
  readonly graph_GetOutputs: (graph: Pointer, outputs: Pointer, numOutputs: number) => bigint | null;
  readonly graph_GetNumInitializers: (graph: Pointer, numInitializers: Pointer) => bigint | null;
  readonly graph_GetInitializers: (graph: Pointer, initializers: Pointer, numInitializers: number) => bigint | null;
  readonly graph_GetNumNodes: (graph: Pointer, numNodes: Pointer) => bigint | null;
  readonly graph_GetNodes: (graph: Pointer, nodes: Pointer, numNodes: number) => bigint | null;
  readonly graph_GetParentNode: (graph: Pointer, node: Pointer) => bigint | null;
  readonly graph_GetGraphView: (srcGraph: Pointer, nodes: Pointer, numNodes: number, dstGraph: Pointer) => bigint | null;
  readonly node_GetId: (node: Pointer, nodeId: Pointer) => bigint | null;
  readonly node_GetName: (node: Pointer, nodeName: Pointer) => bigint | null;
  readonly node_GetOperatorType: (node: Pointer, operatorType: Pointer) => bigint | null;
  readonly node_GetDomain: (node: Pointer, domainName: Pointer) => bigint | null;
  readonly node_GetSinceVersion: (node: Pointer, sinceVersion: Pointer) => bigint | null;
  readonly node_GetNumInputs: (node: Pointer, numInputs: Pointer) => bigint | null;
  readonly node_GetInputs: (node: Pointer, inputs: Pointer, numInputs: number) => bigint | null;
  readonly node_GetNumOutputs: (node: Pointer, numOutputs: Pointer) => bigint | null;
  readonly node_GetOutputs: (node: Pointer, outputs: Pointer, numOutputs: number) => bigint | null;
  readonly node_GetNumImplicitInputs: (node: Pointer, numImplicitInputs: Pointer) => bigint | null;
  readonly node_GetImplicitInputs: (node: Pointer, implicitInputs: Pointer, numImplicitInputs: number) => bigint | null;
  readonly node_GetNumAttributes: (node: Pointer, numAttributes: Pointer) => bigint | null;
  readonly node_GetAttributes: (node: Pointer, attributes: Pointer, numAttributes: number) => bigint | null;
  readonly node_GetAttributeByName: (node: Pointer, attributeName: string | null, attribute: Pointer) => bigint | null;
  readonly opAttr_GetTensorAttributeAsOrtValue: (attribute: Pointer, attrTensor: Pointer) => bigint | null;
  readonly opAttr_GetType: (attribute: Pointer, type: Pointer) => bigint | null;
  readonly opAttr_GetName: (attribute: Pointer, name: Pointer) => bigint | null;
  readonly node_GetNumSubgraphs: (node: Pointer, numSubgraphs: Pointer) => bigint | null;
  readonly node_GetSubgraphs: (node: Pointer, subgraphs: Pointer, numSubgraphs: number, attributeNames: Pointer) => bigint | null;
  readonly node_GetGraph: (node: Pointer, graph: Pointer) => bigint | null;
  readonly node_GetEpName: (node: Pointer, out: Pointer) => bigint | null;
  readonly releaseExternalInitializerInfo: (input: Pointer) => void;
  readonly externalInitializerInfo_GetFilePath: (info: Pointer) => number;
  readonly externalInitializerInfo_GetFileOffset: (info: Pointer) => number;
  readonly externalInitializerInfo_GetByteSize: (info: Pointer) => number;
  readonly getRunConfigEntry: (options: Pointer, configKey: string | null) => string | null;
  readonly epDevice_MemoryInfo: (epDevice: Pointer, memoryType: number) => bigint | null;
  readonly createSharedAllocator: (env: Pointer, epDevice: Pointer, memType: number, allocatorType: number, allocatorOptions: Pointer, allocator: Pointer) => bigint | null;
  readonly getSharedAllocator: (env: Pointer, memInfo: Pointer, allocator: Pointer) => bigint | null;
  readonly releaseSharedAllocator: (env: Pointer, epDevice: Pointer, memType: number) => bigint | null;
  readonly getTensorData: (value: Pointer, out: Pointer) => bigint | null;
  readonly getSessionOptionsConfigEntries: (options: Pointer, out: Pointer) => bigint | null;
  readonly sessionGetMemoryInfoForInputs: (session: Pointer, inputsMemoryInfo: Pointer, numInputs: number) => bigint | null;
  readonly sessionGetMemoryInfoForOutputs: (session: Pointer, outputsMemoryInfo: Pointer, numOutputs: number) => bigint | null;
  readonly sessionGetEpDeviceForInputs: (session: Pointer, inputsEpDevices: Pointer, numInputs: number) => bigint | null;
  readonly createSyncStreamForEpDevice: (epDevice: Pointer, streamOptions: Pointer, stream: Pointer) => bigint | null;
  readonly syncStream_GetHandle: (stream: Pointer) => bigint | null;
  readonly releaseSyncStream: (input: Pointer) => void;
  readonly copyTensors: (env: Pointer, srcTensors: Pointer, dstTensors: Pointer, stream: Pointer, numTensors: number) => bigint | null;
  readonly graph_GetModelMetadata: (graph: Pointer, out: Pointer) => bigint | null;
  readonly getModelCompatibilityForEpDevices: (epDevices: Pointer, numEpDevices: number, compatibilityInfo: string | null, outStatus: Pointer) => bigint | null;
  readonly createExternalInitializerInfo: (filepath: string | null, fileOffset: number | bigint, byteSize: number, out: Pointer) => bigint | null;
  readonly tensorTypeAndShape_HasShape: (info: Pointer) => boolean;
  readonly kernelInfo_GetConfigEntries: (info: Pointer, out: Pointer) => bigint | null;
  readonly kernelInfo_GetOperatorDomain: (info: Pointer, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfo_GetOperatorType: (info: Pointer, out: Pointer, size: Pointer) => bigint | null;
  readonly kernelInfo_GetOperatorSinceVersion: (info: Pointer, sinceVersion: Pointer) => bigint | null;
  readonly getInteropApi: () => bigint | null;
  readonly sessionGetEpDeviceForOutputs: (session: Pointer, outputsEpDevices: Pointer, numOutputs: number) => bigint | null;
  readonly getNumHardwareDevices: (env: Pointer, numDevices: Pointer) => bigint | null;
  readonly getHardwareDevices: (env: Pointer, devices: Pointer, numDevices: number) => bigint | null;
  readonly getHardwareDeviceEpIncompatibilityDetails: (env: Pointer, epName: string | null, hw: Pointer, details: Pointer) => bigint | null;
  readonly deviceEpIncompatibilityDetails_GetReasonsBitmask: (details: Pointer, reasonsBitmask: Pointer) => bigint | null;
  readonly deviceEpIncompatibilityDetails_GetNotes: (details: Pointer, notes: Pointer) => bigint | null;
  readonly deviceEpIncompatibilityDetails_GetErrorCode: (details: Pointer, errorCode: Pointer) => bigint | null;
  readonly releaseDeviceEpIncompatibilityDetails: (input: Pointer) => void;
  readonly getCompatibilityInfoFromModel: (modelPath: string | null, epType: string | null, allocator: Pointer, compatibilityInfo: Pointer) => bigint | null;
  readonly getCompatibilityInfoFromModelBytes: (modelData: Pointer, modelDataLength: number, epType: string | null, allocator: Pointer, compatibilityInfo: Pointer) => bigint | null;
  readonly createEnvWithOptions: (options: Pointer, out: Pointer) => bigint | null;
  readonly session_GetEpGraphAssignmentInfo: (session: Pointer, epSubgraphs: Pointer, numEpSubgraphs: Pointer) => bigint | null;
  readonly epAssignedSubgraph_GetEpName: (epSubgraph: Pointer, out: Pointer) => bigint | null;
  readonly epAssignedSubgraph_GetNodes: (epSubgraph: Pointer, epNodes: Pointer, numEpNodes: Pointer) => bigint | null;
  readonly epAssignedNode_GetName: (epNode: Pointer, out: Pointer) => bigint | null;
  readonly epAssignedNode_GetDomain: (epNode: Pointer, out: Pointer) => bigint | null;
  readonly epAssignedNode_GetOperatorType: (epNode: Pointer, out: Pointer) => bigint | null;
  readonly runOptionsSetSyncStream: (options: Pointer, syncStream: Pointer) => void;
  readonly getTensorElementTypeAndShapeDataReference: (value: Pointer, elemType: Pointer, shapeData: Pointer, shapeDataCount: Pointer) => bigint | null;
  readonly runOptionsEnableProfiling: (options: Pointer, profileFilePrefix: string | null) => bigint | null;
  readonly runOptionsDisableProfiling: (options: Pointer) => bigint | null;
  readonly kernelInfoGetAttributeArray_string: (info: Pointer, name: string | null, allocator: Pointer, out: Pointer, size: Pointer) => bigint | null;
  readonly setPerSessionThreadPoolCallbacks: (env: Pointer, config: Pointer) => bigint | null;
}
