import {
  addSubModel,
  classifierModel,
  identityModel,
  optionalInputModel,
  reshapeModel,
} from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { onnxConfig, type TensorLine, tensorLines } from "./config-text.ts";

/** Pairs `model's name=ensemble's tensor`, with blanks between them. */
type MappingText = string;

/** One step of an ensemble. */
export interface StepParts {
  readonly model: string;
  readonly inputs: MappingText;
  readonly outputs: MappingText;
  /** -1, the latest, unless stated. */
  readonly version?: number;
}

/** What an ensemble's config.pbtxt is made of here. */
export interface EnsembleParts {
  readonly maxBatchSize?: number;
  readonly inputs: readonly TensorLine[];
  readonly outputs: readonly TensorLine[];
  readonly steps: readonly StepParts[];
  /** Text that follows. */
  readonly more?: string;
}

/** The text of an ensemble's config.pbtxt. */
export function ensembleConfig(parts: EnsembleParts): string {
  const steps = parts.steps.map(
    ({ model, version, inputs, outputs }) =>
      `step { model_name: "${model}" model_version: ${version ?? -1}${mappings("input_map", inputs)}${mappings("output_map", outputs)} }`,
  );
  return [
    'platform: "ensemble"\n',
    parts.maxBatchSize === undefined ? "" : `max_batch_size: ${parts.maxBatchSize}\n`,
    tensorLines(parts.inputs, parts.outputs),
    `ensemble_scheduling { ${steps.join("\n")} }\n`,
    parts.more === undefined ? "" : `${parts.more}\n`,
  ].join("");
}

function mappings(field: string, text: MappingText): string {
  return text
    .split(" ")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [key, value] = pair.split("=");
      return ` ${field} { key: "${key}" value: "${value}" }`;
    })
    .join("");
}

/** An ensemble with one version, whose directory holds a file only because something has to be in it. */
export function ensemble(name: string, parts: EnsembleParts): ModelSource {
  return { name, files: { "config.pbtxt": ensembleConfig(parts), "1/README": "an ensemble\n" } };
}

/** A step that gives a tensor through. */
export function through(model: string, from: string, to: string): StepParts {
  return { model, inputs: `INPUT0=${from}`, outputs: `OUTPUT0=${to}` };
}

/** A configuration field that the recorded server does not know, at its default. */
export const NEWER_FIELDS: readonly Mask[] = [
  [/,"max_inflight_requests":0(?=\})/g, ""],
  [/,"maxInflightRequests":0(?=\})/g, ""],
];

/** INPUT0 → OUTPUT0, FP32, any length, batches up to 8. */
export function floatsModel(name: string): ModelSource {
  return onnxModel(
    name,
    identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true }),
    onnxConfig({
      maxBatchSize: 8,
      inputs: [["INPUT0", "FP32", [-1]]],
      outputs: [["OUTPUT0", "FP32", [-1]]],
    }),
  );
}

/** The same without batches. */
export function plainFloatsModel(name: string, dims: readonly number[] = [-1]): ModelSource {
  return onnxModel(
    name,
    identityModel({ elementType: "FLOAT", dims: dims.map((_, index) => `d${index}`) }),
    onnxConfig({ inputs: [["INPUT0", "FP32", dims]], outputs: [["OUTPUT0", "FP32", dims]] }),
  );
}

/** INPUT0 + INPUT1 and INPUT0 - INPUT1, FP32 [2], batches up to 8. */
export function floatSumsModel(name: string): ModelSource {
  return onnxModel(
    name,
    addSubModel({ elementType: "FLOAT", dims: [2], isBatched: true }),
    onnxConfig({
      maxBatchSize: 8,
      inputs: [
        ["INPUT0", "FP32", [2]],
        ["INPUT1", "FP32", [2]],
      ],
      outputs: [
        ["OUTPUT0", "FP32", [2]],
        ["OUTPUT1", "FP32", [2]],
      ],
    }),
  );
}

/** INPUT0 reshaped to SHAPE: fails while it runs where the sizes differ. */
export function reshaperModel(name: string): ModelSource {
  return onnxModel(
    name,
    reshapeModel(),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [-1]],
        ["SHAPE", "INT64", [-1]],
      ],
      outputs: [["OUTPUT0", "FP32", [-1]]],
    }),
  );
}

/** INPUT0 × SCALE + BIAS, FP32 [4]; SCALE and BIAS are optional. */
export function scalerModel(name: string): ModelSource {
  return onnxModel(
    name,
    optionalInputModel(),
    onnxConfig({
      inputs: [
        ["INPUT0", "FP32", [4]],
        ["SCALE", "FP32", [4], "optional: true"],
        ["BIAS", "FP32", [4], "optional: true"],
      ],
      outputs: [["OUTPUT0", "FP32", [4]]],
    }),
  );
}

/** scores [4] → probabilities (with labels); batches up to 8. */
export function labelledModel(name: string): ModelSource {
  return onnxModel(
    name,
    classifierModel({ isBatched: true }),
    onnxConfig({
      maxBatchSize: 8,
      inputs: [["scores", "FP32", [4]]],
      outputs: [
        ["probabilities", "FP32", [4], 'label_filename: "labels.txt"'],
        ["best", "INT64", [1]],
        ["total", "FP32", [1]],
      ],
    }),
    { "labels.txt": "cat\ndog\nred panda\nzebra\n" },
  );
}
