import type { ModelConfig } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";
import type { ModelFiles } from "./model-files.ts";

/**
 * A copy of `config` with what the core takes from a backend's auto-completion: max_batch_size, inputs, outputs, a
 * scheduling choice if there was none, and the transaction policy; normalised again.
 *
 * @param completed what the backend returned
 * @throws {TritonError} Internal if the backend changed the scheduling choice
 * @see Triton core src/backend_model.cc, UpdateModelConfig
 */
export function mergeAutoCompleted(_config: ModelConfig, _completed: ModelConfig): ModelConfig {
  throw new Error("not written yet");
}

/**
 * The last step before instances are made: validates the complete configuration, inputs and outputs included, reads the
 * label files and compiles the whole for the data plane.
 *
 * @param isProvided whether a file, an override or the backend's auto-completion gave the configuration
 * @throws {TritonError} NotFound if nothing gave it, InvalidArg if it breaks a rule, Unsupported for a label file outside the
 *   model directory, Internal if a label file cannot be read
 * @see Triton core src/model.cc, Model::Init
 */
export function compileModelConfig(_options: {
  readonly config: ModelConfig;
  readonly isProvided: boolean;
  readonly version: bigint;
  readonly files: ModelFiles;
}): Promise<ModelSpec> {
  throw new Error("not written yet");
}
