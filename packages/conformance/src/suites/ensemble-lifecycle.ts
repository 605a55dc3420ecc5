import { rmSync } from "node:fs";
import { join } from "node:path";
import { addSubModel, identityModel, unknownOperatorModel } from "@nereid/onnx-writer";
import { type ModelSource, onnxModel, writeModels } from "../model-repository.ts";
import type { Observation } from "../observation.ts";
import { change, infer, logged, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import {
  type EnsembleParts,
  ensemble,
  ensembleConfig,
  floatSumsModel,
  floatsModel,
  plainFloatsModel,
  through,
} from "./ensemble-models.ts";

const CHAIN: EnsembleParts = {
  maxBatchSize: 8,
  inputs: [["IN", "FP32", [-1]]],
  outputs: [["OUT", "FP32", [-1]]],
  steps: [],
};

/** An ensemble of one model. */
function around(name: string, model: string, parts: Partial<EnsembleParts> = {}): ModelSource {
  return ensemble(name, { ...CHAIN, steps: [through(model, "IN", "OUT")], ...parts });
}

function load(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/load`, { method: "POST" });
}

function unload(model: string, unloadDependents = false): RequestStep {
  const path = `/v2/repository/models/${model}/unload`;
  return unloadDependents
    ? send(path, { body: JSON.stringify({ parameters: { unload_dependents: true } }) })
    : send(path, { method: "POST" });
}

/** The index entries of the models with one prefix, once nothing is on its way out any more. */
function index(prefix: string): RequestStep {
  return {
    ...send("/v2/repository/index", {
      method: "POST",
      masks: [
        [new RegExp(`\\{"name":"(?!${prefix})[^}]*\\},?`, "g"), ""],
        [/,\]$/, "]"],
      ],
    }),
    until: ({ text }: Observation) => text?.includes("UNLOADING") === false,
  };
}

function once(model: string): RequestStep {
  return infer(model, {
    inputs: [{ name: "IN", datatype: "FP32", shape: [1, 1], data: [1.5] }],
  });
}

/** Loads an ensemble that cannot be, and looks at what is there then. */
function refused(name: string, parts: EnsembleParts, ...more: readonly ModelSource[]) {
  const models = [ensemble(name, parts), ...more];
  return {
    models,
    item: testCase(name, load(name), index(name), load(name)),
  };
}

const REFUSED = [
  refused("e_unknown_input", {
    ...CHAIN,
    steps: [{ model: "r_floats", inputs: "NONE=IN", outputs: "OUTPUT0=OUT" }],
  }),
  refused("e_unknown_output", {
    ...CHAIN,
    steps: [{ model: "r_floats", inputs: "INPUT0=IN", outputs: "NONE=OUT" }],
  }),
  refused("e_unmapped_input", {
    ...CHAIN,
    steps: [{ model: "r_sums", inputs: "INPUT0=IN", outputs: "OUTPUT0=OUT" }],
  }),
  refused("e_batch_size", { ...CHAIN, maxBatchSize: 9, steps: [through("r_floats", "IN", "OUT")] }),
  refused("e_type", {
    ...CHAIN,
    inputs: [["IN", "INT32", [-1]]],
    steps: [through("r_floats", "IN", "OUT")],
  }),
  refused("e_output_type", {
    ...CHAIN,
    outputs: [["OUT", "FP64", [-1]]],
    steps: [through("r_floats", "IN", "OUT")],
  }),
  refused("e_shape", {
    ...CHAIN,
    inputs: [["IN", "FP32", [3]]],
    steps: [{ model: "r_sums", inputs: "INPUT0=IN INPUT1=IN", outputs: "OUTPUT0=OUT" }],
  }),
  refused("e_rank", {
    ...CHAIN,
    steps: [through("r_floats", "IN", "a"), through("r_plain_cube", "a", "OUT")],
  }),
  refused("e_missing", {
    ...CHAIN,
    steps: [through("nothing", "IN", "a"), through("nowhere", "a", "OUT")],
  }),
  refused("e_version", { ...CHAIN, steps: [{ ...through("r_floats", "IN", "OUT"), version: 5 }] }),
  refused("e_broken_model", { ...CHAIN, steps: [through("r_broken", "IN", "OUT")] }),
  refused("e_itself", {
    ...CHAIN,
    steps: [{ model: "e_itself", inputs: "IN=IN", outputs: "OUT=OUT" }],
  }),
  refused("e_needs_invalid", {
    ...CHAIN,
    steps: [{ model: "e_missing", inputs: "IN=IN", outputs: "OUT=OUT" }],
  }),
];

/** Dependencies between models in explicit mode. */
export const ensembleLifecycleSuite: Suite = {
  name: "L0_ensemble_lifecycle",
  about: "ensembles in explicit mode: checks at load, dependencies, unloading, reloading",
  models: [
    floatsModel("r_floats"),
    floatSumsModel("r_sums"),
    plainFloatsModel("r_plain_cube", [-1, -1, -1, -1]),
    onnxModel("r_broken", unknownOperatorModel()),
    ...REFUSED.flatMap(({ models }) => models),
    ...[
      "load",
      "unload",
      "cascade",
      "kept",
      "shared",
      "gone",
      "step_again",
      "reload",
      "misfit",
      "late",
    ].flatMap((name) => [
      floatsModel(`${name}_model`),
      around(`${name}_ensemble`, `${name}_model`),
    ]),
    around("shared_other", "shared_model"),
    ensemble("circle_a", {
      ...CHAIN,
      steps: [{ model: "circle_b", inputs: "IN=IN", outputs: "OUT=OUT" }],
    }),
    ensemble("circle_b", {
      ...CHAIN,
      steps: [{ model: "circle_a", inputs: "IN=IN", outputs: "OUT=OUT" }],
    }),
    floatsModel("deep_model"),
    around("deep_ensemble", "deep_model"),
    ensemble("deep_outer", {
      ...CHAIN,
      steps: [{ model: "deep_ensemble", inputs: "IN=IN", outputs: "OUT=OUT" }],
    }),
  ],
  flags: ["--model-control-mode=explicit"],
  cases: [
    ...REFUSED.map(({ item }) => item),
    testCase("load", load("load_ensemble"), index("load"), once("load_ensemble")),
    testCase("circle", load("circle_a"), index("circle"), logged(/(circular dependency .*)/)),
    testCase(
      "unload_keeps_models",
      load("unload_ensemble"),
      unload("unload_ensemble"),
      index("unload"),
      once("unload_ensemble"),
    ),
    testCase(
      "unload_dependents",
      load("cascade_ensemble"),
      unload("cascade_ensemble", true),
      index("cascade"),
    ),
    testCase(
      "unload_dependents_keeps_named",
      load("kept_model"),
      load("kept_ensemble"),
      unload("kept_ensemble", true),
      index("kept"),
    ),
    testCase(
      "unload_dependents_keeps_shared",
      load("shared_ensemble"),
      load("shared_other"),
      unload("shared_ensemble", true),
      index("shared"),
    ),
    testCase(
      "model_unloaded",
      load("gone_ensemble"),
      unload("gone_model"),
      index("gone"),
      once("gone_ensemble"),
      logged(/(ensemble gone_ensemble contains .*)/),
    ),
    testCase(
      "model_loaded_again",
      load("step_again_ensemble"),
      unload("step_again_model"),
      index("step_again"),
      load("step_again_model"),
      index("step_again"),
      once("step_again_ensemble"),
    ),
    testCase(
      "model_reloaded",
      load("reload_ensemble"),
      once("reload_ensemble"),
      rewrite("reload_model", {
        "2/model.onnx": identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true }),
      }),
      load("reload_model"),
      index("reload"),
      once("reload_ensemble"),
    ),
    testCase(
      "model_reloaded_misfit",
      load("misfit_ensemble"),
      rewrite("misfit_model", {
        "2/model.onnx": addSubModel({ elementType: "FLOAT", dims: [2], isBatched: true }),
        "config.pbtxt": onnxConfig({
          maxBatchSize: 8,
          inputs: [
            ["INPUT0", "FP32", [2]],
            ["INPUT1", "FP32", [2]],
          ],
          outputs: [["OUTPUT0", "FP32", [2]]],
        }),
      }),
      load("misfit_model"),
      index("misfit"),
      once("misfit_ensemble"),
    ),
    testCase(
      "model_comes_later",
      change((directory) => rmSync(join(directory, "late_model"), { recursive: true })),
      load("late_ensemble"),
      change((directory) => writeModels(directory, [floatsModel("late_model")])),
      load("late_model"),
      index("late"),
      once("late_ensemble"),
    ),
    testCase(
      "ensemble_of_an_ensemble",
      load("deep_outer"),
      index("deep"),
      once("deep_outer"),
      unload("deep_model"),
      index("deep"),
    ),
    testCase(
      "ensemble_changed",
      change((directory) =>
        writeModels(directory, [
          {
            name: "load_ensemble",
            files: {
              "config.pbtxt": ensembleConfig({
                ...CHAIN,
                steps: [through("load_model", "IN", "OUT")],
              }).replace("max_batch_size: 8", "max_batch_size: 2"),
            },
          },
        ]),
      ),
      load("load_ensemble"),
      send("/v2/models/load_ensemble/config", { masks: [[/"output":.*/, ""]] }),
      once("load_ensemble"),
    ),
  ],
};

function rewrite(name: string, files: ModelSource["files"]) {
  return change((directory) => writeModels(directory, [{ name, files }]));
}
