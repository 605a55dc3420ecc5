import { identityModel, reshapeModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { type Case, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const UNBATCHED = identityModel({ elementType: "FLOAT", dims: ["n"] });
const TEXTS = identityModel({ elementType: "STRING", dims: ["n"], isBatched: true });
const BOOLS = identityModel({ elementType: "BOOL", dims: ["n"], isBatched: true });

/** Times differ from run to run, and what ONNX Runtime says differs from version to version. */
const MASKS: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
  [/onnx runtime error \d+: [^;]*/g, "<runtime>"],
  [/ for read \S*\/(?=warmup\/)/g, " for read <model>/"],
  [/\[request id: [^\]]*\]/g, "[request id]"],
];

/** The batched identity of a datatype with warm-up entries and more. */
function warmed(name: string, warmup: string, parts: WarmedParts = {}): ModelSource {
  const { type = "FP32", model = FLOATS, maxBatchSize = 4, files = {} } = parts;
  const config = onnxConfig({
    ...(maxBatchSize === 0 ? {} : { maxBatchSize }),
    inputs: [["INPUT0", type, [-1]]],
    outputs: [["OUTPUT0", type, [-1]]],
    more: `instance_group { kind: KIND_CPU count: ${parts.instances ?? 1} }\n${warmup}`,
  });
  return onnxModel(name, model, config, files);
}

interface WarmedParts {
  readonly type?: string;
  readonly model?: ReturnType<typeof identityModel>;
  readonly maxBatchSize?: number;
  readonly instances?: number;
  readonly files?: ModelSource["files"];
}

/** One `model_warmup` entry with one input. */
function sample(
  input: string,
  options: { batch?: number; count?: number; key?: string } = {},
): string {
  const { batch = 1, count, key = "INPUT0" } = options;
  return (
    `model_warmup { name: "sample" batch_size: ${batch}${count === undefined ? "" : ` count: ${count}`} ` +
    `inputs { key: "${key}" value { ${input} } } }\n`
  );
}

const ZEROS = "data_type: TYPE_FP32 dims: [ 3 ] zero_data: true";

const MODELS: readonly ModelSource[] = [
  warmed("zeros", sample(ZEROS)),
  warmed("random", sample("data_type: TYPE_FP32 dims: [ 3 ] random_data: true")),
  warmed("batch_and_count", sample(ZEROS, { batch: 2, count: 3 }), { instances: 2 }),
  warmed("two_samples", sample(ZEROS) + sample(ZEROS, { batch: 4 })),
  warmed("count_zero", sample(ZEROS, { count: 0 })),
  warmed("batch_zero", sample("data_type: TYPE_FP32 dims: [ -1 ]", { batch: 0 })),
  warmed("not_batching", sample(ZEROS), { model: UNBATCHED, maxBatchSize: 0 }),
  warmed("file", sample('data_type: TYPE_FP32 dims: [ 2 ] input_data_file: "two"'), {
    files: { "warmup/two": new Uint8Array(8) },
  }),
  warmed("file_longer", sample('data_type: TYPE_FP32 dims: [ 2 ] input_data_file: "three"'), {
    files: { "warmup/three": new Uint8Array(12) },
  }),
  warmed("bools", sample("data_type: TYPE_BOOL dims: [ 5 ] random_data: true"), {
    type: "BOOL",
    model: BOOLS,
  }),
  ...["zero_data: true", "random_data: true", 'input_data_file: "texts"'].map((data, index) =>
    warmed(`texts_${index}`, sample(`data_type: TYPE_STRING dims: [ 2 ] ${data}`, { batch: 2 }), {
      type: "STRING",
      model: TEXTS,
      files: { "warmup/texts": Uint8Array.of(1, 0, 0, 0, 65, 2, 0, 0, 0, 66, 67) },
    }),
  ),
  // From here on the load fails.
  warmed("file_missing", sample('data_type: TYPE_FP32 dims: [ 2 ] input_data_file: "none"')),
  warmed("file_shorter", sample('data_type: TYPE_FP32 dims: [ 2 ] input_data_file: "one"'), {
    files: { "warmup/one": new Uint8Array(4) },
  }),
  warmed("texts_cut", sample('data_type: TYPE_STRING dims: [ 2 ] input_data_file: "texts"'), {
    type: "STRING",
    model: TEXTS,
    files: { "warmup/texts": Uint8Array.of(1, 0, 0, 0, 65) },
  }),
  warmed("variable_dims", sample("data_type: TYPE_FP32 dims: [ -1 ] zero_data: true")),
  warmed("no_data", sample("data_type: TYPE_FP32 dims: [ 2 ]")),
  warmed("no_inputs", 'model_warmup { name: "sample" batch_size: 1 }\n'),
  warmed("no_type", sample("dims: [ 2 ] zero_data: true")),
  warmed("unknown_input", sample(ZEROS, { key: "INPUT7" })),
  warmed("other_type", sample("data_type: TYPE_INT32 dims: [ 3 ] zero_data: true")),
  warmed("other_rank", sample("data_type: TYPE_FP32 dims: [ 3, 1 ] zero_data: true")),
  onnxModel(
    "input_missing",
    reshapeModel(),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [-1]],
        ["SHAPE", "INT64", [-1]],
      ],
      outputs: [["OUTPUT0", "FP32", [-1]]],
      more: sample(ZEROS),
    }),
  ),
];

/** The recorded server dies of some warm-up runs that fail. */
const FAILING: readonly ModelSource[] = [
  warmed("batch_too_large", sample(ZEROS, { batch: 5 })),
  warmed(
    "unknown_input_too",
    `model_warmup { name: "sample" batch_size: 1 inputs { key: "INPUT0" value { ${ZEROS} } } inputs { key: "INPUT7" value { ${ZEROS} } } }\n`,
  ),
  onnxModel(
    "fails_at_run_time",
    reshapeModel(),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [-1]],
        ["SHAPE", "INT64", [-1]],
      ],
      outputs: [["OUTPUT0", "FP32", [-1]]],
      more: `model_warmup { name: "impossible" batch_size: 1 inputs { key: "INPUT0" value { ${ZEROS} } } inputs { key: "SHAPE" value { data_type: TYPE_INT64 dims: [ 1 ] input_data_file: "two" } } }`,
    }),
    { "warmup/two": Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0) },
  ),
];

function load(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/load`, { method: "POST", masks: MASKS });
}

function stats(model: string): RequestStep {
  return send(`/v2/models/${model}/stats`, { masks: MASKS });
}

function index(model: string): RequestStep {
  return send("/v2/repository/index", {
    method: "POST",
    masks: [...MASKS, [new RegExp(`\\{"name":"(?!${model}")[^}]*\\},?`, "g"), ""], [/,\]$/, "]"]],
  });
}

/** Samples that run before a model is ready. */
export const warmupSuite: Suite = {
  name: "L0_warmup",
  about:
    "model_warmup: zero, random and file data, count, instances, what fails the load, statistics",
  models: [...MODELS, ...FAILING],
  flags: ["--model-control-mode=explicit"],
  cases: [
    ...MODELS.map(({ name }): Case => testCase(name, load(name), index(name), stats(name))),
    ...FAILING.map(({ name }) => ({ ...testCase(name, load(name)), isDeadlyForPeer: true })),
  ],
};
