import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeModel, type OnnxModel } from "@nereid/onnx-writer";

/** A file of a model: an ONNX model, text or bytes. */
export type ModelFile = OnnxModel | string | Uint8Array;

/** A model directory: its files by path relative to it, `1/model.onnx` and `config.pbtxt` among them. */
export interface ModelSource {
  readonly name: string;
  readonly files: Readonly<Record<string, ModelFile>>;
}

/** A model with one version, `model.onnx` in it and, unless null, a config.pbtxt. */
export function onnxModel(
  name: string,
  model: OnnxModel | string | Uint8Array,
  config: string | null = null,
  files: Readonly<Record<string, ModelFile>> = {},
): ModelSource {
  return {
    name,
    files: {
      "1/model.onnx": model,
      ...(config === null ? {} : { "config.pbtxt": config }),
      ...files,
    },
  };
}

/** Writes model directories into `directory`; files that are there already are replaced, others stay. */
export function writeModels(directory: string, models: readonly ModelSource[]): void {
  mkdirSync(directory, { recursive: true });
  for (const { name, files } of models) {
    mkdirSync(join(directory, name), { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      const path = join(directory, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encodeFile(content));
    }
  }
}

/** The bytes of a file as `writeModels` writes it. */
export function encodeFile(content: ModelFile): Uint8Array {
  if (typeof content === "string") {
    return Buffer.from(content);
  }
  return content instanceof Uint8Array ? content : encodeModel(content);
}
