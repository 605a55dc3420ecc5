import { type ModelConfig, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import { readModelConfig } from "../config/read-model-config.ts";
import type { LoadParameters } from "../model/model-host.ts";
import { writeOverrideModel } from "../repository/file-override.ts";
import { isModelModified, type ModelFingerprint } from "../repository/fingerprint.ts";
import { LocalModelFiles } from "../repository/local-model-files.ts";
import type { ModelRepository } from "../repository/model-repository.ts";
import type { LocalModel, ModelStore } from "../repository/model-store.ts";
import { SharedModel } from "../repository/shared-model.ts";
import type { ModelSource } from "./version-loader.ts";

/** What a poller works with. */
export interface ModelPollerOptions {
  readonly repository: ModelRepository;
  /** `--model-config-name`; empty for config.pbtxt. */
  readonly configName: string;
  readonly isAutoCompleteEnabled: boolean;
  /** `--repoagent-directory`, for messages. */
  readonly repositoryAgentDirectory: string;
  readonly log: Logger;
}

/** A model as it was found, its configuration read. */
export interface PolledModel {
  readonly name: string;
  /** null if its files came with the request. */
  readonly fingerprint: ModelFingerprint | null;
  readonly isConfigOverridden: boolean;
  /** Whoever polled holds its files, and releases them once. */
  readonly source: ModelSource;
}

/** Finds models in the repositories, notices changes, and reads their configurations. */
export class ModelPoller {
  readonly #options: ModelPollerOptions;

  constructor(options: ModelPollerOptions) {
    this.#options = options;
  }

  /**
   * @param before what the model's files looked like when they were last used; null if that does not matter
   * @returns null if nothing has changed since
   * @throws {TritonError} Internal if the model cannot be found or its configuration cannot be used; the log says why
   */
  async poll(
    name: string,
    parameters: LoadParameters,
    before: ModelFingerprint | null,
  ): Promise<PolledModel | null> {
    const found = await this.#find(name, parameters);
    if (
      parameters.config === null &&
      found.fingerprint !== null &&
      before !== null &&
      !isModelModified(before, found.fingerprint)
    ) {
      return null;
    }
    const local = new SharedModel(await this.#attempt(name, () => found.localise()));
    try {
      const source = await this.#attempt(name, () => this.#read(name, local, parameters.config));
      return {
        name,
        fingerprint: found.fingerprint,
        isConfigOverridden: parameters.config !== null,
        source,
      };
    } catch (error) {
      await local.release();
      throw error;
    }
  }

  logDuplicate(name: string): void {
    this.#options.log.error(
      `failed to poll model '${name}': not unique across all model repositories`,
    );
  }

  async #read(name: string, local: SharedModel, override: string | null): Promise<ModelSource> {
    const { configName, isAutoCompleteEnabled, log } = this.#options;
    const files = new LocalModelFiles(local.directory);
    const { config, isProvided } = await readModelConfig({
      name,
      files,
      configName,
      override,
      isAutoCompleteEnabled,
      log,
    });
    this.#checkAgents(config);
    return { name, config, isConfigProvided: isProvided, files, local };
  }

  /** @throws {TritonError} Unavailable for any repository agent: there are none yet */
  #checkAgents(config: ModelConfig): void {
    const agent = config.modelRepositoryAgents?.agents[0];
    if (agent !== undefined) {
      const library = `libtritonrepoagent_${agent.name}.so`;
      throw new TritonError(
        StatusCode.Unavailable,
        `unable to find '${library}' for repo agent '${agent.name}', searched: ${this.#options.repositoryAgentDirectory}`,
      );
    }
  }

  /** Where the model's files come from, and what they look like now (null if they came with the request). */
  async #find(
    name: string,
    parameters: LoadParameters,
  ): Promise<{ fingerprint: ModelFingerprint | null; localise: () => Promise<LocalModel> }> {
    if (parameters.files.size > 0) {
      const { config, files } = parameters;
      return { fingerprint: null, localise: () => writeOverrideModel(files, config) };
    }
    const stores = await this.#options.repository.find(name);
    const store: ModelStore | undefined = stores[0];
    if (store === undefined || stores.length > 1) {
      if (stores.length > 1) {
        this.logDuplicate(name);
      }
      this.#options.log.error(
        `failed to poll model '${name}': model not found in any model repository.`,
      );
      throw pollFailure(name);
    }
    return {
      fingerprint: await store.fingerprint(name, this.#options.configName),
      localise: () => store.localise(name),
    };
  }

  /** The steps whose failure the client only sees as "failed to poll"; the log has the reason. */
  async #attempt<T>(name: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (reason) {
      const error = tritonErrorFrom(reason);
      this.#options.log.error(`Poll failed for model directory '${name}': ${error.message}`);
      throw pollFailure(name, reason);
    }
  }
}

/** What a client reads of a model, or of one that it needs, that could not be polled. */
export function pollFailure(name: string, cause?: unknown): TritonError {
  return new TritonError(
    StatusCode.Internal,
    `failed to load '${name}', failed to poll from model repository`,
    { cause },
  );
}
