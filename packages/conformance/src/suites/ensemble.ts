import type { ModelSource } from "../model-repository.ts";
import { infer, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import {
  ensemble,
  ensembleConfig,
  floatSumsModel,
  floatsModel,
  labelledModel,
  NEWER_FIELDS,
  plainFloatsModel,
  reshaperModel,
  scalerModel,
  through,
} from "./ensemble-models.ts";

const FLOATS_IN = [["IN", "FP32", [-1]]] as const;
const FLOATS_OUT = [["OUT", "FP32", [-1]]] as const;

const CHAIN = {
  maxBatchSize: 8,
  inputs: FLOATS_IN,
  outputs: FLOATS_OUT,
  steps: [through("first", "IN", "a"), through("second", "a", "b"), through("third", "b", "OUT")],
};

const FAILING = {
  inputs: [
    ["IN", "FP32", [-1]],
    ["SHAPE", "INT64", [-1]],
  ],
  outputs: FLOATS_OUT,
  steps: [
    { model: "reshaper", inputs: "INPUT0=IN SHAPE=SHAPE", outputs: "OUTPUT0=a" },
    through("plain", "a", "OUT"),
  ],
} as const;

const MODELS: readonly ModelSource[] = [
  floatsModel("first"),
  floatsModel("second"),
  floatsModel("third"),
  floatSumsModel("sums"),
  plainFloatsModel("plain"),
  plainFloatsModel("plain_rows", [-1, -1]),
  reshaperModel("reshaper"),
  scalerModel("scaler"),
  labelledModel("labelled"),
  ensemble("chain", CHAIN),
  ensemble("chain_counted", CHAIN),
  ensemble("failing", FAILING),
  ensemble("failing_counted", FAILING),
  ensemble("fan_out", {
    maxBatchSize: 8,
    inputs: [
      ["LEFT", "FP32", [2]],
      ["RIGHT", "FP32", [2]],
    ],
    outputs: [
      ["SUM", "FP32", [2]],
      ["COPY", "FP32", [2]],
      ["MORE", "FP32", [2]],
    ],
    steps: [
      {
        model: "sums",
        inputs: "INPUT0=LEFT INPUT1=RIGHT",
        outputs: "OUTPUT0=SUM OUTPUT1=difference",
      },
      through("first", "difference", "COPY"),
      { model: "sums", inputs: "INPUT0=SUM INPUT1=COPY", outputs: "OUTPUT0=MORE" },
    ],
  }),
  ensemble("same_twice", {
    maxBatchSize: 8,
    inputs: [["IN", "FP32", [2]]],
    outputs: [["OUT", "FP32", [2]]],
    steps: [{ model: "sums", inputs: "INPUT0=IN INPUT1=IN", outputs: "OUTPUT0=OUT" }],
  }),
  ensemble("batching_to_plain", {
    maxBatchSize: 4,
    inputs: FLOATS_IN,
    outputs: FLOATS_OUT,
    steps: [through("first", "IN", "a"), through("plain_rows", "a", "OUT")],
  }),
  ensemble("batching_to_plain_vector", {
    maxBatchSize: 4,
    inputs: FLOATS_IN,
    outputs: FLOATS_OUT,
    steps: [through("first", "IN", "a"), through("plain", "a", "OUT")],
  }),
  ensemble("plain_to_batching", {
    inputs: [["IN", "FP32", [-1]]],
    outputs: [["OUT", "FP32", [-1]]],
    steps: [through("plain", "IN", "a"), through("first", "a", "OUT")],
  }),
  ensemble("plain_rows_to_batching", {
    inputs: [["IN", "FP32", [-1, -1]]],
    outputs: [["OUT", "FP32", [-1, -1]]],
    steps: [through("plain_rows", "IN", "a"), through("first", "a", "OUT")],
  }),
  ensemble("reshaped", {
    maxBatchSize: 8,
    inputs: [["IN", "FP32", [1, 2], "reshape { shape: [ 2 ] }"]],
    outputs: [["OUT", "FP32", [2, 1], "reshape { shape: [ 2 ] }"]],
    steps: [through("first", "IN", "a"), through("second", "a", "OUT")],
  }),
  ensemble("optional", {
    inputs: [
      ["IN", "FP32", [4]],
      ["FACTOR", "FP32", [4], "optional: true"],
    ],
    outputs: [["OUT", "FP32", [4]]],
    steps: [{ model: "scaler", inputs: "INPUT0=IN SCALE=FACTOR", outputs: "OUTPUT0=OUT" }],
  }),
  ensemble("labels", {
    maxBatchSize: 8,
    inputs: [["scores", "FP32", [4]]],
    outputs: [["chances", "FP32", [4]]],
    steps: [{ model: "labelled", inputs: "scores=scores", outputs: "probabilities=chances" }],
  }),
  {
    name: "version_three",
    files: {
      "config.pbtxt": ensembleConfig(FAILING),
      "3/README": "an ensemble\n",
    },
  },
  ensemble("versioned", {
    ...CHAIN,
    steps: [{ ...through("first", "IN", "OUT"), version: 1 }],
  }),
  ensemble("nested", {
    ...CHAIN,
    steps: [
      { model: "chain", inputs: "IN=IN", outputs: "OUT=a" },
      { model: "chain", inputs: "IN=a", outputs: "OUT=OUT" },
    ],
  }),
  ensemble("nested_failing", {
    ...FAILING,
    steps: [{ model: "failing", inputs: "IN=IN SHAPE=SHAPE", outputs: "OUT=OUT" }],
  }),
  ensemble("input_is_output", {
    maxBatchSize: 8,
    inputs: FLOATS_IN,
    outputs: [...FLOATS_OUT, ["IN", "FP32", [-1]]],
    steps: [through("first", "IN", "OUT")],
  }),
  ensemble("parallel", {
    maxBatchSize: 8,
    inputs: [["IN", "FP32", [2]]],
    outputs: [["OUT", "FP32", [2]]],
    steps: [
      // In the file, what comes last comes first.
      { model: "sums", inputs: "INPUT0=a INPUT1=b", outputs: "OUTPUT0=OUT" },
      through("first", "IN", "a"),
      through("second", "IN", "b"),
    ],
  }),
];

function floats(model: string, values: readonly number[], shape: readonly number[]): RequestStep {
  return infer(model, { id: "7", inputs: [input("IN", values, shape)] });
}

function input(name: string, values: readonly number[], shape: readonly number[]): object {
  return { name, datatype: "FP32", shape, data: values };
}

const PAIR = { inputs: [input("LEFT", [5, 7], [1, 2]), input("RIGHT", [1, 2], [1, 2])] };

function asked(...names: readonly string[]): RequestStep {
  return infer("fan_out", { ...PAIR, outputs: names.map((name) => ({ name })) });
}

/** Asks for a shape that the three values do not have, unless stated: the first step fails. */
function reshape(model: string, length = 2): RequestStep {
  return infer(
    model,
    {
      id: "9",
      inputs: [
        input("IN", [1, 2, 3], [3]),
        { name: "SHAPE", datatype: "INT64", shape: [1], data: [length] },
      ],
    },
    { masks: [[/onnx runtime error [^"]*/, "<runtime>"]] },
  );
}

function counted(path: string): RequestStep {
  return send(path, {
    masks: [
      [/"ns":[1-9]\d*/g, '"ns":1'],
      [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
    ],
  });
}

function metrics(model: string): RequestStep {
  return {
    ...send("/metrics", {
      anyLineOrder: true,
      masks: [
        [new RegExp(`^(?!nv_inference_[^\\n]*model="${model}").*\\n?`, "gm"), ""],
        [/(_duration_us\{[^}]*\}) [1-9]\S*$/gm, "$1 <time>"],
      ],
    }),
    port: "metrics",
  };
}

/** Inference with ensembles: data flow, shapes, errors, statistics. */
export const ensembleSuite: Suite = {
  name: "L0_ensemble",
  about: "ensembles: data flow, batch dimensions, optional tensors, errors, statistics",
  models: MODELS,
  flags: [],
  cases: [
    testCase("chain", floats("chain", [1, 2, 3], [1, 3])),
    testCase("chain_batch", floats("chain", [1, 2, 3, 4], [2, 2])),
    testCase("metadata", send("/v2/models/chain")),
    testCase("config", send("/v2/models/chain/config", { masks: NEWER_FIELDS })),
    testCase("ready", send("/v2/models/chain/ready")),
    testCase("fan_out", infer("fan_out", PAIR)),
    testCase("fan_out_one", asked("SUM")),
    testCase("fan_out_two", asked("COPY", "SUM")),
    testCase("fan_out_needs_others", asked("MORE")),
    testCase("fan_out_unknown", asked("NONE")),
    testCase("same_twice", floats("same_twice", [1, 2], [1, 2])),
    testCase("batching_to_plain", floats("batching_to_plain", [1, 2], [1, 2])),
    testCase("batching_to_plain_rows", floats("batching_to_plain", [1, 2, 3, 4], [2, 2])),
    testCase("batching_to_plain_vector", floats("batching_to_plain_vector", [1, 2], [1, 2])),
    testCase("batching_to_plain_misfit", floats("batching_to_plain_vector", [1, 2], [2, 1])),
    testCase("plain_to_batching", floats("plain_to_batching", [1, 2, 3], [3])),
    testCase("plain_rows_to_batching", floats("plain_rows_to_batching", [1, 2, 3, 4], [2, 2])),
    testCase("reshaped", floats("reshaped", [1, 2], [1, 1, 2])),
    testCase("reshaped_batch", floats("reshaped", [1, 2, 3, 4], [2, 1, 2])),
    testCase(
      "optional_given",
      infer("optional", {
        inputs: [input("IN", [1, 2, 3, 4], [4]), input("FACTOR", [3, 3, 3, 3], [4])],
      }),
    ),
    testCase("optional_left_out", infer("optional", { inputs: [input("IN", [1, 2, 3, 4], [4])] })),
    testCase(
      "labels",
      infer("labels", {
        inputs: [input("scores", [1, 4, 2, 3], [1, 4])],
        outputs: [{ name: "chances", parameters: { classification: 2 } }],
      }),
    ),
    testCase("fixed_version", floats("versioned", [1], [1, 1])),
    testCase("nested", floats("nested", [1, 2], [1, 2])),
    testCase("input_is_output", floats("input_is_output", [1, 2], [1, 2])),
    testCase("parallel", floats("parallel", [1, 2], [1, 2])),
    testCase(
      "sequence_parameters",
      infer("chain", {
        parameters: {
          sequence_id: 42,
          sequence_start: true,
          sequence_end: true,
          priority: 3,
          timeout: 1000,
        },
        inputs: [input("IN", [1], [1, 1])],
      }),
    ),
    testCase(
      "sequence_name",
      infer("chain", {
        parameters: { sequence_id: "caller", sequence_start: true, color: "red" },
        inputs: [input("IN", [1], [1, 1])],
      }),
    ),
    testCase(
      "wrong_type",
      infer("chain", { inputs: [{ name: "IN", datatype: "INT32", shape: [1, 1], data: [1] }] }),
    ),
    testCase("missing_input", infer("fan_out", { inputs: [input("LEFT", [5, 7], [1, 2])] })),
    testCase("unknown_input", infer("chain", { inputs: [input("NONE", [1], [1, 1])] })),
    testCase("batch_too_large", floats("chain", [1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 1])),
    testCase("step_refuses", floats("same_twice", [1, 2, 3], [1, 3])),
    testCase("step_fails", reshape("failing")),
    testCase("step_of_a_step_fails", reshape("nested_failing")),
    testCase("empty_batch", floats("chain", [], [0, 1])),
    testCase(
      "statistics",
      floats("chain_counted", [1, 2, 3], [1, 3]),
      floats("chain_counted", [1, 2, 3, 4], [2, 2]),
      counted("/v2/models/chain_counted/stats"),
      metrics("chain_counted"),
    ),
    testCase(
      "statistics_of_third_version",
      reshape("version_three", 3),
      reshape("version_three"),
      counted("/v2/models/version_three/stats"),
      metrics("version_three"),
    ),
    testCase(
      "statistics_of_failures",
      reshape("failing_counted"),
      counted("/v2/models/failing_counted/stats"),
      metrics("failing_counted"),
    ),
  ],
};
