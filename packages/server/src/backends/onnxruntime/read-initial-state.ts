import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import { systemReason } from "../../base/system-reason.ts";
import type { ModelContext } from "../../model/backend.ts";

/** Where the files of initial states are, in the model directory. */
const FOLDER = "initial_state";

/**
 * Reads a file of a model's initial states.
 *
 * @throws {TritonError} Internal if it cannot be read; InvalidArg for a path that leads out of the model's directory
 */
export async function readInitialState(
  { name, modelDirectory }: Pick<ModelContext, "name" | "modelDirectory">,
  file: string,
): Promise<Uint8Array> {
  if (normalize(join(FOLDER, file)).startsWith("..")) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `initial_state file '${file}' is outside the directory of model '${name}'`,
    );
  }
  const path = join(modelDirectory, FOLDER, file);
  try {
    return await readFile(path);
  } catch (error) {
    throw new TritonError(
      StatusCode.Internal,
      `failed to open text file for read ${path}: ${systemReason(error)}`,
      { cause: error },
    );
  }
}
