import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import type { ModelFiles } from "./model-files.ts";
import { BackendName, ModelFile, Platform, TYPESCRIPT_MODEL_FILES } from "./platforms.ts";

/** What the lexically first version directory holds; null if there is none. */
class VersionDirectory {
  readonly #files: ModelFiles;
  readonly #name: string;
  readonly #entries: ReadonlySet<string>;

  constructor(files: ModelFiles, name: string, entries: readonly string[]) {
    this.#files = files;
    this.#name = name;
    this.#entries = new Set(entries);
  }

  has(entry: string): boolean {
    return this.#entries.has(entry);
  }

  async hasFile(entry: string): Promise<boolean> {
    return this.has(entry) && !(await this.#files.isDirectory(`${this.#name}/${entry}`));
  }

  async hasDirectory(entry: string): Promise<boolean> {
    return this.has(entry) && (await this.#files.isDirectory(`${this.#name}/${entry}`));
  }
}

/**
 * Fills in name, backend, platform and default file name as far as they follow from each other, from the files of the first
 * version directory or from the model's name.
 *
 * Platform and file name are looked at in the core's order, and the first match wins; the files count only if platform and
 * file name say nothing.
 *
 * @throws {TritonError} InvalidArg if nothing says which backend it is
 * @see Triton core src/model_config_utils.cc, AutoCompleteBackendFields
 */
export async function inferBackend(
  config: ModelConfig,
  modelName: string,
  files: ModelFiles,
  log: Logger,
): Promise<void> {
  const directory = await firstVersionDirectory(files);
  config.name ||= modelName;
  const version = config.defaultModelFilename === "" ? directory : null;
  const isDone =
    (await inferTensorFlow(config, version)) ||
    (await inferTensorRt(config, version)) ||
    inferOnnxRuntime(config, version) ||
    inferOpenVino(config, version) ||
    (await inferPyTorch(config, version)) ||
    inferPython(config, version) ||
    (await inferTypeScript(config, version));
  if (
    !isDone &&
    config.backend === "" &&
    config.platform === "" &&
    config.defaultModelFilename === ""
  ) {
    inferFromName(config, modelName, log);
  }
}

async function firstVersionDirectory(files: ModelFiles): Promise<VersionDirectory | null> {
  for (const name of await files.list("")) {
    if (await files.isDirectory(name)) {
      return new VersionDirectory(files, name, await files.list(name));
    }
  }
  return null;
}

/** @param version the directory to look into, or null where the file name has been given */
async function inferTensorFlow(
  config: ModelConfig,
  version: VersionDirectory | null,
): Promise<boolean> {
  const isOpen = config.backend === "" || config.backend === BackendName.TensorFlow;
  if (config.platform === "" && isOpen) {
    if (config.defaultModelFilename === ModelFile.TensorFlowSavedModel) {
      config.platform = Platform.TensorFlowSavedModel;
    } else if (config.defaultModelFilename === ModelFile.TensorFlowGraphDef) {
      config.platform = Platform.TensorFlowGraphDef;
    } else if (version !== null) {
      if (await version.hasDirectory(ModelFile.TensorFlowSavedModel)) {
        config.platform = Platform.TensorFlowSavedModel;
      }
      if (await version.hasFile(ModelFile.TensorFlowGraphDef)) {
        config.platform = Platform.TensorFlowGraphDef;
      }
    }
  }
  const isSavedModel = config.platform === Platform.TensorFlowSavedModel;
  if (!isSavedModel && config.platform !== Platform.TensorFlowGraphDef) {
    return false;
  }
  config.backend ||= BackendName.TensorFlow;
  config.defaultModelFilename ||= isSavedModel
    ? ModelFile.TensorFlowSavedModel
    : ModelFile.TensorFlowGraphDef;
  return true;
}

async function inferTensorRt(
  config: ModelConfig,
  version: VersionDirectory | null,
): Promise<boolean> {
  if (config.backend === "") {
    const isNamed =
      config.platform === Platform.TensorRt || config.defaultModelFilename === ModelFile.TensorRt;
    if (isNamed || (config.platform === "" && (await version?.hasFile(ModelFile.TensorRt)))) {
      config.backend = BackendName.TensorRt;
    }
  }
  if (config.backend !== BackendName.TensorRt) {
    return false;
  }
  config.platform ||= Platform.TensorRt;
  config.defaultModelFilename ||= ModelFile.TensorRt;
  return true;
}

function inferOnnxRuntime(config: ModelConfig, version: VersionDirectory | null): boolean {
  if (config.backend === "") {
    const isNamed =
      config.platform === Platform.OnnxRuntime ||
      config.defaultModelFilename === ModelFile.OnnxRuntime;
    // A file, or the directory of a model with external weights.
    if (isNamed || (config.platform === "" && version?.has(ModelFile.OnnxRuntime))) {
      config.backend = BackendName.OnnxRuntime;
    }
  }
  if (config.backend !== BackendName.OnnxRuntime) {
    return false;
  }
  config.platform ||= Platform.OnnxRuntime;
  config.defaultModelFilename ||= ModelFile.OnnxRuntime;
  return true;
}

function inferOpenVino(config: ModelConfig, version: VersionDirectory | null): boolean {
  if (config.backend === "") {
    const isFound = config.platform === "" && version?.has(ModelFile.OpenVino);
    if (config.defaultModelFilename === ModelFile.OpenVino || isFound) {
      config.backend = BackendName.OpenVino;
    }
  }
  if (config.backend !== BackendName.OpenVino) {
    return false;
  }
  config.defaultModelFilename ||= ModelFile.OpenVino;
  return true;
}

async function inferPyTorch(
  config: ModelConfig,
  version: VersionDirectory | null,
): Promise<boolean> {
  const { defaultModelFilename: filename, platform } = config;
  if (config.backend === "") {
    const names: readonly string[] = [Platform.PyTorchLibTorch, Platform.PyTorchLibTorchAlias];
    if (names.includes(platform) || filename === ModelFile.PyTorchLibTorch) {
      config.backend = BackendName.PyTorch;
    } else if (platform === Platform.PyTorchAoti || filename === ModelFile.PyTorchAoti) {
      config.backend = BackendName.PyTorch;
    } else if (platform === "" && version !== null) {
      await inferPyTorchFromFiles(config, version);
    }
  }
  if (config.backend !== BackendName.PyTorch) {
    return false;
  }
  config.platform ||= Platform.PyTorchLibTorch;
  config.defaultModelFilename ||=
    config.platform === Platform.PyTorchAoti ? ModelFile.PyTorchAoti : ModelFile.PyTorchLibTorch;
  return true;
}

async function inferPyTorchFromFiles(
  config: ModelConfig,
  version: VersionDirectory,
): Promise<void> {
  const isLibTorch = version.has(ModelFile.PyTorchLibTorch);
  const name = isLibTorch ? ModelFile.PyTorchLibTorch : ModelFile.PyTorchAoti;
  if (await version.hasFile(name)) {
    config.backend = BackendName.PyTorch;
    config.platform = isLibTorch ? Platform.PyTorchLibTorch : Platform.PyTorchAoti;
  }
}

function inferPython(config: ModelConfig, version: VersionDirectory | null): boolean {
  if (config.backend === "") {
    const isFound = config.platform === "" && version?.has(ModelFile.Python);
    if (config.defaultModelFilename === ModelFile.Python || isFound) {
      config.backend = BackendName.Python;
    }
  }
  if (config.backend !== BackendName.Python) {
    return false;
  }
  config.defaultModelFilename ||= ModelFile.Python;
  return true;
}

/** Ours, after all that the core knows. The platform stays empty, as Python's does. */
async function inferTypeScript(
  config: ModelConfig,
  version: VersionDirectory | null,
): Promise<boolean> {
  const names: readonly string[] = [Platform.TypeScript, Platform.JavaScript];
  if (config.backend === "") {
    const isNamed =
      names.includes(config.platform) ||
      TYPESCRIPT_MODEL_FILES.includes(config.defaultModelFilename);
    if (isNamed || (config.platform === "" && (await hasTypeScriptModel(version)))) {
      config.backend = BackendName.TypeScript;
    }
  }
  if (!names.includes(config.backend)) {
    return false;
  }
  config.backend = BackendName.TypeScript;
  if (names.includes(config.platform)) {
    config.platform = "";
  }
  return true;
}

async function hasTypeScriptModel(version: VersionDirectory | null): Promise<boolean> {
  for (const name of TYPESCRIPT_MODEL_FILES) {
    if (await version?.hasFile(name)) {
      return true;
    }
  }
  return false;
}

/** `anything.identity` runs on the backend `identity`. */
function inferFromName(config: ModelConfig, modelName: string, log: Logger): void {
  log.verbose(1, "Could not infer supported backend, so attempting autofill of custom backend.");
  const dot = modelName.indexOf(".");
  if (dot < 0) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Invalid model name: Could not determine backend for model '${modelName}' with no backend in model ` +
        "configuration. Expected model name of the form 'model.<backend_name>'.",
    );
  }
  config.backend = modelName.slice(dot + 1);
  config.defaultModelFilename = `model.${config.backend}`;
}
