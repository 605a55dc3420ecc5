import { stat } from "node:fs/promises";
import { join } from "node:path";
import { IdentityBackend } from "../backends/identity/identity-backend.ts";
import { createOnnxRuntimeBackend } from "../backends/onnxruntime/backend.ts";
import { createPythonBackend, createPythonBasedBackend } from "../backends/python/backend.ts";
import { RepeatBackend } from "../backends/repeat/repeat-backend.ts";
import { SquareBackend } from "../backends/square/square-backend.ts";
import { TypeScriptBackend } from "../backends/typescript/typescript-backend.ts";
import type { BackendFactory } from "./backend-registry.ts";

/** The backends that come with the server, by the name that a model's configuration gives. */
export const builtInBackends: ReadonlyMap<string, BackendFactory> = new Map<string, BackendFactory>(
  [
    ["onnxruntime", (options) => Promise.resolve(createOnnxRuntimeBackend(options))],
    ["python", async (options) => createPythonBackend(options)],
    ["typescript", (options) => Promise.resolve(new TypeScriptBackend(options))],
    ["identity", (options) => Promise.resolve(new IdentityBackend(options))],
    ["repeat", (options) => Promise.resolve(new RepeatBackend(options))],
    ["square", (options) => Promise.resolve(new SquareBackend(options))],
  ],
);

/**
 * A backend that is written in Python: `<backend directory>/<name>/model.py`.
 *
 * @returns null if there is none
 * @see Triton core src/backend_manager.cc, TritonBackendManager::PythonBackendConfig
 */
export async function findPythonBasedBackend(
  backendDirectory: string,
  name: string,
): Promise<BackendFactory | null> {
  const directory = join(backendDirectory, name);
  try {
    if (!(await stat(join(directory, "model.py"))).isFile()) {
      return null;
    }
  } catch {
    // There is none: the model learns that nothing runs it.
    return null;
  }
  return async (options) => createPythonBasedBackend(options, { name, directory });
}
