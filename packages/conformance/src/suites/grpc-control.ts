import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { encodeModel, identityModel } from "@nereid/onnx-writer";
import { call } from "../grpc-step.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, type GrpcStep, type Suite, testCase } from "../suite.ts";
import { base64 } from "./grpc-requests.ts";
import { identityOf } from "./sample-models.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const FILE = base64(encodeModel(FLOATS));

function load(modelName: string, parameters: JsonObject = {}, more: JsonObject = {}): GrpcStep {
  return call("RepositoryModelLoad", { modelName, parameters, ...more });
}

function unload(modelName: string, parameters: JsonObject = {}, more: JsonObject = {}): GrpcStep {
  return call("RepositoryModelUnload", { modelName, parameters, ...more });
}

const CONFIG: JsonObject = { stringParam: '{"backend":"onnxruntime"}' };

/** A repository parameter of every type. */
const VALUES: Readonly<Record<string, JsonObject>> = {
  bool: { boolParam: true },
  int64: { int64Param: 1 },
  string: { stringParam: "text" },
  bytes: { bytesParam: "AAEC" },
  unset: {},
};

const REPOSITORY: readonly Case[] = [
  ...Object.entries(VALUES).flatMap(([type, value]) => [
    testCase(`load_config_${type}`, load("plain", { config: value })),
    testCase(`load_file_${type}`, load("plain", { "file:1/model.onnx": value })),
    testCase(`load_other_${type}`, load("plain", { other: value })),
    testCase(`unload_dependents_${type}`, unload("nothing", { unload_dependents: value })),
    testCase(`unload_other_${type}`, unload("nothing", { other: value })),
  ]),
  testCase(
    "load_file_without_config",
    load("from_files", { "file:1/model.onnx": { bytesParam: FILE } }),
  ),
  testCase(
    "load_file_and_config",
    load("from_files", { config: CONFIG, "file:1/model.onnx": { bytesParam: FILE } }),
    call("ModelReady", { name: "from_files" }),
    call("RepositoryIndex", {}),
    unload("from_files"),
  ),
  testCase(
    "load_file_prefix_alone",
    load("from_files", { config: CONFIG, "file:": { bytesParam: FILE } }),
  ),
  testCase("load_repository_named", load("plain", {}, { repositoryName: "other" })),
  testCase("unload_repository_named", unload("plain", {}, { repositoryName: "other" })),
  testCase("load_empty_name", load("")),
  testCase("unload_empty_name", unload("")),
  testCase("load_name_with_slash", load("a/b")),
  testCase("index_repository_named", call("RepositoryIndex", { repositoryName: "other" })),
  testCase("index_ready", call("RepositoryIndex", { ready: true })),
  testCase("ready_empty_name", call("ModelReady", {})),
  testCase("metadata_empty_name", call("ModelMetadata", {})),
  testCase("config_empty_name", call("ModelConfig", {})),
  testCase("statistics_version_without_name", call("ModelStatistics", { version: "1" })),
  testCase(
    "statistics_bad_version",
    call("ModelStatistics", { name: "identity_fp32", version: "x" }),
  ),
  testCase(
    "statistics_empty",
    call("ModelStatistics", {}),
    call("ModelStatistics", { name: "identity_fp32" }),
  ),
];

function trace(settings: JsonObject, modelName = ""): GrpcStep {
  return call("TraceSetting", { settings, modelName });
}

/** Puts everything back. */
const CLEAR_TRACE: GrpcStep = trace({
  trace_level: {},
  trace_rate: {},
  trace_count: {},
  log_frequency: {},
});

const TRACE: readonly Case[] = [
  testCase("trace_get", trace({})),
  testCase("trace_get_model", trace({}, "identity_fp32")),
  testCase("trace_unknown_model", trace({}, "nothing")),
  ...["trace_rate", "trace_count", "log_frequency", "trace_file", "trace_mode", "other"].flatMap(
    (key) => [
      testCase(`${key}_two`, trace({ [key]: { value: ["1", "2"] } })),
      testCase(`${key}_cleared`, trace({ [key]: {} }), CLEAR_TRACE),
      testCase(`${key}_empty`, trace({ [key]: { value: [""] } }), CLEAR_TRACE),
    ],
  ),
  testCase("trace_level_off", trace({ trace_level: { value: ["OFF"] } }), CLEAR_TRACE),
  testCase(
    "trace_level_off_and_other",
    trace({ trace_level: { value: ["OFF", "TENSORS"] } }),
    CLEAR_TRACE,
  ),
  testCase("trace_level_unknown", trace({ trace_level: { value: ["SOME"] } }), CLEAR_TRACE),
  testCase("trace_level_empty_string", trace({ trace_level: { value: [""] } }), CLEAR_TRACE),
  testCase(
    "trace_model_keeps_its_own",
    trace({ trace_rate: { value: ["9"] } }, "identity_fp32"),
    trace({ trace_rate: { value: ["4"] } }),
    trace({}, "identity_fp32"),
    trace({ trace_rate: {} }, "identity_fp32"),
    CLEAR_TRACE,
  ),
];

function log(settings: JsonObject): GrpcStep {
  return call("LogSettings", { settings });
}

const LOG_VALUES: Readonly<Record<string, JsonValue>> = {
  bool: { boolParam: false },
  uint32: { uint32Param: 1 },
  string: { stringParam: "text" },
  string_empty: { stringParam: "" },
  unset: {},
};

const RESET_LOG: GrpcStep = log({
  log_info: { boolParam: true },
  log_warning: { boolParam: true },
  log_error: { boolParam: true },
  log_verbose_level: { uint32Param: 0 },
  log_format: { stringParam: "default" },
});

const LOG: readonly Case[] = [
  testCase("log_get", log({})),
  ...[
    "log_info",
    "log_warning",
    "log_error",
    "log_verbose_level",
    "log_format",
    "log_file",
    "other",
  ].flatMap((key) =>
    Object.entries(LOG_VALUES).map(([type, value]) =>
      testCase(`${key}_${type}`, log({ [key]: value }), RESET_LOG),
    ),
  ),
  testCase("log_format_iso", log({ log_format: { stringParam: "ISO8601" } }), RESET_LOG),
  testCase(
    "log_verbose_level_largest",
    log({ log_verbose_level: { uint32Param: 4294967295 } }),
    RESET_LOG,
  ),
];

const SHARED_MEMORY: readonly Case[] = [
  testCase("system_status", call("SystemSharedMemoryStatus")),
  testCase("system_status_unknown", call("SystemSharedMemoryStatus", { name: "r" })),
  testCase(
    "system_register",
    call("SystemSharedMemoryRegister", { name: "r", key: "/nothing_there", byteSize: 64 }),
  ),
  testCase("system_register_empty", call("SystemSharedMemoryRegister")),
  testCase("system_unregister", call("SystemSharedMemoryUnregister", { name: "r" })),
  testCase("system_unregister_all", call("SystemSharedMemoryUnregister")),
  testCase("cuda_status", call("CudaSharedMemoryStatus")),
  testCase("cuda_status_unknown", call("CudaSharedMemoryStatus", { name: "r" })),
  testCase(
    "cuda_register",
    call("CudaSharedMemoryRegister", { name: "r", rawHandle: "AA==", byteSize: 64 }),
  ),
  testCase("cuda_register_empty", call("CudaSharedMemoryRegister")),
  testCase("cuda_unregister", call("CudaSharedMemoryUnregister", { name: "r" })),
  testCase("cuda_unregister_all", call("CudaSharedMemoryUnregister")),
];

const MODELS = [onnxModel("plain", FLOATS), identityOf("FP32")];
const FLAGS = ["--model-control-mode=explicit", "--load-model=identity_fp32"];

/** What clients ask of the server and not of models. */
export const grpcControlSuite: Suite = {
  name: "L0_grpc_control",
  about:
    "repository, statistics, trace, log and shared memory: parameters and settings of every type",
  models: MODELS,
  flags: FLAGS,
  cases: [
    ...REPOSITORY,
    ...TRACE,
    ...LOG,
    ...SHARED_MEMORY,
    // The last: the recorded server takes it for a model.
    testCase("load_name_parent", load("../models/plain")),
  ],
};

/** Trace settings of a server that traces. */
export const grpcTraceConfigSuite: Suite = {
  name: "L0_grpc_trace_config",
  about: "trace settings of every form on a server that was started with tracing",
  models: MODELS,
  flags: [...FLAGS, "--trace-config", "triton,file=/dev/null", "--trace-config", "rate=5"],
  cases: TRACE,
};
