import {
  addSubModel,
  chunksOfParts,
  type Dimension,
  type ElementType,
  encodeModelParts,
  identityModel,
  int64Tensor,
  mlpModel,
  nonZeroModel,
  type OnnxModel,
  optionalInputModel,
  reshapeModel,
} from "@nereid/onnx-writer";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { onnxConfig } from "./config-text.ts";

const BATCHED = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const FIXED = identityModel({ elementType: "FLOAT", dims: [2, 3] });

/** INPUT0 [n] as a column [n, 1]: a ragged batch's elements in, one row an element out. */
const COLUMN: OnnxModel = {
  graph: {
    name: "column",
    inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: ["n"] }],
    outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: ["n", 1] }],
    nodes: [{ opType: "Unsqueeze", inputs: ["INPUT0", "axes"], outputs: ["OUTPUT0"] }],
    initializers: { axes: int64Tensor([1]) },
  },
};

/** `config` with complete inputs and outputs for the batched identity. */
function complete(more: string, maxBatchSize = 8): string {
  return onnxConfig({
    maxBatchSize,
    inputs: [["INPUT0", "FP32", [-1]]],
    outputs: [["OUTPUT0", "FP32", [-1]]],
    more,
  });
}

/** An identity whose input and output have different dims in the file. */
function mixedDims(input: readonly Dimension[], output: readonly Dimension[]): OnnxModel {
  const elementType: ElementType = "FLOAT";
  return {
    graph: {
      name: "mixed",
      inputs: [{ name: "INPUT0", elementType, dims: input }],
      outputs: [{ name: "OUTPUT0", elementType, dims: output }],
      nodes: [{ opType: "Identity", inputs: ["INPUT0"], outputs: ["OUTPUT0"] }],
    },
  };
}

/** A model whose weights stand in a file beside it, in a directory called model.onnx. */
function directoryModel(): ModelSource {
  const model = mlpModel({ weightBytes: 256, width: 8, externalFile: "weights.bin" });
  const { parts, externalFiles } = encodeModelParts(model);
  const weights = [...externalFiles.values()].flat().map((part) => part.bytes);
  return {
    name: "io_external_data",
    files: {
      "1/model.onnx/model.onnx": Buffer.concat([...chunksOfParts(parts)]),
      "1/model.onnx/weights.bin": Buffer.concat([...chunksOfParts(weights)]),
    },
  };
}

/** What the configuration says of batching, instances, policies: complete tensors, one other field each. */
const FIELDS: Readonly<Record<string, string>> = {
  nothing_more: "",
  dynamic_empty: "dynamic_batching { }",
  dynamic_preferred:
    "dynamic_batching { preferred_batch_size: [ 2, 4 ] max_queue_delay_microseconds: 100 }",
  dynamic_preserve_ordering: "dynamic_batching { preserve_ordering: true }",
  dynamic_priorities:
    "dynamic_batching { priority_levels: 3 default_priority_level: 2 default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 1000 allow_timeout_override: true max_queue_size: 5 } priority_queue_policy { key: 1 value { max_queue_size: 1 } } priority_queue_policy { key: 3 value { timeout_action: REJECT default_timeout_microseconds: 18446744073709551615 } } }",
  dynamic_delay_largest: "dynamic_batching { max_queue_delay_microseconds: 18446744073709551615 }",
  instances_three: "instance_group { count: 3 }",
  instances_one_cpu: "instance_group { count: 1 kind: KIND_CPU }",
  instances_auto: "instance_group { kind: KIND_AUTO }",
  instances_model: "instance_group { kind: KIND_MODEL }",
  instances_zero: "instance_group { count: 0 }",
  instances_negative: "instance_group { count: -3 kind: KIND_CPU }",
  instances_two_groups:
    'instance_group [ { name: "first" count: 1 kind: KIND_CPU }, { count: 2 kind: KIND_CPU } ]',
  instances_same_name:
    'instance_group [ { name: "twin" count: 1 kind: KIND_CPU }, { name: "twin" count: 1 kind: KIND_CPU } ]',
  instances_host_policy: 'instance_group { count: 1 kind: KIND_CPU host_policy: "own" }',
  instances_rate_limiter:
    'instance_group { count: 1 kind: KIND_CPU rate_limiter { resources [ { name: "R1" count: 2 }, { name: "R2" global: true count: 1 } ] priority: 2 } }',
  instances_secondary_device:
    "instance_group { count: 1 kind: KIND_CPU secondary_devices { kind: KIND_NVDLA device_id: 3 } }",
  instances_passive:
    "instance_group [ { count: 1 kind: KIND_CPU }, { count: 1 kind: KIND_CPU passive: true } ]",
  parameters:
    'parameters { key: "intra_op_thread_count" value { string_value: "1" } } parameters { key: "zeta" value { string_value: "é \\"quoted\\" \\\\ \\n" } } parameters { key: "alpha" value { } }',
  optimization_graph: "optimization { graph { level: -1 } }",
  optimization_priority:
    "optimization { priority: PRIORITY_MAX eager_batching: true gather_kernel_buffer_threshold: 7 }",
  optimization_pinned:
    "optimization { input_pinned_memory { enable: false } output_pinned_memory { enable: true } }",
  optimization_cuda:
    'optimization { cuda { graphs: true busy_wait_events: true output_copy_stream: true graph_spec { batch_size: 1 input { key: "INPUT0" value { dim: [ 4 ] } } graph_lower_bound { batch_size: 1 input { key: "INPUT0" value { dim: [ 2 ] } } } } } }',
  metric_tags: 'metric_tags { key: "team" value: "vision" } metric_tags { key: "a" value: "b" }',
  cc_filenames: 'cc_model_filenames { key: "7.5" value: "model_75.onnx" }',
  transaction_not_decoupled: "model_transaction_policy { decoupled: false }",
  response_cache_off: "response_cache { enable: false }",
  warmup_none: "model_warmup [ ]",
  warmup_zero_data:
    'model_warmup { name: "zeros" batch_size: 2 inputs { key: "INPUT0" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } } }',
  version_policy_latest: "version_policy { latest { num_versions: 2 } }",
  version_policy_all: "version_policy { all { } }",
  version_policy_specific: "version_policy { specific { versions: [ 1 ] } }",
  default_filename: 'default_model_filename: "model.onnx"',
  runtime: 'runtime: "libtriton_onnxruntime.so"',
};

/** How the text may be written: the same fields otherwise. */
const SPELLINGS: Readonly<Record<string, string>> = {
  comments: '# a comment\nbackend: "onnxruntime" # another\n#max_batch_size: 4\n',
  single_quotes: "backend: 'onnxruntime'\n",
  joined_strings: 'backend: "onnx" "run"\n  \'time\'\n',
  escapes: 'backend: "\\x6fnn\\170runtime"\n',
  separators:
    'backend: "onnxruntime", max_batch_size: 2;\ninstance_group { count: 1, kind: KIND_CPU; }',
  angle_brackets: 'backend: "onnxruntime" instance_group < count: 1 kind: KIND_CPU >',
  colon_before_brace: 'backend: "onnxruntime" instance_group: { count: 1 kind: KIND_CPU }',
  list_with_colon: 'backend: "onnxruntime" instance_group: [ { count: 1 kind: KIND_CPU } ]',
  repeated_single_values:
    'backend: "onnxruntime" max_batch_size: 4 dynamic_batching { preferred_batch_size: 1 preferred_batch_size: [ 2, 3 ] preferred_batch_size: 4 }',
  hexadecimal: 'backend: "onnxruntime" max_batch_size: 0x10',
  octal: 'backend: "onnxruntime" max_batch_size: 010',
  enum_number: 'backend: "onnxruntime" instance_group { count: 1 kind: 2 }',
  booleans: 'backend: "onnxruntime" max_batch_size: 4 dynamic_batching { preserve_ordering: t }',
  empty_lists: 'backend: "onnxruntime" input [ ] output [ ] instance_group [ ]',
  crlf: 'backend: "onnxruntime"\r\nmax_batch_size: 2\r\n',
  utf8: 'backend: "onnxruntime" parameters { key: "ключ" value { string_value: "значение" } }',
};

/** Models whose configuration comes out by the rules for completing it. */
const COMPLETED: readonly ModelSource[] = [
  onnxModel("auto_no_file", BATCHED),
  onnxModel("auto_empty_file", BATCHED, ""),
  onnxModel("auto_platform_only", BATCHED, 'platform: "onnxruntime_onnx"'),
  onnxModel("auto_backend_only", BATCHED, 'backend: "onnxruntime"'),
  onnxModel("auto_name_only", BATCHED, 'name: "auto_name_only"'),
  onnxModel(
    "auto_other_filename",
    BATCHED,
    'backend: "onnxruntime" default_model_filename: "other.onnx"',
    {
      "1/other.onnx": FIXED,
    },
  ),
  onnxModel("auto_batch_one", BATCHED, "max_batch_size: 1"),
  onnxModel("auto_batch_eight", BATCHED, "max_batch_size: 8"),
  onnxModel("auto_batch_zero", BATCHED, "max_batch_size: 0"),
  onnxModel(
    "auto_batch_eight_dynamic",
    BATCHED,
    "max_batch_size: 8 dynamic_batching { max_queue_delay_microseconds: 5 }",
  ),
  onnxModel("auto_fixed", FIXED),
  onnxModel(
    "auto_symbolic",
    identityModel({ elementType: "INT64", dims: ["n", 3, null], isBatched: true }),
  ),
  onnxModel("auto_first_dim_unnamed", identityModel({ elementType: "FLOAT", dims: [null, 3] })),
  onnxModel("auto_scalar", identityModel({ elementType: "FLOAT", dims: [] })),
  onnxModel(
    "auto_scalar_batched",
    identityModel({ elementType: "BOOL", dims: [], isBatched: true }),
  ),
  onnxModel("auto_output_fixed", mixedDims(["n", 3], [4, 3])),
  onnxModel("auto_input_fixed", mixedDims([4, 3], ["n", 3])),
  onnxModel("auto_no_shape", reshapeModel({ outputDims: null })),
  onnxModel("auto_initializers", optionalInputModel()),
  onnxModel("auto_two_outputs", addSubModel({ isBatched: true, outputType: "DOUBLE" })),
  onnxModel("auto_non_zero", nonZeroModel()),
  onnxModel("auto_strings", identityModel({ elementType: "STRING", dims: [2], isBatched: true })),
  onnxModel(
    "auto_input_given",
    addSubModel({ isBatched: true }),
    'max_batch_size: 4 input [ { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] }, { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] } ]',
  ),
  onnxModel(
    "auto_output_given",
    addSubModel({ isBatched: true }),
    'output { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] }',
  ),
  onnxModel(
    "auto_both_given_no_batch",
    BATCHED,
    onnxConfig({
      inputs: [["INPUT0", "FP32", [-1, -1]]],
      outputs: [["OUTPUT0", "FP32", [-1, -1]]],
    }),
  ),
];

/** Models whose tensors carry more than name, type and dims. */
const TENSORS: readonly ModelSource[] = [
  onnxModel(
    "io_reshape",
    identityModel({ elementType: "INT32", dims: [2, 2], isBatched: true }),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "INT32", [4], "reshape { shape: [ 2, 2 ] }"]],
      outputs: [["OUTPUT0", "INT32", [1, 4], "reshape { shape: [ 2, 2 ] }"]],
    }),
  ),
  onnxModel(
    "io_reshape_empty",
    identityModel({ elementType: "INT32", dims: [], isBatched: true }),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "INT32", [1], "reshape { }"]],
      outputs: [["OUTPUT0", "INT32", [1], "reshape { shape: [ ] }"]],
    }),
  ),
  onnxModel(
    "io_formats",
    identityModel({ elementType: "FLOAT", dims: [3, 4, 5], isBatched: true }),
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "FP32", [3, 4, 5], "format: FORMAT_NCHW"]],
      outputs: [["OUTPUT0", "FP32", [3, 4, 5]]],
    }),
  ),
  onnxModel(
    "io_optional",
    optionalInputModel(),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [4]],
        ["SCALE", "FP32", [4], "optional: true"],
      ],
      outputs: [["OUTPUT0", "FP32", [4]]],
    }),
  ),
  onnxModel(
    "io_labels",
    FIXED,
    onnxConfig({
      inputs: [["INPUT0", "FP32", [2, 3]]],
      outputs: [["OUTPUT0", "FP32", [2, 3], 'label_filename: "names/labels.txt"']],
    }),
    { "names/labels.txt": "a\nb\n" },
  ),
  onnxModel(
    "io_fixed_for_wildcards",
    BATCHED,
    onnxConfig({
      maxBatchSize: 2,
      inputs: [["INPUT0", "FP32", [7]]],
      outputs: [["OUTPUT0", "FP32", [-1]]],
    }),
  ),
  onnxModel(
    "io_ragged",
    COLUMN,
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "FP32", [-1], "allow_ragged_batch: true"]],
      outputs: [["OUTPUT0", "FP32", [1]]],
    }),
  ),
  onnxModel(
    "io_output_twice",
    FIXED,
    onnxConfig({
      inputs: [["INPUT0", "FP32", [2, 3]]],
      outputs: [
        ["OUTPUT0", "FP32", [2, 3]],
        ["OUTPUT0", "FP32", [2, 3]],
      ],
    }),
  ),
  directoryModel(),
  onnxModel("name.with.dots", FIXED),
  onnxModel("name-with_signs~1", FIXED),
  {
    name: "versions_many",
    files: {
      "1/model.onnx": FIXED,
      "3/model.onnx": FIXED,
      "12/model.onnx": FIXED,
      "config.pbtxt": "version_policy { latest { num_versions: 2 } }",
    },
  },
  {
    name: "versions_odd_names",
    files: {
      "2/model.onnx": FIXED,
      "03/model.onnx": FIXED,
      "abc/model.onnx": FIXED,
      "warmup/x": "",
      "configs/x.pbtxt": "max_batch_size: 7",
      "config.pbtxt": "version_policy { all { } }",
    },
  },
];

/** Every model of the suite. */
export const CONFIG_MODELS: readonly ModelSource[] = [
  ...COMPLETED,
  ...TENSORS,
  ...Object.entries(FIELDS).map(([name, text]) =>
    onnxModel(`field_${name}`, BATCHED, complete(text), { "1/model_75.onnx": BATCHED }),
  ),
  ...Object.entries(SPELLINGS).map(([name, text]) => onnxModel(`text_${name}`, BATCHED, text)),
];
