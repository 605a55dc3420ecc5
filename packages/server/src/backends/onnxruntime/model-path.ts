import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import { modelFilename } from "../../config/model-filename.ts";

const FILENAME_DEFAULT = "model.onnx";

/** What the path of a model follows from. */
export interface ModelPathSource {
  readonly name: string;
  readonly config: ModelConfig;
  readonly versionDirectory: string;
}

/**
 * The model file of a version: the configured file name or `model.onnx`; a directory of that name holds a `model.onnx`.
 *
 * @param computeCapability `<major>.<minor>` of the GPU, which may have a file of its own; null off GPUs
 * @throws {TritonError} Internal `failed to stat file <path>`; Unavailable `unable to find …` for a directory without it
 * @see onnxruntime_backend src/onnxruntime.cc, ModelState::LoadModel
 */
export async function resolveModelPath(
  source: ModelPathSource,
  computeCapability: string | null,
): Promise<string> {
  const filename = modelFilename(source.config, computeCapability);
  const path = join(source.versionDirectory, filename === "" ? FILENAME_DEFAULT : filename);
  const status = await stat(path).catch((cause: unknown) => {
    throw new TritonError(StatusCode.Internal, `failed to stat file ${path}`, { cause });
  });
  if (!status.isDirectory()) {
    return path;
  }
  const inner = join(path, FILENAME_DEFAULT);
  await stat(inner).catch((cause: unknown) => {
    throw new TritonError(
      StatusCode.Unavailable,
      `unable to find '${inner}' for model instance '${source.name}'`,
      { cause },
    );
  });
  return inner;
}
