import type { ModelConfig } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import type { ModelFiles } from "./model-files.ts";

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
export function readModelConfig(_options: ReadModelConfigOptions): Promise<ReadModelConfig> {
  throw new Error("not written yet");
}
