import { addSubModel, identityModel } from "@nereid/onnx-writer";
import { onnxModel } from "../model-repository.ts";
import { logged, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });

function config(model: string): RequestStep {
  return send(`/v2/models/${model}/config`);
}

function load(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/load`, { method: "POST" });
}

function reason(model: string): ReturnType<typeof logged> {
  return logged(new RegExp(`Poll failed for model directory '${model}': (.*)`));
}

const COMPLETE = onnxConfig({
  maxBatchSize: 4,
  inputs: [["INPUT0", "FP32", [-1]]],
  outputs: [["OUTPUT0", "FP32", [-1]]],
});

/** Without completion of configurations. */
export const strictConfigSuite: Suite = {
  name: "L0_model_config_strict",
  about: "--disable-auto-complete-config: complete configurations load, others are refused",
  models: [
    onnxModel("complete", FLOATS, COMPLETE),
    onnxModel(
      "platform_only",
      FLOATS,
      COMPLETE.replace('backend: "onnxruntime"', 'platform: "onnxruntime_onnx"'),
    ),
    onnxModel("no_backend", FLOATS, COMPLETE.replace('backend: "onnxruntime"\n', "")),
    onnxModel("no_file", FLOATS),
    onnxModel("no_tensors", FLOATS, 'backend: "onnxruntime" max_batch_size: 4'),
    onnxModel(
      "no_outputs",
      FLOATS,
      onnxConfig({ maxBatchSize: 4, inputs: [["INPUT0", "FP32", [-1]]] }),
    ),
    onnxModel(
      "no_dims",
      FLOATS,
      'backend: "onnxruntime" input { name: "INPUT0" data_type: TYPE_FP32 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] }',
    ),
    onnxModel(
      "no_type",
      FLOATS,
      'backend: "onnxruntime" input { name: "INPUT0" dims: [ -1 ] } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] }',
    ),
    onnxModel(
      "output_type",
      FLOATS,
      'backend: "onnxruntime" input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] } output { name: "OUTPUT0" dims: [ -1 ] }',
    ),
    onnxModel(
      "misfit",
      FLOATS,
      onnxConfig({ inputs: [["INPUT0", "FP32", [-1]]], outputs: [["OUTPUT0", "FP32", [-1]]] }),
    ),
    onnxModel(
      "one_output",
      addSubModel(),
      onnxConfig({
        inputs: [
          ["INPUT0", "INT32", [16]],
          ["INPUT1", "INT32", [16]],
        ],
        outputs: [["OUTPUT1", "INT32", [16]]],
      }),
    ),
  ],
  flags: ["--model-control-mode=explicit", "--disable-auto-complete-config"],
  cases: [
    testCase("complete", load("complete"), config("complete")),
    testCase("platform_only", load("platform_only"), config("platform_only")),
    testCase("no_backend", load("no_backend"), config("no_backend")),
    testCase("no_file", load("no_file"), reason("no_file")),
    testCase("no_tensors", load("no_tensors"), config("no_tensors")),
    testCase("no_outputs", load("no_outputs"), config("no_outputs")),
    testCase("no_dims", load("no_dims"), reason("no_dims")),
    testCase("no_type", load("no_type"), reason("no_type")),
    testCase("output_type", load("output_type"), reason("output_type")),
    testCase("misfit", load("misfit")),
    testCase("one_output", load("one_output"), config("one_output")),
  ],
};

/** Configurations chosen by name. */
export const customConfigSuite: Suite = {
  name: "L0_custom_model_config",
  about:
    "--model-config-name, --backend-config=default-max-batch-size, --id, --strict-readiness=false",
  models: [
    onnxModel("with_custom", FLOATS, "max_batch_size: 2", {
      "configs/special.pbtxt": "max_batch_size: 7",
      "configs/other.pbtxt": "max_batch_size: 9",
    }),
    onnxModel("without_custom", FLOATS, "max_batch_size: 2", {
      "configs/other.pbtxt": "max_batch_size: 9",
    }),
    onnxModel("only_custom", FLOATS, null, { "configs/special.pbtxt": "max_batch_size: 5" }),
    onnxModel("no_config", FLOATS),
    onnxModel("custom_broken", FLOATS, "max_batch_size: 2", {
      "configs/special.pbtxt": "no_such_field: 1",
    }),
  ],
  flags: [
    "--model-control-mode=explicit",
    "--load-model=with_custom",
    "--load-model=without_custom",
    "--load-model=only_custom",
    "--load-model=no_config",
    "--load-model=custom_broken",
    "--exit-on-error=false",
    "--model-config-name=special",
    "--backend-config=default-max-batch-size=6",
    "--id=another server",
    "--strict-readiness=false",
  ],
  cases: [
    testCase("with_custom", config("with_custom")),
    testCase("without_custom", config("without_custom")),
    testCase("only_custom", config("only_custom")),
    testCase("default_max_batch_size", config("no_config")),
    testCase("custom_broken", config("custom_broken")),
    testCase("server_id", send("/v2", { masks: [[/"version":"[^"]*"/, '"version":"<version>"']] })),
    testCase("ready_although_not_strict", send("/v2/health/ready")),
    testCase("index", send("/v2/repository/index", { method: "POST" })),
  ],
};
