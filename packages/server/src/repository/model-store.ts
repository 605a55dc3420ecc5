import type { ModelFingerprint } from "./fingerprint.ts";

/** A model's files in a local directory, for as long as it is held. */
export interface LocalModel {
  /** Absolute path of the model directory. */
  readonly directory: string;
  /** Called once, when no loaded version needs the files any more. */
  release(): Promise<void>;
}

/** One `--model-repository`: a place whose subdirectories are models. Local now; object stores implement the same. */
export interface ModelStore {
  /** As given on the command line. */
  readonly path: string;
  /** @throws {TritonError} InvalidArg `repository path is not a valid directory`, Internal if there is nothing at all */
  check(): Promise<void>;
  /** Names of the model candidates, sorted. */
  listModels(): Promise<readonly string[]>;
  hasModel(name: string): Promise<boolean>;
  /** @param configName `--model-config-name`; empty for config.pbtxt */
  fingerprint(name: string, configName: string): Promise<ModelFingerprint>;
  /** Makes the model's files available; the caller owns the result. */
  localise(name: string): Promise<LocalModel>;
}
