import { stat } from "node:fs/promises";
import { join } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import { modelFilename } from "../../config/model-filename.ts";
import { TYPESCRIPT_MODEL_FILES } from "../../config/platforms.ts";
import type { ModelContext } from "../../model/backend.ts";

const SUFFIXES = [".ts", ".mts", ".js", ".mjs"] as const;

/**
 * The absolute path of the model's file: the configured one, or the first of the usual names that exists.
 *
 * @throws {TritonError} Internal if there is none, InvalidArg for a name of another kind
 */
export async function resolveModelFile(context: ModelContext): Promise<string> {
  const { config, versionDirectory, modelDirectory } = context;
  const configured = modelFilename(config, null);
  if (configured !== "" && !SUFFIXES.some((suffix) => configured.endsWith(suffix))) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Model name must end with ${SUFFIXES.map((suffix) => `'${suffix}'`).join(", ")}. Model name is "${configured}".`,
    );
  }
  const names = configured === "" ? TYPESCRIPT_MODEL_FILES : [configured];
  for (const name of names) {
    const path = join(versionDirectory, name);
    if (await isFile(path)) {
      return path;
    }
  }
  throw new TritonError(
    StatusCode.Internal,
    `TypeScript model file not found in '${join(versionDirectory, names[0] ?? "")}'` +
      (configured === ""
        ? ` (nor another of ${names.join(", ")}; model: '${modelDirectory}')`
        : ""),
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    // Missing, or not to be read: the error names what was looked for.
    return false;
  }
}
