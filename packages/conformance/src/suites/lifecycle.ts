import { rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, identityModel, unknownOperatorModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel, writeModels } from "../model-repository.ts";
import type { Observation } from "../observation.ts";
import { change, logged, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { jsonInput } from "./infer-data.ts";
import { simpleModel } from "./sample-models.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });
const INTS = identityModel({ elementType: "INT32", dims: ["n"], isBatched: true });

function load(model: string, body?: string | object): RequestStep {
  return control(model, "load", body);
}

function unload(model: string, body?: string | object): RequestStep {
  return control(model, "unload", body);
}

function control(model: string, verb: string, body?: string | object): RequestStep {
  const path = `/v2/repository/models/${model}/${verb}`;
  return body === undefined
    ? send(path, { method: "POST" })
    : send(path, { body: typeof body === "string" ? body : JSON.stringify(body) });
}

/** The index entries of one model only. */
function indexOf(model: string, until?: (observation: Observation) => boolean): RequestStep {
  return send("/v2/repository/index", {
    method: "POST",
    masks: [
      [new RegExp(`\\{"name":"(?!${model}")[^}]*\\},?`, "g"), ""],
      [/,\]$/, "]"],
    ],
    ...(until === undefined ? {} : { until }),
  });
}

/** The index once the model's unload is complete. */
function indexWhenUnloaded(model: string): RequestStep {
  return indexOf(model, ({ text }) => text?.includes('"reason":"unloaded"') === true);
}

function ready(model: string): RequestStep {
  return send(`/v2/models/${model}/ready`);
}

function config(model: string): RequestStep {
  return send(`/v2/models/${model}/config`);
}

function metadata(model: string): RequestStep {
  return send(`/v2/models/${model}`);
}

function inferFloats(model: string): RequestStep {
  return send(`/v2/models/${model}/infer`, { body: jsonInput("FP32", [1, 1], "[1.5]") });
}

function inferInts(model: string): RequestStep {
  return send(`/v2/models/${model}/infer`, { body: jsonInput("INT32", [1, 1], "[7]") });
}

/**
 * Writes files of a model over what is there, with a time of modification that is later than any before: the clock of a
 * file system is too coarse to tell writes from loads that follow each other at once.
 */
function rewrite(model: string, files: ModelSource["files"]): ReturnType<typeof change> {
  return change((directory) => {
    const paths = Object.keys(files).map((file) => join(directory, model, file));
    const earlier = paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    writeModels(directory, [{ name: model, files }]);
    for (const [index, path] of paths.entries()) {
      const time = new Date(Math.max(Date.now(), earlier[index] ?? 0) + 5000);
      utimesSync(path, time, time);
    }
  });
}

function remove(model: string, path = ""): ReturnType<typeof change> {
  return change((directory) => rmSync(join(directory, model, path), { recursive: true }));
}

/** What versions of ONNX Runtime word otherwise; and the directory of a file override has another name each time. */
const RUNTIME_WORDING: readonly Mask[] = [
  [/onnx runtime error \d+: Load model from .*(?=;\\n")/, "<runtime error>"],
];

function masked(step: RequestStep): RequestStep {
  return { ...step, masks: RUNTIME_WORDING };
}

const FLOATS_BASE64 = Buffer.from(encodeModel(FLOATS)).toString("base64");

/** Loading and unloading in explicit mode. */
export const lifecycleSuite: Suite = {
  name: "L0_lifecycle",
  about: "explicit control: load, unload, reload, overrides, index, version policies",
  models: [
    simpleModel(),
    ...[
      "plain",
      "again",
      "new_version",
      "broken_reload",
      "gone",
      "config_override",
      "bad_override",
      "policy",
      "policy_shrinks",
      "unload_twice",
      "instances",
      "state",
      "index_names",
      "broken_then_fixed",
    ].map((name) => onnxModel(name, FLOATS)),
    onnxModel("never", FLOATS),
    onnxModel("configured", FLOATS, "max_batch_size: 5"),
    onnxModel("broken", unknownOperatorModel()),
    {
      name: "three_versions",
      files: {
        "1/model.onnx": FLOATS,
        "2/model.onnx": FLOATS,
        "3/model.onnx": FLOATS,
        "config.pbtxt": "version_policy { all { } }",
      },
    },
    {
      name: "one_version_broken",
      files: {
        "1/model.onnx": FLOATS,
        "2/model.onnx": unknownOperatorModel(),
        "config.pbtxt": "version_policy { all { } }",
      },
    },
    {
      name: "specific",
      files: {
        "1/model.onnx": FLOATS,
        "2/model.onnx": FLOATS,
        "3/model.onnx": FLOATS,
        "config.pbtxt": "version_policy { specific { versions: [ 1, 3, 9 ] } }",
      },
    },
  ],
  flags: ["--model-control-mode=explicit"],
  cases: [
    testCase("nothing_loaded_ready", send("/v2/health/ready")),
    testCase("nothing_loaded_stats", send("/v2/models/stats")),
    testCase("not_loaded_index", indexOf("never")),
    testCase("not_loaded_ready", ready("never")),
    testCase("not_loaded_metadata", metadata("never")),
    testCase("not_loaded_infer", inferFloats("never")),
    testCase("not_loaded_stats", send("/v2/models/never/stats")),
    testCase("not_loaded_unload", unload("never"), indexOf("never")),
    testCase(
      "load",
      load("plain"),
      ready("plain"),
      indexOf("plain"),
      inferFloats("plain"),
      unload("plain"),
      indexWhenUnloaded("plain"),
      ready("plain"),
      metadata("plain"),
      inferFloats("plain"),
      send("/v2/models/plain/stats"),
    ),
    testCase("load_again", load("again"), load("again"), indexOf("again")),
    testCase(
      "unload_twice",
      load("unload_twice"),
      unload("unload_twice"),
      indexWhenUnloaded("unload_twice"),
      unload("unload_twice"),
    ),
    testCase(
      "reload_after_unload",
      load("state"),
      unload("state"),
      indexWhenUnloaded("state"),
      load("state"),
      indexOf("state"),
      inferFloats("state"),
    ),
    testCase("load_unknown", load("nothing")),
    testCase("load_empty_object", load("again", "{}")),
    testCase("load_empty_parameters", load("again", '{"parameters":{}}')),
    testCase("load_bad_json", load("again", "{")),
    testCase("load_array", load("again", "[]")),
    testCase("load_parameters_array", load("again", '{"parameters":[]}')),
    testCase("load_parameters_string", load("again", '{"parameters":"x"}')),
    testCase("load_unknown_parameter", load("again", '{"parameters":{"other":"x"}}')),
    testCase("load_config_number", load("again", '{"parameters":{"config":1}}')),
    testCase("load_config_object", load("again", '{"parameters":{"config":{}}}')),
    testCase(
      "load_repository_named",
      send("/v2/repository/local/models/again/load", { body: "{}" }),
    ),
    testCase(
      "unload_repository_named",
      send("/v2/repository/local/models/again/unload", { body: "{}" }),
    ),
    testCase("load_name_encoded_traversal", load("..%2Fagain")),
    testCase("load_name_dots", load("..")),
    testCase("load_name_dot", load(".")),
    testCase("load_name_space", load("%20")),
    testCase(
      "load_broken",
      load("broken"),
      indexOf("broken"),
      ready("broken"),
      metadata("broken"),
      send("/v2/health/ready"),
    ),
    testCase(
      "broken_then_fixed",
      rewrite("broken_then_fixed", { "1/model.onnx": unknownOperatorModel() }),
      load("broken_then_fixed"),
      rewrite("broken_then_fixed", { "1/model.onnx": FLOATS }),
      load("broken_then_fixed"),
      indexOf("broken_then_fixed"),
    ),
    testCase("unload_broken", unload("broken"), indexOf("broken")),
    testCase(
      "one_version_broken",
      load("one_version_broken"),
      indexOf("one_version_broken", ({ text }) => text?.includes("UNLOADING") === false),
      ready("one_version_broken"),
    ),
    testCase(
      "reload_new_version",
      load("new_version"),
      rewrite("new_version", { "2/model.onnx": INTS }),
      load("new_version"),
      indexOf("new_version", ({ text }) => text?.includes("unloaded") === true),
      inferInts("new_version"),
      metadata("new_version"),
      send("/v2/models/new_version/versions/1"),
    ),
    testCase(
      "failed_reload_keeps_old",
      load("broken_reload"),
      rewrite("broken_reload", { "2/model.onnx": unknownOperatorModel() }),
      load("broken_reload"),
      indexOf("broken_reload"),
      inferFloats("broken_reload"),
      ready("broken_reload"),
    ),
    testCase(
      "reload_changed_file",
      load("policy"),
      rewrite("policy", { "1/model.onnx": INTS }),
      load("policy"),
      inferInts("policy"),
    ),
    testCase(
      "reload_instances",
      load("instances"),
      rewrite("instances", { "config.pbtxt": "instance_group { count: 3 kind: KIND_CPU }" }),
      load("instances"),
      config("instances"),
      inferFloats("instances"),
    ),
    testCase(
      "reload_fewer_versions",
      load("three_versions"),
      rewrite("three_versions", {
        "config.pbtxt": "version_policy { latest { num_versions: 1 } }",
      }),
      load("three_versions"),
      indexOf("three_versions", ({ text }) => text?.split("unloaded").length === 3),
      metadata("three_versions"),
    ),
    testCase(
      "specific_versions",
      load("specific"),
      indexOf("specific"),
      metadata("specific"),
      send("/v2/models/specific/versions/2/ready"),
      send("/v2/models/specific/versions/1/infer", { body: jsonInput("FP32", [1, 1], "[2]") }),
      inferFloats("specific"),
    ),
    testCase(
      "removed_then_loaded",
      load("gone"),
      remove("gone"),
      load("gone"),
      indexOf("gone"),
      inferFloats("gone"),
    ),
    testCase(
      "config_override",
      load("config_override", { parameters: { config: '{"max_batch_size":2}' } }),
      config("config_override"),
      load("config_override"),
      config("config_override"),
    ),
    testCase(
      "config_override_then_file",
      load("configured"),
      load("configured", { parameters: { config: '{"max_batch_size":2}' } }),
      config("configured"),
      load("configured"),
      config("configured"),
      rewrite("configured", { "config.pbtxt": "max_batch_size: 3" }),
      load("configured"),
      config("configured"),
    ),
    testCase(
      "config_override_complete",
      load("config_override", {
        parameters: {
          config:
            '{"backend":"onnxruntime","max_batch_size":"16","dynamic_batching":{"max_queue_delay_microseconds":"7"},"instance_group":[{"kind":"kind_cpu","count":1}]}',
        },
      }),
      config("config_override"),
    ),
    testCase(
      "config_override_not_json",
      load("bad_override", { parameters: { config: "max_batch_size: 2" } }),
      logged(/(Invalid config override: .*)/),
    ),
    testCase(
      "config_override_unknown_field",
      load("bad_override", { parameters: { config: '{"no_such_field":1}' } }),
    ),
    testCase(
      "config_override_wrong_type",
      load("bad_override", { parameters: { config: '{"max_batch_size":"two"}' } }),
    ),
    testCase(
      "config_override_other_name",
      load("bad_override", { parameters: { config: '{"name":"other"}' } }),
      logged(/Poll failed for model directory 'bad_override': (unexpected directory .*)/),
    ),
    testCase(
      "config_override_invalid",
      load("bad_override", { parameters: { config: '{"max_batch_size":-1}' } }),
      logged(/Poll failed for model directory 'bad_override': ('max_batch_size' .*)/),
    ),
    testCase("config_override_empty", load("bad_override", { parameters: { config: "" } })),
    testCase(
      "config_override_of_ready_model",
      load("bad_override"),
      load("bad_override", { parameters: { config: '{"max_batch_size":-1}' } }),
      indexOf("bad_override"),
      config("bad_override"),
    ),
    testCase(
      "file_override",
      load("from_files", {
        parameters: { config: '{"backend":"onnxruntime"}', "file:1/model.onnx": FLOATS_BASE64 },
      }),
      inferFloats("from_files"),
      config("from_files"),
      indexOf("from_files"),
    ),
    testCase(
      "file_override_without_config",
      load("from_files_bare", { parameters: { "file:1/model.onnx": FLOATS_BASE64 } }),
    ),
    testCase(
      "file_override_outside",
      load("from_files_outside", {
        parameters: { config: '{"backend":"onnxruntime"}', "file:../x/model.onnx": FLOATS_BASE64 },
      }),
    ),
    testCase(
      "file_override_not_base64",
      masked(
        load("from_files_bad", {
          parameters: { config: '{"backend":"onnxruntime"}', "file:1/model.onnx": "!!!" },
        }),
      ),
    ),
    testCase(
      "file_override_labels",
      load("from_files_labels", {
        parameters: {
          config: onnxJsonConfig(),
          "file:1/model.onnx": FLOATS_BASE64,
          "file:labels.txt": Buffer.from("one\ntwo\n").toString("base64"),
        },
      }),
      send("/v2/models/from_files_labels/infer", {
        body: '{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1,2],"data":[1,2]}],"outputs":[{"name":"OUTPUT0","parameters":{"classification":1}}]}',
      }),
    ),
    testCase(
      "unload_dependents",
      load("simple"),
      unload("simple", { parameters: { unload_dependents: true } }),
      indexWhenUnloaded("simple"),
    ),
    testCase(
      "unload_dependents_string",
      unload("simple", { parameters: { unload_dependents: "yes" } }),
    ),
    testCase("unload_bad_json", unload("simple", "x")),
    testCase("unload_unknown", unload("nothing")),
    testCase(
      "index_ready_only",
      load("index_names"),
      send("/v2/repository/index", {
        body: '{"ready":true}',
        masks: [
          [/\{"name":"(?!index_names")[^}]*\},?/g, ""],
          [/,\]$/, "]"],
        ],
      }),
    ),
    testCase(
      "index_ready_false",
      send("/v2/repository/index", {
        body: '{"ready":false}',
        masks: [
          [/\{"name":"(?!never")[^}]*\},?/g, ""],
          [/,\]$/, "]"],
        ],
      }),
    ),
    testCase("index_ready_string", send("/v2/repository/index", { body: '{"ready":"yes"}' })),
    testCase("index_bad_json", send("/v2/repository/index", { body: "[" })),
    testCase(
      "index_repository_named",
      send("/v2/repository/other/index", {
        body: "{}",
        masks: [
          [/\{"name":"(?!never")[^}]*\},?/g, ""],
          [/,\]$/, "]"],
        ],
      }),
    ),
    testCase(
      "load_log",
      load("policy_shrinks"),
      logged(/((?:loading: policy_shrinks|successfully loaded 'policy_shrinks).*)/),
      unload("policy_shrinks"),
      indexWhenUnloaded("policy_shrinks"),
      logged(/(successfully unloaded 'policy_shrinks' .*)/),
    ),
  ],
};

function onnxJsonConfig(): string {
  return JSON.stringify({
    backend: "onnxruntime",
    max_batch_size: 2,
    input: [{ name: "INPUT0", data_type: "TYPE_FP32", dims: [-1] }],
    output: [{ name: "OUTPUT0", data_type: "TYPE_FP32", dims: [-1], label_filename: "labels.txt" }],
  });
}
