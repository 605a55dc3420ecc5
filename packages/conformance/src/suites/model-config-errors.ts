import {
  addSubModel,
  chunksOfParts,
  encodeModel,
  encodeModelParts,
  identityModel,
  mlpModel,
  type OnnxModel,
  optionalInputModel,
  sequenceOutputModel,
  unknownOperatorModel,
} from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { type Case, logged, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";

const BATCHED = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const FIXED = identityModel({ elementType: "FLOAT", dims: [2, 3] });
const SCALAR = identityModel({ elementType: "FLOAT", dims: [] });

/** A configuration with complete tensors for the batched identity and more. */
function complete(more: string, maxBatchSize = 8): string {
  return onnxConfig({
    maxBatchSize,
    inputs: [["INPUT0", "FP32", [-1]]],
    outputs: [["OUTPUT0", "FP32", [-1]]],
    more,
  });
}

/** A configuration of the [2,3] identity with this input entry. */
function withInput(
  input: string,
  output = 'name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ]',
): string {
  return `backend: "onnxruntime"\ninput { ${input} }\noutput { ${output} }\n`;
}

/** The same with this output entry. */
function withOutput(output: string): string {
  return withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ]', output);
}

/** Fields of the text that no parser takes: the load fails before the configuration is looked at. */
const TEXT: Readonly<Record<string, string>> = {
  unknown_field: "no_such_field: 1",
  unknown_nested_field: "dynamic_batching { no_such_field: 1 }",
  unknown_enum_value: "input { data_type: TYPE_FP128 }",
  missing_brace: "dynamic_batching {",
  extra_brace: "max_batch_size: 1 }",
  missing_colon: "max_batch_size 1",
  unterminated_string: 'name: "text',
  wrong_type: 'max_batch_size: "one"',
  out_of_range: "max_batch_size: 2147483648",
  negative_unsigned: "version_policy { latest { num_versions: -1 } }",
  fraction: "max_batch_size: 1.5",
  scalar_twice: "max_batch_size: 1 max_batch_size: 2",
  two_schedulers: "dynamic_batching { } sequence_batching { }",
  not_text: "\u0000\u0001",
};

/** Configurations that are well-formed but not valid, by what is wrong. */
const FIELDS: Readonly<Record<string, string>> = {
  name_differs: complete('name: "another_name"'),
  batch_negative: "max_batch_size: -1",
  preferred_zero: complete("dynamic_batching { preferred_batch_size: [ 0 ] }"),
  preferred_above_max: complete("dynamic_batching { preferred_batch_size: [ 9 ] }"),
  priority_default_missing: complete("dynamic_batching { priority_levels: 2 }"),
  priority_default_above: complete(
    "dynamic_batching { priority_levels: 2 default_priority_level: 3 }",
  ),
  priority_policy_above: complete(
    "dynamic_batching { priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 3 value { } } }",
  ),
  preserve_ordering_priorities: complete(
    "dynamic_batching { priority_levels: 2 default_priority_level: 1 preserve_ordering: true }",
  ),
  preserve_ordering_delay: complete(
    "dynamic_batching { preserve_ordering: true default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 1 } }",
  ),
  instances_gpu: complete("instance_group { kind: KIND_GPU }"),
  instances_gpu_id: complete("instance_group { kind: KIND_GPU gpus: [ 0 ] }"),
  instances_cpu_with_gpus: complete("instance_group { kind: KIND_CPU gpus: [ 0 ] }"),
  instances_model_with_gpus: complete("instance_group { kind: KIND_MODEL gpus: [ 0 ] }"),
  instances_profile: complete('instance_group { kind: KIND_CPU profile: "0" }'),
  unknown_backend: 'backend: "no_such_backend"',
  unknown_platform: 'platform: "no_such_platform"',
  platform_of_other_backend: 'platform: "tensorrt_plan" backend: "onnxruntime"',
  platform_ensemble_with_backend: 'platform: "ensemble" backend: "onnxruntime"',
  ensemble_without_scheduling: 'platform: "ensemble"',
  ensemble_scheduling_elsewhere: complete(
    'ensemble_scheduling { step { model_name: "x" model_version: -1 } }',
  ),
  version_policy_specific_missing: "version_policy { specific { versions: [ 7 ] } }",
  version_policy_specific_empty: "version_policy { specific { } }",
  label_file_missing: withOutput(
    'name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ] label_filename: "none.txt"',
  ),
  label_file_outside: withOutput(
    'name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ] label_filename: "../other/labels.txt"',
  ),
  model_file_missing: 'backend: "onnxruntime" default_model_filename: "none.onnx"',
  runtime_missing: 'backend: "onnxruntime" runtime: "libnone.so"',
  repository_agent_missing:
    'backend: "onnxruntime" model_repository_agents { agents { name: "no_such_agent" } }',
  response_cache_on: complete("response_cache { enable: true }"),
  execution_mode: complete('parameters { key: "execution_mode" value { string_value: "2" } }'),
  thread_count_word: complete(
    'parameters { key: "intra_op_thread_count" value { string_value: "many" } }',
  ),
  accelerator_cpu_unknown: complete(
    'optimization { execution_accelerators { cpu_execution_accelerator { name: "magic" } } }',
  ),
  accelerator_gpu_unknown: complete(
    'optimization { execution_accelerators { gpu_execution_accelerator { name: "magic" } } }',
  ),
  custom_operator_library: complete('model_operations { op_library_filename: "none.so" }'),
  warmup_missing_input: complete(
    'model_warmup { name: "w" batch_size: 1 inputs { key: "OTHER" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } } }',
  ),
  batching_not_supported_by_file: "max_batch_size: 8",
};

/** Tensors that are not valid, on the [2,3] identity. */
const TENSORS: Readonly<Record<string, string>> = {
  input_no_name: withInput("data_type: TYPE_FP32 dims: [ 2, 3 ]"),
  input_no_type: withInput('name: "INPUT0" dims: [ 2, 3 ]'),
  input_no_dims: withInput('name: "INPUT0" data_type: TYPE_FP32'),
  input_dim_zero: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ 0, 3 ]'),
  input_dim_negative: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ -2, 3 ]'),
  input_reshape_dim_zero: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 dims: [ 6 ] reshape { shape: [ 0, 6 ] }',
  ),
  input_reshape_empty: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] reshape { }'),
  input_reshape_count: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 dims: [ 6 ] reshape { shape: [ 2, 4 ] }',
  ),
  input_reshape_wildcards: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] reshape { shape: [ 2, 3 ] }',
  ),
  input_format_rank: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 format: FORMAT_NHWC dims: [ 2, 3 ]',
  ),
  input_shape_tensor: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ] is_shape_tensor: true',
  ),
  input_non_linear: withInput(
    'name: "INPUT0" data_type: TYPE_FP32 dims: [ 2, 3 ] is_non_linear_format_io: true',
  ),
  input_unknown: withInput('name: "OTHER" data_type: TYPE_FP32 dims: [ 2, 3 ]'),
  input_wrong_type: withInput('name: "INPUT0" data_type: TYPE_INT32 dims: [ 2, 3 ]'),
  input_wrong_dim: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ 2, 4 ]'),
  input_wrong_rank: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ 6 ]'),
  input_wildcards: withInput('name: "INPUT0" data_type: TYPE_FP32 dims: [ -1, -1 ]'),
  output_no_name: withOutput("data_type: TYPE_FP32 dims: [ 2, 3 ]"),
  output_no_type: withOutput('name: "OUTPUT0" dims: [ 2, 3 ]'),
  output_no_dims: withOutput('name: "OUTPUT0" data_type: TYPE_FP32'),
  output_dim_zero: withOutput('name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2, 0 ]'),
  output_unknown: withOutput('name: "OTHER" data_type: TYPE_FP32 dims: [ 2, 3 ]'),
  output_wrong_type: withOutput('name: "OUTPUT0" data_type: TYPE_FP64 dims: [ 2, 3 ]'),
  output_wrong_rank: withOutput('name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 2, 3, 1 ]'),
};

/** Models whose files are the matter. */
const FILES: readonly ModelSource[] = [
  onnxModel("file_empty", new Uint8Array(0)),
  onnxModel("file_not_onnx", "this is text"),
  onnxModel("file_cut", encodeModel(FIXED).subarray(0, 60)),
  onnxModel("file_unknown_operator", unknownOperatorModel()),
  onnxModel("file_sequence_output", sequenceOutputModel()),
  onnxModel("file_opset_future", { ...FIXED, opset: 99 }),
  onnxModel("file_ir_future", { ...FIXED, irVersion: 99 }),
  onnxModel("file_complex", identityModel({ elementType: "COMPLEX64", dims: [2] })),
  onnxModel("file_float8", identityModel({ elementType: "FLOAT8E4M3FN", dims: [2] })),
  onnxModel("file_external_data_missing", externalDataMissing()),
  onnxModel(
    "scalar_wrong_dims",
    SCALAR,
    onnxConfig({ inputs: [["INPUT0", "FP32", [2]]], outputs: [["OUTPUT0", "FP32", [1]]] }),
  ),
  onnxModel(
    "too_few_inputs",
    addSubModel(),
    onnxConfig({ inputs: [["INPUT0", "INT32", [16]]], outputs: [["OUTPUT0", "INT32", [16]]] }),
  ),
  onnxModel(
    "too_many_inputs",
    FIXED,
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [2, 3]],
        ["INPUT1", "FP32", [2, 3]],
      ],
      outputs: [["OUTPUT0", "FP32", [2, 3]]],
    }),
  ),
  onnxModel(
    "input_twice",
    FIXED,
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [2, 3]],
        ["INPUT0", "FP32", [2, 3]],
      ],
      outputs: [["OUTPUT0", "FP32", [2, 3]]],
    }),
  ),
  onnxModel(
    "batch_dim_fixed",
    FIXED,
    onnxConfig({
      maxBatchSize: 2,
      inputs: [["INPUT0", "FP32", [3]]],
      outputs: [["OUTPUT0", "FP32", [3]]],
    }),
  ),
  onnxModel(
    "batch_scalar",
    SCALAR,
    onnxConfig({
      maxBatchSize: 2,
      inputs: [["INPUT0", "FP32", [1]]],
      outputs: [["OUTPUT0", "FP32", [1]]],
    }),
  ),
  onnxModel(
    "optional_not_in_file",
    FIXED,
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [2, 3]],
        ["MASK", "FP32", [1], "optional: true"],
      ],
      outputs: [["OUTPUT0", "FP32", [2, 3]]],
    }),
  ),
  onnxModel(
    "optional_and_batching",
    optionalBatched(),
    onnxConfig({
      maxBatchSize: 2,
      inputs: [
        ["INPUT0", "FP32", [4]],
        ["SCALE", "FP32", [4], "optional: true"],
      ],
      outputs: [["OUTPUT0", "FP32", [4]]],
    }),
  ),
  onnxModel(
    "output_fixed_for_wildcard",
    BATCHED,
    onnxConfig({
      maxBatchSize: 2,
      inputs: [["INPUT0", "FP32", [-1]]],
      outputs: [["OUTPUT0", "FP32", [7]]],
    }),
  ),
  onnxModel(
    "ragged_wrong_rank",
    BATCHED,
    onnxConfig({
      maxBatchSize: 2,
      inputs: [["INPUT0", "FP32", [-1], "allow_ragged_batch: true"]],
      outputs: [["OUTPUT0", "FP32", [-1]]],
    }),
  ),
  { name: "no_version", files: { "config.pbtxt": complete("") } },
  { name: "no_version_no_config", files: { "readme.txt": "nothing here" } },
  {
    name: "no_model_file",
    files: { "1/readme.txt": "nothing here", "config.pbtxt": complete("") },
  },
  { name: "no_model_file_no_config", files: { "1/readme.txt": "nothing here" } },
  { name: "version_not_numeric", files: { "one/model.onnx": FIXED } },
  { name: "version_leading_zero", files: { "01/model.onnx": FIXED } },
  { name: "version_trailing_letter", files: { "4x/model.onnx": FIXED } },
  {
    name: "filename_without_backend",
    files: { "1/other.onnx": FIXED, "config.pbtxt": 'default_model_filename: "other.onnx"' },
  },
  { name: "name.of_backend", files: { "1/x": "" } },
];

/** A model whose weights' file is not there. */
function externalDataMissing(): Uint8Array {
  const { parts } = encodeModelParts(
    mlpModel({ weightBytes: 256, width: 8, externalFile: "weights.bin" }),
  );
  return Buffer.concat([...chunksOfParts(parts)]);
}

function optionalBatched(): OnnxModel {
  const model = optionalInputModel();
  return {
    graph: {
      ...model.graph,
      inputs: model.graph.inputs.map((input) =>
        input.name === "INPUT0" ? { ...input, dims: ["batch", 4] } : input,
      ),
      outputs: model.graph.outputs.map((output) => ({ ...output, dims: ["batch", 4] })),
    },
  };
}

const MODELS: readonly ModelSource[] = [
  ...FILES,
  ...Object.entries(TEXT).map(([name, text]) => onnxModel(`text_${name}`, FIXED, text)),
  ...Object.entries(FIELDS).map(([name, text]) =>
    onnxModel(
      name,
      name.startsWith("label") || name.startsWith("batching") ? FIXED : BATCHED,
      text,
    ),
  ),
  ...Object.entries(TENSORS).map(([name, text]) => onnxModel(name, FIXED, text)),
];

// Of these the answer does not say what is wrong: the log does.
const POLL_FAILURES: ReadonlySet<string> = new Set([
  "no_version_no_config",
  "no_model_file_no_config",
  "filename_without_backend",
  "name_differs",
  "batch_negative",
  "preferred_zero",
  "preferred_above_max",
  "priority_default_missing",
  "priority_default_above",
  "priority_policy_above",
  "preserve_ordering_priorities",
  "preserve_ordering_delay",
  "unknown_platform",
  "platform_of_other_backend",
  "platform_ensemble_with_backend",
  "ensemble_without_scheduling",
  "ensemble_scheduling_elsewhere",
  "repository_agent_missing",
  ...Object.keys(TEXT).map((name) => `text_${name}`),
]);

function loadCase({ name }: ModelSource): Case {
  // An empty file is an error of its own in newer versions of ONNX Runtime.
  const masks: readonly Mask[] =
    name === "file_empty"
      ? [[/runtime error \d+: Load model from .*(?=;\\n")/, "<runtime error>"]]
      : [];
  const load = send(`/v2/repository/models/${name}/load`, { method: "POST", masks });
  return POLL_FAILURES.has(name)
    ? testCase(name, load, logged(new RegExp(`Poll failed for model directory '${name}': (.*)`)))
    : testCase(name, load);
}

/** What a load says of a model that cannot be loaded. */
export const modelConfigErrorsSuite: Suite = {
  name: "L0_model_config_errors",
  about:
    "explicit loads of models with a bad configuration or file: the answer and the logged reason",
  models: MODELS,
  flags: ["--model-control-mode=explicit"],
  cases: MODELS.map(loadCase),
};
