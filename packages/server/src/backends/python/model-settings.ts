import { access } from "node:fs/promises";
import { join } from "node:path";
import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { ModelContext } from "../../model/backend.ts";

/** What a Python model's configuration says in its parameters. */
export interface ModelSettings {
  /** `EXECUTION_ENV_PATH`: the model's own Python environment; null for the server's interpreter. */
  readonly environmentPath: string | null;
  /** `python` (not Triton's): the interpreter; null for the backend's. */
  readonly python: string | null;
}

const MODEL_DIRECTORY = "$$TRITON_MODEL_DIRECTORY";

/**
 * Reads the parameters. Everything else among them is the model's own.
 *
 * @throws {TritonError} Unsupported for a FORCE_CPU_ONLY_INPUT_TENSORS that is neither yes nor no
 * @see Triton python_backend src/python_be.cc, ModelState
 */
export function parseModelSettings({ config, modelDirectory, log }: ModelContext): ModelSettings {
  const path = parameter(config, "EXECUTION_ENV_PATH")?.replace(MODEL_DIRECTORY, modelDirectory);
  if (path !== undefined) {
    log.info(`Using Python execution env ${path}`);
  }
  const forced = parameter(config, "FORCE_CPU_ONLY_INPUT_TENSORS") ?? "yes";
  if (forced !== "yes" && forced !== "no") {
    throw new TritonError(
      StatusCode.Unsupported,
      `Incorrect value for FORCE_CPU_ONLY_INPUT_TENSORS: ${forced}'`,
    );
  }
  return { environmentPath: path ?? null, python: parameter(config, "python") ?? null };
}

/** Where the model's file is. @param libraryDirectory the folder of a backend written in Python, or null */
export function modelFile(context: ModelContext, libraryDirectory: string | null): string {
  if (libraryDirectory !== null) {
    return join(libraryDirectory, "model.py");
  }
  return join(context.versionDirectory, context.config.defaultModelFilename || "model.py");
}

/** The program that Triton would run a model with if it lies in the model's directory: a stub for another version of Python. */
const CUSTOM_STUB = "triton_python_backend_stub";

/**
 * Says that a model's own stub is not used: any interpreter runs the one that is ours.
 *
 * @see Triton python_backend src/stub_launcher.cc, StubLauncher::Initialize
 */
export async function warnOfCustomStub({ name, modelDirectory, log }: ModelContext): Promise<void> {
  try {
    await access(join(modelDirectory, CUSTOM_STUB));
  } catch {
    return;
  }
  log.warning(
    `The '${CUSTOM_STUB}' in the directory of model '${name}' is not used. Which Python runs the model is said by its ` +
      "parameters EXECUTION_ENV_PATH or python, or by --backend-config=python,python=<path>",
  );
}

function parameter(config: ModelConfig, name: string): string | undefined {
  const value = config.parameters[name]?.stringValue;
  return value === "" ? undefined : value;
}
