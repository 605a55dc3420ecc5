import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, StatusCode } from "@nereid/protocol";
import { executionProviders } from "./execution-accelerators.ts";

type Parameters = Readonly<Record<string, string>>;

function gpuProviders(name: string, parameters: Parameters, modelParameters: Parameters = {}) {
  const config = createModelConfig({
    optimization: {
      executionAccelerators: { gpuExecutionAccelerator: [{ name, parameters }] },
    },
    parameters: Object.fromEntries(
      Object.entries(modelParameters).map(([key, stringValue]) => [key, { stringValue }]),
    ),
  });
  return executionProviders(config, 1);
}

function refusal(message: string) {
  return { code: StatusCode.InvalidArg, message };
}

test("without accelerators the CPU has no provider of its own, a GPU has CUDA", () => {
  assert.deepEqual(executionProviders(createModelConfig({}), null), []);
  assert.deepEqual(executionProviders(createModelConfig({}), 2), [
    { name: "CUDA", options: { device_id: "2", has_user_compute_stream: "0" } },
  ]);
});

test("accelerators for GPUs do not matter on the CPU", () => {
  const config = createModelConfig({
    optimization: { executionAccelerators: { gpuExecutionAccelerator: [{ name: "nonsense" }] } },
  });
  assert.deepEqual(executionProviders(config, null), []);
  assert.throws(
    () => executionProviders(config, 0),
    refusal("unknown Execution Accelerator 'nonsense' is requested"),
  );
});

test("OpenVINO is the CPU's accelerator, the only one", () => {
  const config = (name: string) =>
    createModelConfig({
      optimization: { executionAccelerators: { cpuExecutionAccelerator: [{ name }] } },
    });
  assert.deepEqual(executionProviders(config("openvino"), null), [
    { name: "OpenVINO", options: { device_type: "CPU" } },
  ]);
  assert.throws(
    () => executionProviders(config("tensorrt"), null),
    refusal("unknown Execution Accelerator 'tensorrt' is requested"),
  );
});

test("TensorRT comes before CUDA, with its parameters as options", () => {
  const [tensorrt, cuda] = gpuProviders("tensorrt", {
    precision_mode: "FP16",
    max_workspace_size_bytes: "1073741824",
    int8_calibration_table_name: "table",
    int8_use_native_calibration_table: "1",
    trt_max_partition_iterations: "10",
    trt_engine_cache_enable: "true",
    trt_engine_cache_path: "/cache",
    trt_profile_min_shapes: "",
  });
  assert.deepEqual(tensorrt, {
    name: "TensorRT",
    options: {
      trt_fp16_enable: "1",
      trt_max_workspace_size: "1073741824",
      trt_int8_calibration_table_name: "table",
      trt_int8_use_native_calibration_table: "1",
      trt_max_partition_iterations: "10",
      trt_engine_cache_enable: "true",
      trt_engine_cache_path: "/cache",
      device_id: "1",
    },
  });
  assert.equal(cuda?.name, "CUDA");
});

test("every precision of TensorRT is an option, FP32 none", () => {
  for (const [precision, options] of [
    ["FP32", { device_id: "1" }],
    ["BF16", { trt_bf16_enable: "1", device_id: "1" }],
    ["INT8", { trt_int8_enable: "1", device_id: "1" }],
  ] as const) {
    assert.deepEqual(gpuProviders("tensorrt", { precision_mode: precision })[0]?.options, options);
  }
  assert.deepEqual(gpuProviders("tensorrt", {})[0]?.options, {});
});

test("bad parameters of TensorRT are refused with the real server's texts", () => {
  for (const [parameters, message] of [
    [{ precision_mode: "FP8" }, "unsupported precision mode 'FP8' is requested"],
    [{ trt_dla_core: "x" }, "failed to convert 'x' to integral number"],
    [{ trt_dla_enable: "maybe" }, "failed to convert 'maybe' to boolean"],
    [
      { max_workspace_size_bytes: "big" },
      "failed to convert 'big' to unsigned long long integral number",
    ],
    [
      { no_such_key: "1" },
      "unknown parameter 'no_such_key' is provided for TensorRT Execution Accelerator",
    ],
  ] as const) {
    assert.throws(() => gpuProviders("tensorrt", parameters), refusal(message));
  }
});

test("CUDA's parameters go to the provider as they are, but for the device and two booleans", () => {
  const [cuda] = gpuProviders("cuda", {
    enable_cuda_graph: "1",
    device_id: "7",
    do_copy_in_default_stream: "false",
    use_tf32: "",
  });
  assert.deepEqual(cuda?.options, {
    enable_cuda_graph: "1",
    device_id: "1",
    do_copy_in_default_stream: "false",
    has_user_compute_stream: "0",
  });
  assert.throws(
    () => gpuProviders("cuda", { use_ep_level_unified_stream: "x" }),
    refusal("failed to convert 'x' to boolean"),
  );
});

test("a model's own parameters set CUDA's deprecated options, all of them at once", () => {
  const [cuda] = gpuProviders("cuda", {}, { cudnn_conv_algo_search: "1" });
  assert.deepEqual(cuda?.options, {
    device_id: "1",
    has_user_compute_stream: "0",
    cudnn_conv_algo_search: "HEURISTIC",
    gpu_mem_limit: "18446744073709551615",
    arena_extend_strategy: "kNextPowerOfTwo",
    do_copy_in_default_stream: "1",
  });
  assert.throws(
    () => gpuProviders("cuda", {}, { cudnn_conv_algo_search: "9" }),
    refusal("unsupported cudnn_conv_algo_search value '9' is requested"),
  );
  assert.throws(
    () => gpuProviders("cuda", {}, { arena_extend_strategy: "2" }),
    refusal("unsupported arena_extend_strategy value '2' is requested"),
  );
});
