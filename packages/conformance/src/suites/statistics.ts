import { identityModel, reshapeModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { onnxModel } from "../model-repository.ts";
import { infer, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { jsonInput } from "./infer-data.ts";

/** Times differ from run to run; that they are there, and zero where nothing ran, does not. */
const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

function stats(path: string): RequestStep {
  return send(path, { masks: TIMES });
}

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const CONFIG = onnxConfig({
  maxBatchSize: 4,
  inputs: [["INPUT0", "FP32", [-1]]],
  outputs: [["OUTPUT0", "FP32", [-1]]],
});

function once(model: string, batch = 1): RequestStep {
  return infer(
    model,
    jsonInput("FP32", [batch, 1], JSON.stringify(new Array<number>(batch).fill(1))),
  );
}

/** Only the families that inference statistics give, sorted, with the models of one prefix. */
function metrics(model: string): RequestStep {
  return {
    ...send("/metrics", {
      anyLineOrder: true,
      masks: [
        [
          new RegExp(
            `^(?!nv_inference_[^\\n]*model="${model}"|# (?:HELP|TYPE) nv_inference).*\\n?`,
            "gm",
          ),
          "",
        ],
        [/^# .*histogram.*\n?/gm, ""],
        [/(_duration_us\{[^}]*\}) [1-9]\S*$/gm, "$1 <time>"],
      ],
    }),
    port: "metrics",
  };
}

/** Statistics and the metrics that come from them. */
export const statisticsSuite: Suite = {
  name: "L0_query",
  about: "statistics of models and the inference families of the metrics",
  models: [
    ...["unused", "thrice", "batches", "failures", "metered", "metered_failures"].map((name) =>
      onnxModel(name, FLOATS, CONFIG),
    ),
    onnxModel(
      "run_time_failures",
      reshapeModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "FP32", [-1]],
          ["SHAPE", "INT64", [-1]],
        ],
        outputs: [["OUTPUT0", "FP32", [-1]]],
      }),
    ),
    onnxModel(
      "tagged",
      FLOATS,
      `${CONFIG}metric_tags { key: "team" value: "vision" } metric_tags { key: "a" value: "b" }`,
    ),
    {
      name: "two_versions",
      files: {
        "1/model.onnx": FLOATS,
        "2/model.onnx": FLOATS,
        "config.pbtxt": `${CONFIG}version_policy { all { } }`,
      },
    },
  ],
  flags: [],
  cases: [
    testCase("unused", stats("/v2/models/unused/stats")),
    testCase("unused_version", stats("/v2/models/unused/versions/1/stats")),
    testCase(
      "three_requests",
      once("thrice"),
      once("thrice"),
      once("thrice"),
      stats("/v2/models/thrice/stats"),
    ),
    testCase(
      "batch_sizes",
      once("batches", 2),
      once("batches", 4),
      once("batches", 2),
      stats("/v2/models/batches/stats"),
    ),
    testCase(
      "refused_requests_are_not_counted",
      infer("failures", "{}"),
      infer("failures", jsonInput("INT32", [1, 1], "[1]")),
      infer("failures", jsonInput("FP32", [5, 1], "[1,1,1,1,1]")),
      stats("/v2/models/failures/stats"),
    ),
    testCase(
      "run_time_failures",
      infer(
        "run_time_failures",
        {
          inputs: [
            { name: "INPUT0", datatype: "FP32", shape: [3], data: [1, 2, 3] },
            { name: "SHAPE", datatype: "INT64", shape: [1], data: [2] },
          ],
        },
        { masks: [[/"error":"onnx[^"]*"/, '"error":"<runtime>"']] },
      ),
      stats("/v2/models/run_time_failures/stats"),
    ),
    testCase(
      "two_versions",
      infer("two_versions", jsonInput("FP32", [1, 1], "[1]"), { version: "1" }),
      once("two_versions"),
      once("two_versions"),
      stats("/v2/models/two_versions/stats"),
      stats("/v2/models/two_versions/versions/1/stats"),
    ),
    testCase(
      "all_models",
      send("/v2/models/stats", {
        masks: [
          [
            /"name":"([^"]*)","version":"([^"]*)"[^[]*?"batch_stats":\[[^\]]*\],"memory_usage":\[\]/g,
            '"name":"$1","version":"$2"',
          ],
          ...TIMES,
        ],
      }),
    ),
    testCase("metrics_of_requests", once("metered"), once("metered", 3), metrics("metered")),
    testCase("metrics_unused", metrics("unused")),
    testCase("metrics_failures", metrics("run_time_failures")),
    testCase("metrics_versions", metrics("two_versions")),
    testCase("metrics_tags", metrics("tagged")),
    testCase("metrics_query", {
      ...send("/metrics?name=x", { masks: [[/[\s\S]+/, "<text>"]] }),
      port: "metrics",
    }),
    testCase("metrics_trailing_slash", {
      ...send("/metrics/", { masks: [[/[\s\S]+/, "<text>"]] }),
      port: "metrics",
    }),
  ],
};
