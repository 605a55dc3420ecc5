import {
  createModelConfig,
  formatModelConfigText,
  type ModelConfig,
  parseModelConfigJson,
  parseModelConfigText,
  StatusCode,
  TextFormatError,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import { inferBackend } from "./infer-backend.ts";
import { invalidConfig } from "./invalid-config.ts";
import type { ModelFiles } from "./model-files.ts";
import { normaliseModelConfig } from "./normalise-model-config.ts";
import { validateModelConfig } from "./validate-model-config.ts";
import { validateTensors } from "./validate-tensors.ts";

const CONFIG_FILE = "config.pbtxt";
const NAMED_CONFIG_DIRECTORY = "configs";

/** What `readModelConfig` is given of one model. */
export interface ReadModelConfigOptions {
  /** The model directory's name. */
  readonly name: string;
  readonly files: ModelFiles;
  /** `--model-config-name`; empty for config.pbtxt. */
  readonly configName: string;
  /** JSON text of the load request's `config`, which replaces the file; null reads the file. */
  readonly override: string | null;
  /** False under `--disable-auto-complete-config`: config.pbtxt must exist then, with inputs and outputs complete. */
  readonly isAutoCompleteEnabled: boolean;
  readonly log: Logger;
}

/** A configuration as it is known before the backend has been asked. */
export interface ReadModelConfig {
  /** Normalised and validated; inputs and outputs only if auto-completion is off. The caller's to change. */
  readonly config: ModelConfig;
  /** False if there is neither a file nor an override, so that everything must come from the backend. */
  readonly isProvided: boolean;
}

/**
 * The first step of a load, once for all versions: reads the configuration, infers backend, platform and file name from
 * the model directory, fills defaults in and validates.
 *
 * @throws {TritonError} Internal if the file cannot be read or parsed, InvalidArg if it breaks a rule
 * @see Triton core src/model_repository_manager/model_repository_manager.cc, InitializeModelInfo
 */
export async function readModelConfig(options: ReadModelConfigOptions): Promise<ReadModelConfig> {
  const { name, files, log } = options;
  const given =
    options.override === null ? await readFile(options) : readOverride(options.override);
  const config = given ?? createModelConfig();
  await inferBackend(config, name, files, log);
  if (log.isVerbose(1)) {
    log.block("Server side auto-completed config: ", formatModelConfigText(config));
  }
  normaliseModelConfig(config);
  validateModelConfig(config);
  if (!options.isAutoCompleteEnabled) {
    validateTensors(config);
  }
  if (config.name !== name) {
    throw invalidConfig(
      `unexpected directory name '${name}' for model '${config.name}', directory name must equal model name`,
    );
  }
  return { config, isProvided: given !== null };
}

function readOverride(json: string): ModelConfig {
  try {
    return parseModelConfigJson(json);
  } catch (reason) {
    const { message } = tritonErrorFrom(reason);
    throw new TritonError(StatusCode.InvalidArg, `Invalid config override: ${message}`, {
      cause: reason,
    });
  }
}

/** @returns null if there is no file and the backend may give the configuration */
async function readFile(options: ReadModelConfigOptions): Promise<ModelConfig | null> {
  const { files, log } = options;
  const path = await configPath(options);
  if (options.isAutoCompleteEnabled && !(await files.exists(path))) {
    return null;
  }
  const bytes = await files.read(path);
  try {
    return parseModelConfigText(bytes);
  } catch (error) {
    if (!(error instanceof TextFormatError)) {
      throw error;
    }
    for (const line of error.lines) {
      log.error(line);
    }
    throw new TritonError(
      StatusCode.Internal,
      `failed to read text proto from ${files.directory}/${path}`,
      { cause: error },
    );
  }
}

async function configPath({ files, configName }: ReadModelConfigOptions): Promise<string> {
  const named = `${NAMED_CONFIG_DIRECTORY}/${configName}.pbtxt`;
  return configName !== "" && (await files.exists(named)) ? named : CONFIG_FILE;
}
