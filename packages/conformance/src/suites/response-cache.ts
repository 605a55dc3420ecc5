import { addSubModel, classifierModel, identityModel, reshapeModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { onnxModel } from "../model-repository.ts";
import {
  type Case,
  infer,
  type RequestStep,
  type StartStep,
  type Suite,
  send,
  testCase,
} from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { BINARY_OUTPUT, binaryInput, jsonInput } from "./infer-data.ts";

const CACHED = "response_cache { enable: true }";
const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const MATRICES = identityModel({ elementType: "FLOAT", dims: ["n", "m"] });
const BYTES_MAX = 1048576;

function floats(name: string, more = CACHED): ReturnType<typeof onnxModel> {
  return onnxModel(
    name,
    FLOATS,
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "FP32", [-1]]],
      outputs: [["OUTPUT0", "FP32", [-1]]],
      more,
    }),
  );
}

const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

function stats(model: string): RequestStep {
  return send(`/v2/models/${model}/stats`, { masks: TIMES });
}

function ask(model: string, data: string, batch = 1): RequestStep {
  return infer(model, jsonInput("FP32", [batch, 1], data));
}

function addSub(model: string, outputs: readonly string[] | null, id = ""): RequestStep {
  const data = new Array<number>(16).fill(1);
  return infer(model, {
    ...(id === "" ? {} : { id }),
    inputs: ["INPUT0", "INPUT1"].map((name) => ({ name, datatype: "INT32", shape: [1, 16], data })),
    ...(outputs === null ? {} : { outputs: outputs.map((name) => ({ name })) }),
  });
}

function matrix(model: string, shape: readonly number[]): RequestStep {
  return infer(model, jsonInput("FP32", shape, "[1,2,3,4]"));
}

function reshape(size: number): RequestStep {
  return infer(
    "fails",
    {
      inputs: [
        { name: "INPUT0", datatype: "FP32", shape: [3], data: [1, 2, 3] },
        { name: "SHAPE", datatype: "INT64", shape: [1], data: [size] },
      ],
    },
    { masks: [[/"error":"onnx[^"]*"/, '"error":"<runtime>"']] },
  );
}

/** An answer of this many floats, all of one value: what a cache can hold only a few of. */
function large(model: string, count: number, value: number): RequestStep {
  const bytes = Buffer.from(new Float32Array(count).fill(value).buffer);
  return infer(model, binaryInput("FP32", [1, count], bytes.byteLength, BINARY_OUTPUT), {
    binary: [bytes],
  });
}

const LARGE = 75_000;

/** Only the families of the cache, with one model's samples. */
function cacheMetrics(model: string): RequestStep {
  return {
    ...send("/metrics", {
      anyLineOrder: true,
      masks: [
        [
          new RegExp(
            `^(?!nv_cache_[^\\n]*model="${model}"|# (?:HELP|TYPE) nv_cache_\\w+_per_model).*\\n?`,
            "gm",
          ),
          "",
        ],
        [/(_duration_per_model\{[^}]*\}) \d\S*$/gm, "$1 <time>"],
      ],
    }),
    port: "metrics",
  };
}

/** The families of the local cache itself exist once it does. */
function localFamilies(): RequestStep {
  return {
    ...send("/metrics", {
      anyLineOrder: true,
      masks: [
        [/^(?!# (?:HELP|TYPE) nv_cache_).*\n?/gm, ""],
        [/^.*_per_model.*\n?/gm, ""],
      ],
    }),
    port: "metrics",
  };
}

/** Answers from the local cache. */
export const responseCacheSuite: Suite = {
  name: "L0_response_cache",
  about: "the local response cache: hits, misses, keys, eviction, statistics and metrics",
  models: [
    ...["repeated", "batches", "ids", "versions", "evicted", "too_large", "metered", "unasked"].map(
      (name) => floats(name),
    ),
    floats("not_cached", ""),
    floats("disabled", "response_cache { enable: false }"),
    floats("batching", `${CACHED} dynamic_batching { }`),
    ...["sums", "chosen"].map((name) =>
      onnxModel(
        name,
        addSubModel({ isBatched: true }),
        onnxConfig({
          maxBatchSize: 8,
          inputs: [
            ["INPUT0", "INT32", [16]],
            ["INPUT1", "INT32", [16]],
          ],
          outputs: [
            ["OUTPUT0", "INT32", [16]],
            ["OUTPUT1", "INT32", [16]],
          ],
          more: CACHED,
        }),
      ),
    ),
    onnxModel(
      "matrices",
      MATRICES,
      onnxConfig({
        inputs: [["INPUT0", "FP32", [-1, -1]]],
        outputs: [["OUTPUT0", "FP32", [-1, -1]]],
        more: CACHED,
      }),
    ),
    onnxModel(
      "texts",
      identityModel({ elementType: "STRING", dims: ["n"] }),
      onnxConfig({
        inputs: [["INPUT0", "STRING", [-1]]],
        outputs: [["OUTPUT0", "STRING", [-1]]],
        more: CACHED,
      }),
    ),
    onnxModel(
      "fails",
      reshapeModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "FP32", [-1]],
          ["SHAPE", "INT64", [-1]],
        ],
        outputs: [["OUTPUT0", "FP32", [-1]]],
        more: CACHED,
      }),
    ),
    onnxModel(
      "classifier",
      classifierModel({ isBatched: true }),
      onnxConfig({
        maxBatchSize: 8,
        inputs: [["scores", "FP32", [4]]],
        outputs: [
          ["probabilities", "FP32", [4], 'label_filename: "labels.txt"'],
          ["best", "INT64", [1]],
          ["total", "FP32", [1]],
        ],
        more: CACHED,
      }),
      { "labels.txt": "cat\ndog\nred panda\nzebra\n" },
    ),
  ],
  flags: [`--cache-config=local,size=${BYTES_MAX}`],
  cases: [
    testCase(
      "hit",
      ask("repeated", "[1.5]"),
      ask("repeated", "[1.5]"),
      ask("repeated", "[2.5]"),
      ask("repeated", "[1.5]"),
      stats("repeated"),
    ),
    testCase(
      "batch_hit",
      ask("batches", "[1,2,3]", 3),
      ask("batches", "[1,2,3]", 3),
      stats("batches"),
    ),
    testCase(
      "id_is_the_askers",
      infer("ids", {
        id: "first",
        inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, 1], data: [1] }],
      }),
      infer("ids", {
        id: "second",
        inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, 1], data: [1] }],
      }),
      stats("ids"),
    ),
    testCase(
      "not_enabled_in_model",
      ask("not_cached", "[1]"),
      ask("not_cached", "[1]"),
      stats("not_cached"),
    ),
    testCase(
      "disabled_in_model",
      ask("disabled", "[1]"),
      ask("disabled", "[1]"),
      stats("disabled"),
    ),
    testCase("dynamic_batching", ask("batching", "[1]"), ask("batching", "[1]"), stats("batching")),
    testCase("two_outputs", addSub("sums", null), addSub("sums", null), stats("sums")),
    testCase(
      "requested_outputs",
      addSub("chosen", ["OUTPUT1"], "one"),
      addSub("chosen", ["OUTPUT1"], "two"),
      addSub("chosen", ["OUTPUT0"]),
    ),
    testCase(
      "shape_is_part_of_the_key",
      matrix("matrices", [2, 2]),
      matrix("matrices", [4, 1]),
      stats("matrices"),
    ),
    testCase(
      "texts",
      infer("texts", jsonInput("BYTES", [2], '["a","bcd"]')),
      infer("texts", jsonInput("BYTES", [2], '["a","bcd"]')),
      stats("texts"),
    ),
    testCase("binary_output_of_hit", large("evicted", 3, 7), large("evicted", 3, 7)),
    testCase(
      "evicts_what_was_used_longest_ago",
      large("evicted", LARGE, 1),
      large("evicted", LARGE, 2),
      large("evicted", LARGE, 3),
      large("evicted", LARGE, 1),
      large("evicted", LARGE, 4),
      large("evicted", LARGE, 1),
      large("evicted", LARGE, 2),
      stats("evicted"),
    ),
    testCase(
      "larger_than_the_cache",
      large("too_large", BYTES_MAX / 4, 1),
      large("too_large", BYTES_MAX / 4, 1),
      stats("too_large"),
    ),
    testCase(
      "failures_are_not_kept",
      reshape(2),
      reshape(2),
      reshape(3),
      reshape(3),
      stats("fails"),
    ),
    testCase(
      "classification_of_hit",
      ...[1, 1].map(() =>
        infer("classifier", {
          inputs: [{ name: "scores", datatype: "FP32", shape: [1, 4], data: [1, 2, 3, 0] }],
          outputs: [{ name: "probabilities", parameters: { classification: 2 } }],
        }),
      ),
      stats("classifier"),
    ),
    testCase(
      "refused_requests",
      infer("unasked", "{}"),
      ask("unasked", "[1,2,3,4,5]", 5),
      stats("unasked"),
    ),
    testCase(
      "metrics",
      ask("metered", "[1]"),
      ask("metered", "[1]"),
      ask("metered", "[2]"),
      cacheMetrics("metered"),
    ),
    testCase("metrics_of_model_without_cache", cacheMetrics("not_cached")),
    testCase("metrics_of_local_cache", localFamilies()),
  ],
};

const MESSAGES: readonly Mask[] = [
  [/^[^\n]*?: (?=unrecognized option|option )/gm, "<program>: "],
  [/^Usage: .* \[options\]/m, "Usage: <program> [options]"],
  [/^(?: {2}--|\t)[^\n]*\n/gm, ""],
  [/^[A-Z][A-Za-z/ -]*:\n/gm, ""],
  [/^[IWEV]\d{4} [^\n]*\n/gm, ""],
  [/^[+|][^\n]*\n/gm, ""],
  [/^Error: Failed to initialize NVML\n/gm, ""],
  [/\n{2,}/g, "\n"],
  [/^\n/, ""],
];

const CACHE_ROW: readonly Mask[] = [
  [/^(?!\| (?:cache_enabled|rate_limit)).*\n/gm, ""],
  [/ +/g, " "],
];

const QUIET = [
  "--model-repository=<repository>",
  "--allow-grpc=false",
  "--http-address=127.0.0.1",
  "--http-port=<http-port>",
  "--metrics-port=<metrics-port>",
];

function refused(name: string, ...flags: readonly string[]): Case {
  return testCase(name, {
    kind: "start",
    flags: [...QUIET, ...flags],
    stream: "stderr",
    masks: MESSAGES,
  });
}

function started(...flags: readonly string[]): StartStep {
  return {
    kind: "start",
    flags: [...QUIET, ...flags],
    stream: "output",
    signal: "SIGTERM",
    masks: CACHE_ROW,
  };
}

function startedCase(name: string, ...flags: readonly string[]): Case {
  return testCase(name, started(...flags));
}

/** The flags of the response cache and of the rate limiter. */
export const cacheFlagsSuite: Suite = {
  name: "L0_cache_flags",
  about:
    "--cache-config, --cache-directory, --response-cache-byte-size, --rate-limit, --rate-limit-resource",
  hasNoServer: true,
  models: [floats("model", "")],
  flags: [],
  cases: [
    startedCase("no_flags"),
    startedCase("local", "--cache-config=local,size=1048576"),
    startedCase(
      "size_given_twice",
      "--cache-config=local,size=abc",
      "--cache-config=local,size=1048576",
    ),
    startedCase("size_with_tail", "--cache-config=local,size=1048576abc"),
    startedCase("byte_size", "--response-cache-byte-size=1048576"),
    refused("byte_size_zero", "--response-cache-byte-size=0"),
    refused(
      "byte_size_and_config",
      "--response-cache-byte-size=1048576",
      "--cache-config=local,size=1048576",
    ),
    refused("size_missing", "--cache-config=local,color=red"),
    refused("size_word", "--cache-config=local,size=abc"),
    refused("size_too_many_digits", "--cache-config=local,size=99999999999999999999999"),
    refused("size_negative", "--cache-config=local,size=-1"),
    refused("size_hundred", "--cache-config=local,size=100"),
    refused("size_beyond_memory", "--cache-config=local,size=100000000000000"),
    refused("no_name", "--cache-config=size=1048576"),
    refused("no_setting", "--cache-config=local"),
    refused("no_value", "--cache-config=local,size="),
    refused(
      "two_caches",
      "--cache-config=local,size=1048576",
      "--cache-config=redis,host=127.0.0.1",
    ),
    refused(
      "unknown_cache",
      "--cache-directory=/nowhere/caches",
      "--cache-config=memory,size=1048576",
    ),
    refused("no_directory", "--cache-directory=", "--cache-config=local,size=1048576"),
    startedCase("rate_limit", "--rate-limit=EXECUTION_COUNT"),
    startedCase(
      "rate_limit_resources",
      "--rate-limit=execution_count",
      "--rate-limit-resource=R1:4",
      "--rate-limit-resource=r2:2:0",
      "--rate-limit-resource=r2:3:0",
      "--rate-limit-resource=R1:9:1",
      "--rate-limit-resource=a:7:2",
      "--rate-limit-resource=b:-1",
    ),
    startedCase("rate_limit_resource_alone", "--rate-limit-resource=R1:4"),
    refused("rate_limit_word", "--rate-limit=priority"),
    refused("rate_limit_resource_bare", "--rate-limit-resource=R1"),
    refused("rate_limit_resource_word", "--rate-limit-resource=R1:many"),
    refused("rate_limit_resource_four", "--rate-limit-resource=R1:1:2:3"),
    refused("rate_limit_resource_empty_count", "--rate-limit-resource=R1:"),
  ],
};
