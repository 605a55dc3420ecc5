import {
  type ModelOptimizationPolicy_ExecutionAccelerators_Accelerator as Accelerator,
  type ModelConfig,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { OrtProvider } from "../../ffi/ort/ort-providers.ts";
import { checkUnsignedValue, parseBoolValue, parseIntValue } from "./parse-value.ts";

type ValueKind = "bool" | "int" | "unsigned" | "text";

/** TensorRT parameters with an option of another name. */
const TENSORRT_RENAMED: ReadonlyMap<string, readonly [option: string, kind: ValueKind]> = new Map([
  ["max_workspace_size_bytes", ["trt_max_workspace_size", "unsigned"]],
  ["int8_calibration_table_name", ["trt_int8_calibration_table_name", "text"]],
  ["int8_use_native_calibration_table", ["trt_int8_use_native_calibration_table", "bool"]],
]);

/** TensorRT parameters that are options, by the kind of their value. */
const TENSORRT_OPTIONS: Readonly<Record<Exclude<ValueKind, "unsigned">, ReadonlySet<string>>> = {
  int: new Set([
    "trt_max_partition_iterations",
    "trt_min_subgraph_size",
    "trt_dla_core",
    "trt_builder_optimization_level",
    "trt_auxiliary_streams",
    "trt_ep_context_embed_mode",
  ]),
  bool: new Set([
    "trt_dla_enable",
    "trt_engine_cache_enable",
    "trt_dump_subgraphs",
    "trt_force_sequential_engine_build",
    "trt_context_memory_sharing_enable",
    "trt_layer_norm_fp32_fallback",
    "trt_timing_cache_enable",
    "trt_force_timing_cache",
    "trt_detailed_build_log",
    "trt_build_heuristics_enable",
    "trt_sparsity_enable",
    "trt_cuda_graph_enable",
    "trt_dump_ep_context_model",
  ]),
  text: new Set([
    "trt_engine_cache_path",
    "trt_engine_cache_prefix",
    "trt_timing_cache_path",
    "trt_tactic_sources",
    "trt_extra_plugin_lib_paths",
    "trt_profile_min_shapes",
    "trt_profile_max_shapes",
    "trt_profile_opt_shapes",
    "trt_ep_context_file_path",
  ]),
};

const TENSORRT_PRECISIONS: ReadonlyMap<string, string | null> = new Map([
  ["FP32", null],
  ["FP16", "trt_fp16_enable"],
  ["BF16", "trt_bf16_enable"],
  ["INT8", "trt_int8_enable"],
]);

/** Parameters of the CUDA accelerator whose values are checked; all others are for the provider to judge. */
const CUDA_BOOLS: ReadonlySet<string> = new Set([
  "do_copy_in_default_stream",
  "use_ep_level_unified_stream",
]);

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

function checkValue(kind: ValueKind, text: string): void {
  if (kind === "bool") {
    parseBoolValue(text);
  } else if (kind === "int") {
    parseIntValue(text);
  } else if (kind === "unsigned") {
    checkUnsignedValue(text);
  }
}

/**
 * The execution providers of the instances on one device, in the order in which they are asked.
 *
 * @param gpuDeviceId null for instances that are not on a GPU
 * @throws {TritonError} InvalidArg for accelerators, parameters and values that Triton refuses
 * @see onnxruntime_backend src/onnxruntime.cc, ModelState::LoadModel
 */
export function executionProviders(config: ModelConfig, gpuDeviceId: number | null): OrtProvider[] {
  const accelerators = config.optimization?.executionAccelerators;
  const providers: OrtProvider[] = [];
  if (gpuDeviceId !== null) {
    providers.push(...gpuProviders(config, gpuDeviceId));
  }
  for (const { name } of accelerators?.cpuExecutionAccelerator ?? []) {
    if (name !== "openvino") {
      throw invalid(`unknown Execution Accelerator '${name}' is requested`);
    }
    providers.push({ name: "OpenVINO", options: { device_type: "CPU" } });
  }
  return providers;
}

/** TensorRT where it is asked for, then always CUDA, which the accelerator `cuda` only configures. */
function gpuProviders(config: ModelConfig, deviceId: number): OrtProvider[] {
  const providers: OrtProvider[] = [];
  const cudaOptions: Record<string, string> = {};
  const accelerators = config.optimization?.executionAccelerators;
  for (const accelerator of accelerators?.gpuExecutionAccelerator ?? []) {
    if (accelerator.name === "tensorrt") {
      providers.push({ name: "TensorRT", options: tensorrtOptions(accelerator, deviceId) });
    } else if (accelerator.name === "cuda") {
      Object.assign(cudaOptions, cudaAcceleratorOptions(accelerator));
    } else {
      throw invalid(`unknown Execution Accelerator '${accelerator.name}' is requested`);
    }
  }
  cudaOptions["device_id"] = String(deviceId);
  cudaOptions["has_user_compute_stream"] = "0";
  Object.assign(cudaOptions, deprecatedCudaOptions(config));
  providers.push({ name: "CUDA", options: cudaOptions });
  return providers;
}

function tensorrtOptions(accelerator: Accelerator, deviceId: number): Record<string, string> {
  const options: Record<string, string> = {};
  const parameters = Object.entries(accelerator.parameters);
  for (const [key, value] of parameters) {
    const option = tensorrtOption(key, value);
    if (option !== null && option[1] !== "") {
      options[option[0]] = option[1];
    }
  }
  // Triton sets the device only where there are parameters; without them the provider's default is device 0.
  if (parameters.length > 0) {
    options["device_id"] = String(deviceId);
  }
  return options;
}

function tensorrtOption(key: string, value: string): readonly [string, string] | null {
  if (key === "precision_mode") {
    const option = TENSORRT_PRECISIONS.get(value);
    if (option === undefined) {
      throw invalid(`unsupported precision mode '${value}' is requested`);
    }
    return option === null ? null : [option, "1"];
  }
  const renamed = TENSORRT_RENAMED.get(key);
  if (renamed !== undefined) {
    checkValue(renamed[1], value);
    return [renamed[0], value];
  }
  for (const kind of ["int", "bool", "text"] as const) {
    if (TENSORRT_OPTIONS[kind].has(key)) {
      checkValue(kind, value);
      return [key, value];
    }
  }
  throw invalid(`unknown parameter '${key}' is provided for TensorRT Execution Accelerator`);
}

function cudaAcceleratorOptions(accelerator: Accelerator): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [key, value] of Object.entries(accelerator.parameters)) {
    if (CUDA_BOOLS.has(key)) {
      parseBoolValue(value);
    }
    if (value !== "") {
      options[key] = value;
    }
  }
  return options;
}

/** The CUDA options that a model's own parameters set. With any parameter at all, all of them are set. */
function deprecatedCudaOptions(config: ModelConfig): Record<string, string> {
  const { parameters } = config;
  if (Object.keys(parameters).length === 0) {
    return {};
  }
  const choice = (key: string, names: readonly string[]): string => {
    const number = parseIntValue(parameters[key]?.stringValue ?? "0");
    const name = names[number];
    if (name === undefined) {
      throw invalid(`unsupported ${key} value '${number}' is requested`);
    }
    return name;
  };
  return {
    cudnn_conv_algo_search: choice("cudnn_conv_algo_search", [
      "EXHAUSTIVE",
      "HEURISTIC",
      "DEFAULT",
    ]),
    gpu_mem_limit: parameters["gpu_mem_limit"]?.stringValue ?? "18446744073709551615",
    arena_extend_strategy: choice("arena_extend_strategy", ["kNextPowerOfTwo", "kSameAsRequested"]),
    do_copy_in_default_stream: parameters["do_copy_in_default_stream"]?.stringValue ?? "1",
  };
}
