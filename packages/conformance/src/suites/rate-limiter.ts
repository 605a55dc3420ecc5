import { identityModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { infer, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { jsonInput } from "./infer-data.ts";

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });

/** An identity whose instances ask for these resources. */
function limited(name: string, limiter: string, more = ""): ModelSource {
  return onnxModel(
    name,
    FLOATS,
    onnxConfig({
      maxBatchSize: 4,
      inputs: [["INPUT0", "FP32", [-1]]],
      outputs: [["OUTPUT0", "FP32", [-1]]],
      more: `instance_group { kind: KIND_CPU count: 2 ${limiter === "" ? "" : `rate_limiter { ${limiter} }`} }\n${more}`,
    }),
  );
}

function resource(name: string, count: number, more = ""): string {
  return `resources { name: "${name}" count: ${count} ${more} }`;
}

const TIMES: readonly Mask[] = [
  [/"ns":[1-9]\d*/g, '"ns":1'],
  [/"last_inference":[1-9]\d*/g, '"last_inference":1'],
];

function load(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/load`, { method: "POST" });
}

function unload(model: string): RequestStep {
  return send(`/v2/repository/models/${model}/unload`, { method: "POST" });
}

function unloaded(model: string): RequestStep {
  return {
    ...send("/v2/repository/index", {
      method: "POST",
      masks: [
        [new RegExp(`\\{"name":"(?!${model}")[^}]*\\},?`, "g"), ""],
        [/,\]$/, "]"],
      ],
    }),
    until: ({ text }) => text?.includes('"reason":"unloaded"') === true,
  };
}

function ask(model: string): RequestStep {
  return infer(model, jsonInput("FP32", [1, 1], "[1]"));
}

function stats(model: string): RequestStep {
  return send(`/v2/models/${model}/stats`, { masks: TIMES });
}

const GLOBAL = "global: true";

/** Resources that the operator counts. */
export const rateLimiterSuite: Suite = {
  name: "L0_rate_limiter",
  about: "--rate-limit=execution_count with resources: what loads, what runs, statistics",
  models: [
    limited("none", ""),
    limited("fits", resource("R1", 4)),
    limited("too_many", resource("R1", 5)),
    limited("priority", `${resource("R1", 2)} priority: 3`),
    limited("other_case", resource("r1", 1)),
    limited("not_listed", resource("R9", 1)),
    limited("not_listed_zero", resource("R9", 0)),
    limited("device", resource("R2", 2)),
    limited("device_too_many", resource("R2", 3)),
    limited("other_device", resource("R3", 1)),
    limited("whole", resource("R4", 6, GLOBAL)),
    limited("whole_too_many", resource("R4", 7, GLOBAL)),
    limited("whole_and_device", `${resource("R5", 1, GLOBAL)} ${resource("R5", 1)}`),
    limited("device_after_whole", resource("R4", 1)),
    limited("twice", `${resource("R1", 9)} ${resource("R1", 2)}`),
    limited("batching", resource("R1", 1), "dynamic_batching { }"),
  ],
  flags: [
    "--model-control-mode=explicit",
    "--rate-limit=execution_count",
    "--rate-limit-resource=R1:4",
    "--rate-limit-resource=R2:2:0",
    "--rate-limit-resource=R3:5:3",
    "--rate-limit-resource=R4:6:7",
    "--rate-limit-resource=R4:2",
    "--rate-limit-resource=R5:9",
  ],
  cases: [
    testCase("no_resources", load("none"), ask("none"), ask("none"), stats("none")),
    testCase("fits", load("fits"), ask("fits"), ask("fits"), ask("fits"), stats("fits")),
    testCase("too_many", load("too_many")),
    testCase("priority", load("priority"), ask("priority"), stats("priority")),
    testCase("names_have_a_case", load("other_case")),
    testCase("not_listed", load("not_listed")),
    testCase("not_listed_zero", load("not_listed_zero"), ask("not_listed_zero")),
    testCase("device", load("device"), ask("device")),
    testCase("device_too_many", load("device_too_many")),
    testCase("other_device", load("other_device")),
    testCase("whole", load("whole"), ask("whole")),
    testCase("whole_too_many", load("whole_too_many")),
    testCase("device_after_whole", load("device_after_whole")),
    testCase(
      "device_without_whole",
      unload("whole"),
      unloaded("whole"),
      load("device_after_whole"),
      ask("device_after_whole"),
    ),
    testCase("resource_twice", load("twice"), ask("twice")),
    testCase("batching", load("batching"), ask("batching"), {
      ...stats("batching"),
      // The recorded server may answer before it counts.
      until: ({ text }) => text?.includes('"execution_count":1') === true,
    }),
    testCase("refused_still_serves", load("fits"), ask("fits")),
    // Last: the recorded version keeps the resources of a model that it refused.
    testCase("whole_and_device", load("whole_and_device")),
  ],
};

/** Without counts from the operator there is as much of a resource as the hungriest instance asks for. */
export const rateLimiterDefaultsSuite: Suite = {
  name: "L0_rate_limiter_defaults",
  about: "--rate-limit=execution_count without resources",
  models: [
    limited("some", resource("R1", 4)),
    limited("more", resource("R1", 40)),
    limited("whole", resource("R2", 4, GLOBAL)),
    limited("device", resource("R2", 4)),
    limited("huge", resource("R3", 4294967295)),
  ],
  flags: ["--model-control-mode=explicit", "--rate-limit=execution_count"],
  cases: [
    testCase("some", load("some"), ask("some")),
    testCase("more", load("more"), ask("more"), ask("some"), stats("some")),
    testCase("huge", load("huge"), ask("huge")),
    testCase("whole", load("whole"), ask("whole")),
    testCase("device_after_whole", load("device")),
    testCase(
      "device_without_whole",
      unload("whole"),
      unloaded("whole"),
      load("device"),
      ask("device"),
    ),
    testCase("whole_after_device", load("whole")),
  ],
};
