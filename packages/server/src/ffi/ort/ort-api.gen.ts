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
  createStatus(code: number, msg: string | null): bigint | null;
  getErrorCode(status: Pointer): number;
  getErrorMessage(status: Pointer): string | null;
  createEnv(logSeverityLevel: number, logid: string | null, out: Pointer): bigint | null;
  createEnvWithCustomLogger(loggingFunction: Pointer, loggerParam: Pointer, logSeverityLevel: number, logid: string | null, out: Pointer): bigint | null;
  enableTelemetryEvents(env: Pointer): bigint | null;
  disableTelemetryEvents(env: Pointer): bigint | null;
  createSession(env: Pointer, modelPath: string | null, options: Pointer, out: Pointer): bigint | null;
  createSessionFromArray(env: Pointer, modelData: Pointer, modelDataLength: number, options: Pointer, out: Pointer): bigint | null;
  run(session: Pointer, runOptions: Pointer, inputNames: Pointer, inputs: Pointer, inputLen: number, outputNames: Pointer, outputNamesLen: number, outputs: Pointer): bigint | null;
  createSessionOptions(options: Pointer): bigint | null;
  setOptimizedModelFilePath(options: Pointer, optimizedModelFilepath: string | null): bigint | null;
  cloneSessionOptions(inOptions: Pointer, outOptions: Pointer): bigint | null;
  setSessionExecutionMode(options: Pointer, executionMode: number): bigint | null;
  enableProfiling(options: Pointer, profileFilePrefix: string | null): bigint | null;
  disableProfiling(options: Pointer): bigint | null;
  enableMemPattern(options: Pointer): bigint | null;
  disableMemPattern(options: Pointer): bigint | null;
  enableCpuMemArena(options: Pointer): bigint | null;
  disableCpuMemArena(options: Pointer): bigint | null;
  setSessionLogId(options: Pointer, logid: string | null): bigint | null;
  setSessionLogVerbosityLevel(options: Pointer, sessionLogVerbosityLevel: number): bigint | null;
  setSessionLogSeverityLevel(options: Pointer, sessionLogSeverityLevel: number): bigint | null;
  setSessionGraphOptimizationLevel(options: Pointer, graphOptimizationLevel: number): bigint | null;
  setIntraOpNumThreads(options: Pointer, intraOpNumThreads: number): bigint | null;
  setInterOpNumThreads(options: Pointer, interOpNumThreads: number): bigint | null;
  createCustomOpDomain(domain: string | null, out: Pointer): bigint | null;
  customOpDomain_Add(customOpDomain: Pointer, op: Pointer): bigint | null;
  addCustomOpDomain(options: Pointer, customOpDomain: Pointer): bigint | null;
  registerCustomOpsLibrary(options: Pointer, libraryPath: string | null, libraryHandle: Pointer): bigint | null;
  sessionGetInputCount(session: Pointer, out: Pointer): bigint | null;
  sessionGetOutputCount(session: Pointer, out: Pointer): bigint | null;
  sessionGetOverridableInitializerCount(session: Pointer, out: Pointer): bigint | null;
  sessionGetInputTypeInfo(session: Pointer, index: number, typeInfo: Pointer): bigint | null;
  sessionGetOutputTypeInfo(session: Pointer, index: number, typeInfo: Pointer): bigint | null;
  sessionGetOverridableInitializerTypeInfo(session: Pointer, index: number, typeInfo: Pointer): bigint | null;
  sessionGetInputName(session: Pointer, index: number, allocator: Pointer, value: Pointer): bigint | null;
  sessionGetOutputName(session: Pointer, index: number, allocator: Pointer, value: Pointer): bigint | null;
  sessionGetOverridableInitializerName(session: Pointer, index: number, allocator: Pointer, value: Pointer): bigint | null;
  createRunOptions(out: Pointer): bigint | null;
  runOptionsSetRunLogVerbosityLevel(options: Pointer, logVerbosityLevel: number): bigint | null;
  runOptionsSetRunLogSeverityLevel(options: Pointer, logSeverityLevel: number): bigint | null;
  runOptionsSetRunTag(options: Pointer, runTag: string | null): bigint | null;
  runOptionsGetRunLogVerbosityLevel(options: Pointer, logVerbosityLevel: Pointer): bigint | null;
  runOptionsGetRunLogSeverityLevel(options: Pointer, logSeverityLevel: Pointer): bigint | null;
  runOptionsGetRunTag(options: Pointer, runTag: Pointer): bigint | null;
  runOptionsSetTerminate(options: Pointer): bigint | null;
  runOptionsUnsetTerminate(options: Pointer): bigint | null;
  createTensorAsOrtValue(allocator: Pointer, shape: Pointer, shapeLen: number, type: number, out: Pointer): bigint | null;
  createTensorWithDataAsOrtValue(info: Pointer, pData: Pointer, pDataLen: number, shape: Pointer, shapeLen: number, type: number, out: Pointer): bigint | null;
  isTensor(value: Pointer, out: Pointer): bigint | null;
  getTensorMutableData(value: Pointer, out: Pointer): bigint | null;
  fillStringTensor(value: Pointer, s: Pointer, sLen: number): bigint | null;
  getStringTensorDataLength(value: Pointer, len: Pointer): bigint | null;
  getStringTensorContent(value: Pointer, s: Pointer, sLen: number, offsets: Pointer, offsetsLen: number): bigint | null;
  castTypeInfoToTensorInfo(typeInfo: Pointer, out: Pointer): bigint | null;
  getOnnxTypeFromTypeInfo(typeInfo: Pointer, out: Pointer): bigint | null;
  createTensorTypeAndShapeInfo(out: Pointer): bigint | null;
  setTensorElementType(info: Pointer, type: number): bigint | null;
  setDimensions(info: Pointer, dimValues: Pointer, dimCount: number): bigint | null;
  getTensorElementType(info: Pointer, out: Pointer): bigint | null;
  getDimensionsCount(info: Pointer, out: Pointer): bigint | null;
  getDimensions(info: Pointer, dimValues: Pointer, dimValuesLength: number): bigint | null;
  getSymbolicDimensions(info: Pointer, dimParams: Pointer, dimParamsLength: number): bigint | null;
  getTensorShapeElementCount(info: Pointer, out: Pointer): bigint | null;
  getTensorTypeAndShape(value: Pointer, out: Pointer): bigint | null;
  getTypeInfo(value: Pointer, out: Pointer): bigint | null;
  getValueType(value: Pointer, out: Pointer): bigint | null;
  createMemoryInfo(name: string | null, type: number, id: number, memType: number, out: Pointer): bigint | null;
  createCpuMemoryInfo(type: number, memType: number, out: Pointer): bigint | null;
  compareMemoryInfo(info1: Pointer, info2: Pointer, out: Pointer): bigint | null;
  memoryInfoGetName(ptr: Pointer, out: Pointer): bigint | null;
  memoryInfoGetId(ptr: Pointer, out: Pointer): bigint | null;
  memoryInfoGetMemType(ptr: Pointer, out: Pointer): bigint | null;
  memoryInfoGetType(ptr: Pointer, out: Pointer): bigint | null;
  allocatorAlloc(ortAllocator: Pointer, size: number, out: Pointer): bigint | null;
  allocatorFree(ortAllocator: Pointer, p: Pointer): bigint | null;
  allocatorGetInfo(ortAllocator: Pointer, out: Pointer): bigint | null;
  getAllocatorWithDefaultOptions(out: Pointer): bigint | null;
  addFreeDimensionOverride(options: Pointer, dimDenotation: string | null, dimValue: number | bigint): bigint | null;
  getValue(value: Pointer, index: number, allocator: Pointer, out: Pointer): bigint | null;
  getValueCount(value: Pointer, out: Pointer): bigint | null;
  createValue(input: Pointer, numValues: number, valueType: number, out: Pointer): bigint | null;
  createOpaqueValue(domainName: string | null, typeName: string | null, dataContainer: Pointer, dataContainerSize: number, out: Pointer): bigint | null;
  getOpaqueValue(domainName: string | null, typeName: string | null, input: Pointer, dataContainer: Pointer, dataContainerSize: number): bigint | null;
  kernelInfoGetAttribute_float(info: Pointer, name: string | null, out: Pointer): bigint | null;
  kernelInfoGetAttribute_int64(info: Pointer, name: string | null, out: Pointer): bigint | null;
  kernelInfoGetAttribute_string(info: Pointer, name: string | null, out: Pointer, size: Pointer): bigint | null;
  kernelContext_GetInputCount(context: Pointer, out: Pointer): bigint | null;
  kernelContext_GetOutputCount(context: Pointer, out: Pointer): bigint | null;
  kernelContext_GetInput(context: Pointer, index: number, out: Pointer): bigint | null;
  kernelContext_GetOutput(context: Pointer, index: number, dimValues: Pointer, dimCount: number, out: Pointer): bigint | null;
  releaseEnv(input: Pointer): void;
  releaseStatus(input: Pointer): void;
  releaseMemoryInfo(input: Pointer): void;
  releaseSession(input: Pointer): void;
  releaseValue(input: Pointer): void;
  releaseRunOptions(input: Pointer): void;
  releaseTypeInfo(input: Pointer): void;
  releaseTensorTypeAndShapeInfo(input: Pointer): void;
  releaseSessionOptions(input: Pointer): void;
  releaseCustomOpDomain(input: Pointer): void;
  getDenotationFromTypeInfo(typeInfo: Pointer, denotation: Pointer, len: Pointer): bigint | null;
  castTypeInfoToMapTypeInfo(typeInfo: Pointer, out: Pointer): bigint | null;
  castTypeInfoToSequenceTypeInfo(typeInfo: Pointer, out: Pointer): bigint | null;
  getMapKeyType(mapTypeInfo: Pointer, out: Pointer): bigint | null;
  getMapValueType(mapTypeInfo: Pointer, typeInfo: Pointer): bigint | null;
  getSequenceElementType(sequenceTypeInfo: Pointer, typeInfo: Pointer): bigint | null;
  releaseMapTypeInfo(input: Pointer): void;
  releaseSequenceTypeInfo(input: Pointer): void;
  sessionEndProfiling(session: Pointer, allocator: Pointer, out: Pointer): bigint | null;
  sessionGetModelMetadata(session: Pointer, out: Pointer): bigint | null;
  modelMetadataGetProducerName(modelMetadata: Pointer, allocator: Pointer, value: Pointer): bigint | null;
  modelMetadataGetGraphName(modelMetadata: Pointer, allocator: Pointer, value: Pointer): bigint | null;
  modelMetadataGetDomain(modelMetadata: Pointer, allocator: Pointer, value: Pointer): bigint | null;
  modelMetadataGetDescription(modelMetadata: Pointer, allocator: Pointer, value: Pointer): bigint | null;
  modelMetadataLookupCustomMetadataMap(modelMetadata: Pointer, allocator: Pointer, key: string | null, value: Pointer): bigint | null;
  modelMetadataGetVersion(modelMetadata: Pointer, value: Pointer): bigint | null;
  releaseModelMetadata(input: Pointer): void;
  createEnvWithGlobalThreadPools(logSeverityLevel: number, logid: string | null, tpOptions: Pointer, out: Pointer): bigint | null;
  disablePerSessionThreads(options: Pointer): bigint | null;
  createThreadingOptions(out: Pointer): bigint | null;
  releaseThreadingOptions(input: Pointer): void;
  modelMetadataGetCustomMetadataMapKeys(modelMetadata: Pointer, allocator: Pointer, keys: Pointer, numKeys: Pointer): bigint | null;
  addFreeDimensionOverrideByName(options: Pointer, dimName: string | null, dimValue: number | bigint): bigint | null;
  getAvailableProviders(outPtr: Pointer, providerLength: Pointer): bigint | null;
  releaseAvailableProviders(ptr: Pointer, providersLength: number): bigint | null;
  getStringTensorElementLength(value: Pointer, index: number, out: Pointer): bigint | null;
  getStringTensorElement(value: Pointer, sLen: number, index: number, s: Pointer): bigint | null;
  fillStringTensorElement(value: Pointer, s: string | null, index: number): bigint | null;
  addSessionConfigEntry(options: Pointer, configKey: string | null, configValue: string | null): bigint | null;
  createAllocator(session: Pointer, memInfo: Pointer, out: Pointer): bigint | null;
  releaseAllocator(input: Pointer): void;
  runWithBinding(session: Pointer, runOptions: Pointer, bindingPtr: Pointer): bigint | null;
  createIoBinding(session: Pointer, out: Pointer): bigint | null;
  releaseIoBinding(input: Pointer): void;
  bindInput(bindingPtr: Pointer, name: string | null, valPtr: Pointer): bigint | null;
  bindOutput(bindingPtr: Pointer, name: string | null, valPtr: Pointer): bigint | null;
  bindOutputToDevice(bindingPtr: Pointer, name: string | null, memInfoPtr: Pointer): bigint | null;
  getBoundOutputNames(bindingPtr: Pointer, allocator: Pointer, buffer: Pointer, lengths: Pointer, count: Pointer): bigint | null;
  getBoundOutputValues(bindingPtr: Pointer, allocator: Pointer, output: Pointer, outputCount: Pointer): bigint | null;
  clearBoundInputs(bindingPtr: Pointer): void;
  clearBoundOutputs(bindingPtr: Pointer): void;
  tensorAt(value: Pointer, locationValues: Pointer, locationValuesCount: number, out: Pointer): bigint | null;
  createAndRegisterAllocator(env: Pointer, memInfo: Pointer, arenaCfg: Pointer): bigint | null;
  setLanguageProjection(ortEnv: Pointer, projection: number): bigint | null;
  sessionGetProfilingStartTimeNs(session: Pointer, out: Pointer): bigint | null;
  setGlobalIntraOpNumThreads(tpOptions: Pointer, intraOpNumThreads: number): bigint | null;
  setGlobalInterOpNumThreads(tpOptions: Pointer, interOpNumThreads: number): bigint | null;
  setGlobalSpinControl(tpOptions: Pointer, allowSpinning: number): bigint | null;
  addInitializer(options: Pointer, name: string | null, val: Pointer): bigint | null;
  createEnvWithCustomLoggerAndGlobalThreadPools(loggingFunction: Pointer, loggerParam: Pointer, logSeverityLevel: number, logid: string | null, tpOptions: Pointer, out: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_CUDA(options: Pointer, cudaOptions: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_ROCM(options: Pointer, rocmOptions: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_OpenVINO(options: Pointer, providerOptions: Pointer): bigint | null;
  setGlobalDenormalAsZero(tpOptions: Pointer): bigint | null;
  createArenaCfg(maxMem: number, arenaExtendStrategy: number, initialChunkSizeBytes: number, maxDeadBytesPerChunk: number, out: Pointer): bigint | null;
  releaseArenaCfg(input: Pointer): void;
  modelMetadataGetGraphDescription(modelMetadata: Pointer, allocator: Pointer, value: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_TensorRT(options: Pointer, tensorrtOptions: Pointer): bigint | null;
  setCurrentGpuDeviceId(deviceId: number): bigint | null;
  getCurrentGpuDeviceId(deviceId: Pointer): bigint | null;
  kernelInfoGetAttributeArray_float(info: Pointer, name: string | null, out: Pointer, size: Pointer): bigint | null;
  kernelInfoGetAttributeArray_int64(info: Pointer, name: string | null, out: Pointer, size: Pointer): bigint | null;
  createArenaCfgV2(arenaConfigKeys: Pointer, arenaConfigValues: Pointer, numKeys: number, out: Pointer): bigint | null;
  addRunConfigEntry(options: Pointer, configKey: string | null, configValue: string | null): bigint | null;
  createPrepackedWeightsContainer(out: Pointer): bigint | null;
  releasePrepackedWeightsContainer(input: Pointer): void;
  createSessionWithPrepackedWeightsContainer(env: Pointer, modelPath: string | null, options: Pointer, prepackedWeightsContainer: Pointer, out: Pointer): bigint | null;
  createSessionFromArrayWithPrepackedWeightsContainer(env: Pointer, modelData: Pointer, modelDataLength: number, options: Pointer, prepackedWeightsContainer: Pointer, out: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_TensorRT_V2(options: Pointer, tensorrtOptions: Pointer): bigint | null;
  createTensorRTProviderOptions(out: Pointer): bigint | null;
  updateTensorRTProviderOptions(tensorrtOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  getTensorRTProviderOptionsAsString(tensorrtOptions: Pointer, allocator: Pointer, ptr: Pointer): bigint | null;
  releaseTensorRTProviderOptions(input: Pointer): void;
  enableOrtCustomOps(options: Pointer): bigint | null;
  registerAllocator(env: Pointer, allocator: Pointer): bigint | null;
  unregisterAllocator(env: Pointer, memInfo: Pointer): bigint | null;
  isSparseTensor(value: Pointer, out: Pointer): bigint | null;
  createSparseTensorAsOrtValue(allocator: Pointer, denseShape: Pointer, denseShapeLen: number, type: number, out: Pointer): bigint | null;
  fillSparseTensorCoo(ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, indicesData: Pointer, indicesNum: number): bigint | null;
  fillSparseTensorCsr(ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, innerIndicesData: Pointer, innerIndicesNum: number, outerIndicesData: Pointer, outerIndicesNum: number): bigint | null;
  fillSparseTensorBlockSparse(ortValue: Pointer, dataMemInfo: Pointer, valuesShape: Pointer, valuesShapeLen: number, values: Pointer, indicesShapeData: Pointer, indicesShapeLen: number, indicesData: Pointer): bigint | null;
  createSparseTensorWithValuesAsOrtValue(info: Pointer, pData: Pointer, denseShape: Pointer, denseShapeLen: number, valuesShape: Pointer, valuesShapeLen: number, type: number, out: Pointer): bigint | null;
  useCooIndices(ortValue: Pointer, indicesData: Pointer, indicesNum: number): bigint | null;
  useCsrIndices(ortValue: Pointer, innerData: Pointer, innerNum: number, outerData: Pointer, outerNum: number): bigint | null;
  useBlockSparseIndices(ortValue: Pointer, indicesShape: Pointer, indicesShapeLen: number, indicesData: Pointer): bigint | null;
  getSparseTensorFormat(ortValue: Pointer, out: Pointer): bigint | null;
  getSparseTensorValuesTypeAndShape(ortValue: Pointer, out: Pointer): bigint | null;
  getSparseTensorValues(ortValue: Pointer, out: Pointer): bigint | null;
  getSparseTensorIndicesTypeShape(ortValue: Pointer, indicesFormat: number, out: Pointer): bigint | null;
  getSparseTensorIndices(ortValue: Pointer, indicesFormat: number, numIndices: Pointer, indices: Pointer): bigint | null;
  hasValue(value: Pointer, out: Pointer): bigint | null;
  kernelContext_GetGPUComputeStream(context: Pointer, out: Pointer): bigint | null;
  getTensorMemoryInfo(value: Pointer, memInfo: Pointer): bigint | null;
  getExecutionProviderApi(providerName: string | null, version: number, providerApi: Pointer): bigint | null;
  sessionOptionsSetCustomCreateThreadFn(options: Pointer, ortCustomCreateThreadFn: Pointer): bigint | null;
  sessionOptionsSetCustomThreadCreationOptions(options: Pointer, ortCustomThreadCreationOptions: Pointer): bigint | null;
  sessionOptionsSetCustomJoinThreadFn(options: Pointer, ortCustomJoinThreadFn: Pointer): bigint | null;
  setGlobalCustomCreateThreadFn(tpOptions: Pointer, ortCustomCreateThreadFn: Pointer): bigint | null;
  setGlobalCustomThreadCreationOptions(tpOptions: Pointer, ortCustomThreadCreationOptions: Pointer): bigint | null;
  setGlobalCustomJoinThreadFn(tpOptions: Pointer, ortCustomJoinThreadFn: Pointer): bigint | null;
  synchronizeBoundInputs(bindingPtr: Pointer): bigint | null;
  synchronizeBoundOutputs(bindingPtr: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_CUDA_V2(options: Pointer, cudaOptions: Pointer): bigint | null;
  createCUDAProviderOptions(out: Pointer): bigint | null;
  updateCUDAProviderOptions(cudaOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  getCUDAProviderOptionsAsString(cudaOptions: Pointer, allocator: Pointer, ptr: Pointer): bigint | null;
  releaseCUDAProviderOptions(input: Pointer): void;
  sessionOptionsAppendExecutionProvider_MIGraphX(options: Pointer, migraphxOptions: Pointer): bigint | null;
  addExternalInitializers(options: Pointer, initializerNames: Pointer, initializers: Pointer, numInitializers: number): bigint | null;
  createOpAttr(name: string | null, data: Pointer, len: number, type: number, opAttr: Pointer): bigint | null;
  releaseOpAttr(input: Pointer): void;
  createOp(info: Pointer, opName: string | null, domain: string | null, version: number, typeConstraintNames: Pointer, typeConstraintValues: Pointer, typeConstraintCount: number, attrValues: Pointer, attrCount: number, inputCount: number, outputCount: number, ortOp: Pointer): bigint | null;
  invokeOp(context: Pointer, ortOp: Pointer, inputValues: Pointer, inputCount: number, outputValues: Pointer, outputCount: number): bigint | null;
  releaseOp(input: Pointer): void;
  sessionOptionsAppendExecutionProvider(options: Pointer, providerName: string | null, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  copyKernelInfo(info: Pointer, infoCopy: Pointer): bigint | null;
  releaseKernelInfo(input: Pointer): void;
  getTrainingApi(version: number): bigint | null;
  sessionOptionsAppendExecutionProvider_CANN(options: Pointer, cannOptions: Pointer): bigint | null;
  createCANNProviderOptions(out: Pointer): bigint | null;
  updateCANNProviderOptions(cannOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  getCANNProviderOptionsAsString(cannOptions: Pointer, allocator: Pointer, ptr: Pointer): bigint | null;
  releaseCANNProviderOptions(input: Pointer): void;
  memoryInfoGetDeviceType(ptr: Pointer, out: Pointer): void;
  updateEnvWithCustomLogLevel(ortEnv: Pointer, logSeverityLevel: number): bigint | null;
  setGlobalIntraOpThreadAffinity(tpOptions: Pointer, affinityString: string | null): bigint | null;
  registerCustomOpsLibrary_V2(options: Pointer, libraryName: string | null): bigint | null;
  registerCustomOpsUsingFunction(options: Pointer, registrationFuncName: string | null): bigint | null;
  kernelInfo_GetInputCount(info: Pointer, out: Pointer): bigint | null;
  kernelInfo_GetOutputCount(info: Pointer, out: Pointer): bigint | null;
  kernelInfo_GetInputName(info: Pointer, index: number, out: Pointer, size: Pointer): bigint | null;
  kernelInfo_GetOutputName(info: Pointer, index: number, out: Pointer, size: Pointer): bigint | null;
  kernelInfo_GetInputTypeInfo(info: Pointer, index: number, typeInfo: Pointer): bigint | null;
  kernelInfo_GetOutputTypeInfo(info: Pointer, index: number, typeInfo: Pointer): bigint | null;
  kernelInfoGetAttribute_tensor(info: Pointer, name: string | null, allocator: Pointer, out: Pointer): bigint | null;
  hasSessionConfigEntry(options: Pointer, configKey: string | null, out: Pointer): bigint | null;
  getSessionConfigEntry(options: Pointer, configKey: string | null, configValue: Pointer, size: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_Dnnl(options: Pointer, dnnlOptions: Pointer): bigint | null;
  createDnnlProviderOptions(out: Pointer): bigint | null;
  updateDnnlProviderOptions(dnnlOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  getDnnlProviderOptionsAsString(dnnlOptions: Pointer, allocator: Pointer, ptr: Pointer): bigint | null;
  releaseDnnlProviderOptions(input: Pointer): void;
  kernelInfo_GetNodeName(info: Pointer, out: Pointer, size: Pointer): bigint | null;
  kernelInfo_GetLogger(info: Pointer, logger: Pointer): bigint | null;
  kernelContext_GetLogger(context: Pointer, logger: Pointer): bigint | null;
  logger_LogMessage(logger: Pointer, logSeverityLevel: number, message: string | null, filePath: string | null, lineNumber: number, funcName: string | null): bigint | null;
  logger_GetLoggingSeverityLevel(logger: Pointer, out: Pointer): bigint | null;
  kernelInfoGetConstantInput_tensor(info: Pointer, index: number, isConstant: Pointer, out: Pointer): bigint | null;
  castTypeInfoToOptionalTypeInfo(typeInfo: Pointer, out: Pointer): bigint | null;
  getOptionalContainedTypeInfo(optionalTypeInfo: Pointer, out: Pointer): bigint | null;
  getResizedStringTensorElementBuffer(value: Pointer, index: number, lengthInBytes: number, buffer: Pointer): bigint | null;
  kernelContext_GetAllocator(context: Pointer, memInfo: Pointer, out: Pointer): bigint | null;
  getBuildInfoString(): string | null;
  createROCMProviderOptions(out: Pointer): bigint | null;
  updateROCMProviderOptions(rocmOptions: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  getROCMProviderOptionsAsString(rocmOptions: Pointer, allocator: Pointer, ptr: Pointer): bigint | null;
  releaseROCMProviderOptions(input: Pointer): void;
  createAndRegisterAllocatorV2(env: Pointer, providerType: string | null, memInfo: Pointer, arenaCfg: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  runAsync(session: Pointer, runOptions: Pointer, inputNames: Pointer, input: Pointer, inputLen: number, outputNames: Pointer, outputNamesLen: number, output: Pointer, runAsyncCallback: Pointer, userData: Pointer): bigint | null;
  updateTensorRTProviderOptionsWithValue(tensorrtOptions: Pointer, key: string | null, value: Pointer): bigint | null;
  getTensorRTProviderOptionsByName(tensorrtOptions: Pointer, key: string | null, ptr: Pointer): bigint | null;
  updateCUDAProviderOptionsWithValue(cudaOptions: Pointer, key: string | null, value: Pointer): bigint | null;
  getCUDAProviderOptionsByName(cudaOptions: Pointer, key: string | null, ptr: Pointer): bigint | null;
  kernelContext_GetResource(context: Pointer, resourceVersion: number, resourceId: number, resource: Pointer): bigint | null;
  setUserLoggingFunction(options: Pointer, userLoggingFunction: Pointer, userLoggingParam: Pointer): bigint | null;
  shapeInferContext_GetInputCount(context: Pointer, out: Pointer): bigint | null;
  shapeInferContext_GetInputTypeShape(context: Pointer, index: number, info: Pointer): bigint | null;
  shapeInferContext_GetAttribute(context: Pointer, attrName: string | null, attr: Pointer): bigint | null;
  shapeInferContext_SetOutputTypeShape(context: Pointer, index: number, info: Pointer): bigint | null;
  setSymbolicDimensions(info: Pointer, dimParams: Pointer, dimParamsLength: number): bigint | null;
  readOpAttr(opAttr: Pointer, type: number, data: Pointer, len: number, out: Pointer): bigint | null;
  setDeterministicCompute(options: Pointer, value: boolean): bigint | null;
  kernelContext_ParallelFor(context: Pointer, fn: Pointer, total: number, numBatch: number, usrData: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_OpenVINO_V2(options: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  sessionOptionsAppendExecutionProvider_VitisAI(options: Pointer, providerOptionsKeys: Pointer, providerOptionsValues: Pointer, numKeys: number): bigint | null;
  kernelContext_GetScratchBuffer(context: Pointer, memInfo: Pointer, countOrBytes: number, out: Pointer): bigint | null;
  kernelInfoGetAllocator(info: Pointer, memType: number, out: Pointer): bigint | null;
  addExternalInitializersFromFilesInMemory(options: Pointer, externalInitializerFileNames: Pointer, externalInitializerFileBufferArray: Pointer, externalInitializerFileLengths: Pointer, numExternalInitializerFiles: number): bigint | null;
  createLoraAdapter(adapterFilePath: string | null, allocator: Pointer, out: Pointer): bigint | null;
  createLoraAdapterFromArray(bytes: Pointer, numBytes: number, allocator: Pointer, out: Pointer): bigint | null;
  releaseLoraAdapter(input: Pointer): void;
  runOptionsAddActiveLoraAdapter(options: Pointer, adapter: Pointer): bigint | null;
  setEpDynamicOptions(sess: Pointer, keys: Pointer, values: Pointer, kvLen: number): bigint | null;
  releaseValueInfo(input: Pointer): void;
  releaseNode(input: Pointer): void;
  releaseGraph(input: Pointer): void;
  releaseModel(input: Pointer): void;
  getValueInfoName(valueInfo: Pointer, name: Pointer): bigint | null;
  getValueInfoTypeInfo(valueInfo: Pointer, typeInfo: Pointer): bigint | null;
  getModelEditorApi(): bigint | null;
  createTensorWithDataAndDeleterAsOrtValue(deleter: Pointer, pData: Pointer, pDataLen: number, shape: Pointer, shapeLen: number, type: number, out: Pointer): bigint | null;
  sessionOptionsSetLoadCancellationFlag(options: Pointer, cancel: boolean): bigint | null;
  getCompileApi(): bigint | null;
  createKeyValuePairs(out: Pointer): void;
  addKeyValuePair(kvps: Pointer, key: string | null, value: string | null): void;
  getKeyValue(kvps: Pointer, key: string | null): string | null;
  getKeyValuePairs(kvps: Pointer, keys: Pointer, values: Pointer, numEntries: Pointer): void;
  removeKeyValuePair(kvps: Pointer, key: string | null): void;
  releaseKeyValuePairs(input: Pointer): void;
  registerExecutionProviderLibrary(env: Pointer, registrationName: string | null, path: string | null): bigint | null;
  unregisterExecutionProviderLibrary(env: Pointer, registrationName: string | null): bigint | null;
  getEpDevices(env: Pointer, epDevices: Pointer, numEpDevices: Pointer): bigint | null;
  sessionOptionsAppendExecutionProvider_V2(sessionOptions: Pointer, env: Pointer, epDevices: Pointer, numEpDevices: number, epOptionKeys: Pointer, epOptionVals: Pointer, numEpOptions: number): bigint | null;
  sessionOptionsSetEpSelectionPolicy(sessionOptions: Pointer, policy: number): bigint | null;
  sessionOptionsSetEpSelectionPolicyDelegate(sessionOptions: Pointer, delegate: Pointer, delegateState: Pointer): bigint | null;
  hardwareDevice_Type(device: Pointer): number;
  hardwareDevice_VendorId(device: Pointer): number;
  hardwareDevice_Vendor(device: Pointer): string | null;
  hardwareDevice_DeviceId(device: Pointer): number;
  hardwareDevice_Metadata(device: Pointer): bigint | null;
  epDevice_EpName(epDevice: Pointer): string | null;
  epDevice_EpVendor(epDevice: Pointer): string | null;
  epDevice_EpMetadata(epDevice: Pointer): bigint | null;
  epDevice_EpOptions(epDevice: Pointer): bigint | null;
  epDevice_Device(epDevice: Pointer): bigint | null;
  getEpApi(): bigint | null;
  getTensorSizeInBytes(ortValue: Pointer, size: Pointer): bigint | null;
  allocatorGetStats(ortAllocator: Pointer, out: Pointer): bigint | null;
  createMemoryInfo_V2(name: string | null, deviceType: number, vendorId: number, deviceId: number, memType: number, alignment: number, allocatorType: number, out: Pointer): bigint | null;
  memoryInfoGetDeviceMemType(ptr: Pointer): number;
  memoryInfoGetVendorId(ptr: Pointer): number;
  valueInfo_GetValueProducer(valueInfo: Pointer, producerNode: Pointer, producerOutputIndex: Pointer): bigint | null;
  valueInfo_GetValueNumConsumers(valueInfo: Pointer, numConsumers: Pointer): bigint | null;
  valueInfo_GetValueConsumers(valueInfo: Pointer, nodes: Pointer, inputIndices: Pointer, numConsumers: number): bigint | null;
  valueInfo_GetInitializerValue(valueInfo: Pointer, initializerValue: Pointer): bigint | null;
  valueInfo_GetExternalInitializerInfo(valueInfo: Pointer, info: Pointer): bigint | null;
  valueInfo_IsRequiredGraphInput(valueInfo: Pointer, isRequiredGraphInput: Pointer): bigint | null;
  valueInfo_IsOptionalGraphInput(valueInfo: Pointer, isOptionalGraphInput: Pointer): bigint | null;
  valueInfo_IsGraphOutput(valueInfo: Pointer, isGraphOutput: Pointer): bigint | null;
  valueInfo_IsConstantInitializer(valueInfo: Pointer, isConstantInitializer: Pointer): bigint | null;
  valueInfo_IsFromOuterScope(valueInfo: Pointer, isFromOuterScope: Pointer): bigint | null;
  graph_GetName(graph: Pointer, graphName: Pointer): bigint | null;
  graph_GetModelPath(graph: Pointer, modelPath: Pointer): bigint | null;
  graph_GetOnnxIRVersion(graph: Pointer, onnxIrVersion: Pointer): bigint | null;
  graph_GetNumOperatorSets(graph: Pointer, numOperatorSets: Pointer): bigint | null;
  graph_GetOperatorSets(graph: Pointer, domains: Pointer, opsetVersions: Pointer, numOperatorSets: number): bigint | null;
  graph_GetNumInputs(graph: Pointer, numInputs: Pointer): bigint | null;
  graph_GetInputs(graph: Pointer, inputs: Pointer, numInputs: number): bigint | null;
  graph_GetNumOutputs(graph: Pointer, numOutputs: Pointer): bigint | null;
  graph_GetOutputs(graph: Pointer, outputs: Pointer, numOutputs: number): bigint | null;
  graph_GetNumInitializers(graph: Pointer, numInitializers: Pointer): bigint | null;
  graph_GetInitializers(graph: Pointer, initializers: Pointer, numInitializers: number): bigint | null;
  graph_GetNumNodes(graph: Pointer, numNodes: Pointer): bigint | null;
  graph_GetNodes(graph: Pointer, nodes: Pointer, numNodes: number): bigint | null;
  graph_GetParentNode(graph: Pointer, node: Pointer): bigint | null;
  graph_GetGraphView(srcGraph: Pointer, nodes: Pointer, numNodes: number, dstGraph: Pointer): bigint | null;
  node_GetId(node: Pointer, nodeId: Pointer): bigint | null;
  node_GetName(node: Pointer, nodeName: Pointer): bigint | null;
  node_GetOperatorType(node: Pointer, operatorType: Pointer): bigint | null;
  node_GetDomain(node: Pointer, domainName: Pointer): bigint | null;
  node_GetSinceVersion(node: Pointer, sinceVersion: Pointer): bigint | null;
  node_GetNumInputs(node: Pointer, numInputs: Pointer): bigint | null;
  node_GetInputs(node: Pointer, inputs: Pointer, numInputs: number): bigint | null;
  node_GetNumOutputs(node: Pointer, numOutputs: Pointer): bigint | null;
  node_GetOutputs(node: Pointer, outputs: Pointer, numOutputs: number): bigint | null;
  node_GetNumImplicitInputs(node: Pointer, numImplicitInputs: Pointer): bigint | null;
  node_GetImplicitInputs(node: Pointer, implicitInputs: Pointer, numImplicitInputs: number): bigint | null;
  node_GetNumAttributes(node: Pointer, numAttributes: Pointer): bigint | null;
  node_GetAttributes(node: Pointer, attributes: Pointer, numAttributes: number): bigint | null;
  node_GetAttributeByName(node: Pointer, attributeName: string | null, attribute: Pointer): bigint | null;
  opAttr_GetTensorAttributeAsOrtValue(attribute: Pointer, attrTensor: Pointer): bigint | null;
  opAttr_GetType(attribute: Pointer, type: Pointer): bigint | null;
  opAttr_GetName(attribute: Pointer, name: Pointer): bigint | null;
  node_GetNumSubgraphs(node: Pointer, numSubgraphs: Pointer): bigint | null;
  node_GetSubgraphs(node: Pointer, subgraphs: Pointer, numSubgraphs: number, attributeNames: Pointer): bigint | null;
  node_GetGraph(node: Pointer, graph: Pointer): bigint | null;
  node_GetEpName(node: Pointer, out: Pointer): bigint | null;
  releaseExternalInitializerInfo(input: Pointer): void;
  externalInitializerInfo_GetFilePath(info: Pointer): number;
  externalInitializerInfo_GetFileOffset(info: Pointer): number;
  externalInitializerInfo_GetByteSize(info: Pointer): number;
  getRunConfigEntry(options: Pointer, configKey: string | null): string | null;
  epDevice_MemoryInfo(epDevice: Pointer, memoryType: number): bigint | null;
  createSharedAllocator(env: Pointer, epDevice: Pointer, memType: number, allocatorType: number, allocatorOptions: Pointer, allocator: Pointer): bigint | null;
  getSharedAllocator(env: Pointer, memInfo: Pointer, allocator: Pointer): bigint | null;
  releaseSharedAllocator(env: Pointer, epDevice: Pointer, memType: number): bigint | null;
  getTensorData(value: Pointer, out: Pointer): bigint | null;
  getSessionOptionsConfigEntries(options: Pointer, out: Pointer): bigint | null;
  sessionGetMemoryInfoForInputs(session: Pointer, inputsMemoryInfo: Pointer, numInputs: number): bigint | null;
  sessionGetMemoryInfoForOutputs(session: Pointer, outputsMemoryInfo: Pointer, numOutputs: number): bigint | null;
  sessionGetEpDeviceForInputs(session: Pointer, inputsEpDevices: Pointer, numInputs: number): bigint | null;
  createSyncStreamForEpDevice(epDevice: Pointer, streamOptions: Pointer, stream: Pointer): bigint | null;
  syncStream_GetHandle(stream: Pointer): bigint | null;
  releaseSyncStream(input: Pointer): void;
  copyTensors(env: Pointer, srcTensors: Pointer, dstTensors: Pointer, stream: Pointer, numTensors: number): bigint | null;
  graph_GetModelMetadata(graph: Pointer, out: Pointer): bigint | null;
  getModelCompatibilityForEpDevices(epDevices: Pointer, numEpDevices: number, compatibilityInfo: string | null, outStatus: Pointer): bigint | null;
  createExternalInitializerInfo(filepath: string | null, fileOffset: number | bigint, byteSize: number, out: Pointer): bigint | null;
  tensorTypeAndShape_HasShape(info: Pointer): boolean;
  kernelInfo_GetConfigEntries(info: Pointer, out: Pointer): bigint | null;
  kernelInfo_GetOperatorDomain(info: Pointer, out: Pointer, size: Pointer): bigint | null;
  kernelInfo_GetOperatorType(info: Pointer, out: Pointer, size: Pointer): bigint | null;
  kernelInfo_GetOperatorSinceVersion(info: Pointer, sinceVersion: Pointer): bigint | null;
  getInteropApi(): bigint | null;
  sessionGetEpDeviceForOutputs(session: Pointer, outputsEpDevices: Pointer, numOutputs: number): bigint | null;
  getNumHardwareDevices(env: Pointer, numDevices: Pointer): bigint | null;
  getHardwareDevices(env: Pointer, devices: Pointer, numDevices: number): bigint | null;
  getHardwareDeviceEpIncompatibilityDetails(env: Pointer, epName: string | null, hw: Pointer, details: Pointer): bigint | null;
  deviceEpIncompatibilityDetails_GetReasonsBitmask(details: Pointer, reasonsBitmask: Pointer): bigint | null;
  deviceEpIncompatibilityDetails_GetNotes(details: Pointer, notes: Pointer): bigint | null;
  deviceEpIncompatibilityDetails_GetErrorCode(details: Pointer, errorCode: Pointer): bigint | null;
  releaseDeviceEpIncompatibilityDetails(input: Pointer): void;
  getCompatibilityInfoFromModel(modelPath: string | null, epType: string | null, allocator: Pointer, compatibilityInfo: Pointer): bigint | null;
  getCompatibilityInfoFromModelBytes(modelData: Pointer, modelDataLength: number, epType: string | null, allocator: Pointer, compatibilityInfo: Pointer): bigint | null;
  createEnvWithOptions(options: Pointer, out: Pointer): bigint | null;
  session_GetEpGraphAssignmentInfo(session: Pointer, epSubgraphs: Pointer, numEpSubgraphs: Pointer): bigint | null;
  epAssignedSubgraph_GetEpName(epSubgraph: Pointer, out: Pointer): bigint | null;
  epAssignedSubgraph_GetNodes(epSubgraph: Pointer, epNodes: Pointer, numEpNodes: Pointer): bigint | null;
  epAssignedNode_GetName(epNode: Pointer, out: Pointer): bigint | null;
  epAssignedNode_GetDomain(epNode: Pointer, out: Pointer): bigint | null;
  epAssignedNode_GetOperatorType(epNode: Pointer, out: Pointer): bigint | null;
  runOptionsSetSyncStream(options: Pointer, syncStream: Pointer): void;
  getTensorElementTypeAndShapeDataReference(value: Pointer, elemType: Pointer, shapeData: Pointer, shapeDataCount: Pointer): bigint | null;
  runOptionsEnableProfiling(options: Pointer, profileFilePrefix: string | null): bigint | null;
  runOptionsDisableProfiling(options: Pointer): bigint | null;
  kernelInfoGetAttributeArray_string(info: Pointer, name: string | null, allocator: Pointer, out: Pointer, size: Pointer): bigint | null;
  setPerSessionThreadPoolCallbacks(env: Pointer, config: Pointer): bigint | null;
}
