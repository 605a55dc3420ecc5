import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { ModelFiles } from "./model-files.ts";

/**
 * Reads the label files of a model's outputs: one label a line, the first one for index 0.
 *
 * @returns labels by output name; outputs without a file are absent
 * @throws {TritonError} Unsupported for a file outside the model directory, Internal if one cannot be read or an output has
 *   two
 * @see Triton core src/model.cc and src/label_provider.cc
 */
export async function readLabels(
  config: ModelConfig,
  files: ModelFiles,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const labels = new Map<string, readonly string[]>();
  for (const { name, labelFilename } of config.output) {
    if (labelFilename === "") {
      continue;
    }
    if (!(await files.isInside(labelFilename))) {
      throw new TritonError(
        StatusCode.Unsupported,
        `label file path '${fullPath(files, labelFilename)}' for output '${name}' in model '${config.name}' ` +
          "is outside model directory",
      );
    }
    const bytes = await files.read(labelFilename);
    if (labels.has(name)) {
      throw new TritonError(StatusCode.Internal, `multiple label files for '${name}'`);
    }
    labels.set(name, linesOf(new TextDecoder().decode(bytes)));
  }
  return labels;
}

function fullPath({ directory }: ModelFiles, path: string): string {
  return path.startsWith("/") ? `${directory}${path}` : `${directory}/${path}`;
}

/** Lines as C's getline sees them: carriage returns stay, and nothing after the last line feed is no line. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") {
    lines.pop();
  }
  return lines;
}
