import { join } from "node:path";
import type { Backend, BackendOptions } from "../../model/backend.ts";
import { parseBackendSettings } from "./backend-settings.ts";
import { PythonBackend } from "./python-backend.ts";

const STUB_PATH = join(import.meta.dirname, "../../../python/nereid_stub");

/**
 * The backend for models written in Python.
 *
 * @throws {TritonError} InvalidArg for settings that cannot be
 */
export function createPythonBackend(options: BackendOptions): Backend {
  return new PythonBackend({
    name: "python",
    libraryDirectory: null,
    libraryPath: STUB_PATH,
    settings: parseBackendSettings(options.settings, "python"),
    options,
  });
}

/**
 * A backend that is itself written in Python: its model.py serves every model that names it.
 *
 * @param directory where its model.py is
 * @throws {TritonError} InvalidArg for settings that cannot be
 */
export function createPythonBasedBackend(
  options: BackendOptions,
  { name, directory }: { readonly name: string; readonly directory: string },
): Backend {
  return new PythonBackend({
    name,
    libraryDirectory: directory,
    libraryPath: join(directory, "model.py"),
    settings: parseBackendSettings(options.settings, name),
    options,
  });
}
