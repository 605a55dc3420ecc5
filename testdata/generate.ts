/**
 * Writes `testdata/models`: a model repository of tiny ONNX models, the same in every run. Run it after a change here,
 * with `node --conditions=@nereid/source testdata/generate.ts`; a test of the conformance package compares what it
 * writes with what is committed.
 *
 * The names and shapes of the `simple` models are those that Triton's client examples expect, and there are seven
 * models because one of the examples counts them.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  addSubModel,
  classifierModel,
  identityModel,
  nonZeroModel,
  type OnnxModel,
  writeModel,
} from "@nereid/onnx-writer";

interface TestModel {
  readonly model: OnnxModel;
  /** config.pbtxt. */
  readonly config: string;
  /** Files beside config.pbtxt, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

function tensors(field: "input" | "output", lines: readonly string[]): string {
  return `${field} [\n${lines.map((line) => `  { ${line} }`).join(",\n")}\n]\n`;
}

function pairConfig(name: string, datatype: string): string {
  const tensor = (tensorName: string): string =>
    `name: "${tensorName}" data_type: ${datatype} dims: [ 16 ]`;
  return [
    `name: "${name}"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\n`,
    tensors("input", [tensor("INPUT0"), tensor("INPUT1")]),
    tensors("output", [tensor("OUTPUT0"), tensor("OUTPUT1")]),
  ].join("");
}

function identityConfig(name: string, options: { datatype: string; dim: number }): string {
  const tensor = (tensorName: string): string =>
    `name: "${tensorName}" data_type: ${options.datatype} dims: [ ${options.dim} ]`;
  return [
    `name: "${name}"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\n`,
    tensors("input", [tensor("INPUT0")]),
    tensors("output", [tensor("OUTPUT0")]),
  ].join("");
}

const MODELS: Readonly<Record<string, TestModel>> = {
  simple: {
    model: addSubModel({ isBatched: true }),
    config: pairConfig("simple", "TYPE_INT32"),
  },
  simple_int8: {
    // The operators of INT8 sums are not in every runtime build; the runtime's Cast is.
    model: addSubModel({ elementType: "INT8", computeType: "INT32", isBatched: true }),
    config: pairConfig("simple_int8", "TYPE_INT8"),
  },
  simple_string: {
    model: addSubModel({ elementType: "STRING", isBatched: true }),
    config: pairConfig("simple_string", "TYPE_STRING"),
  },
  simple_identity: {
    model: identityModel({ elementType: "STRING", dims: ["length"], isBatched: true }),
    config: identityConfig("simple_identity", { datatype: "TYPE_STRING", dim: -1 }),
  },
  identity_fp32: {
    model: identityModel({ elementType: "FLOAT", dims: ["length"], isBatched: true }),
    config: identityConfig("identity_fp32", { datatype: "TYPE_FP32", dim: -1 }),
  },
  classifier: {
    model: classifierModel({ isBatched: true }),
    config: [
      'name: "classifier"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\n',
      tensors("input", ['name: "scores" data_type: TYPE_FP32 dims: [ 4 ]']),
      tensors("output", [
        'name: "probabilities" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt"',
        'name: "best" data_type: TYPE_INT64 dims: [ 1 ]',
        'name: "total" data_type: TYPE_FP32 dims: [ 1 ]',
      ]),
    ].join(""),
    files: { "labels.txt": "cat\ndog\nred panda\nzebra\n" },
  },
  non_zero: {
    // No inputs and outputs here: the server completes them from the file.
    model: nonZeroModel(),
    config: 'name: "non_zero"\nbackend: "onnxruntime"\n',
  },
};

/** Writes the repository into `directory`, which it empties first. */
export function generateTestModels(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [name, { model, config, files }] of Object.entries(MODELS)) {
    writeModel(join(directory, name, "1", "model.onnx"), model);
    for (const [file, text] of Object.entries({ "config.pbtxt": config, ...files })) {
      const path = join(directory, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

if (import.meta.main) {
  generateTestModels(join(import.meta.dirname, "models"));
}
