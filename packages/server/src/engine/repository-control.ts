import { type ModelConfig, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import { KeyedMutex } from "../base/keyed-mutex.ts";
import type { Logger } from "../base/logger.ts";
import { versionsToLoad } from "../config/model-versions.ts";
import { readModelConfig } from "../config/read-model-config.ts";
import type { LoadParameters } from "../model/model-host.ts";
import { writeOverrideModel } from "../repository/file-override.ts";
import {
  isModelModified,
  type ModelFingerprint,
  withConfigModified,
} from "../repository/fingerprint.ts";
import { LocalModelFiles } from "../repository/local-model-files.ts";
import type { ModelRepository } from "../repository/model-repository.ts";
import type { LocalModel, ModelStore } from "../repository/model-store.ts";
import { SharedModel } from "../repository/shared-model.ts";
import type { ModelLifecycle } from "./model-lifecycle.ts";
import type { ModelVersion } from "./model-version.ts";
import type { ModelIndexEntry } from "./server-facade.ts";
import type { ModelSource } from "./version-loader.ts";

const NS_PER_MS = 1_000_000n;
const DUPLICATE_REASON = "model appears in two or more repositories";

/** Stands for every model of the repositories among the models to load at start-up. */
export const ALL_MODELS = "*";

const NO_PARAMETERS: LoadParameters = { config: null, files: new Map() };

/** What the control works with. */
export interface RepositoryControlOptions {
  readonly repository: ModelRepository;
  readonly lifecycle: ModelLifecycle;
  readonly loadVersion: (source: ModelSource, version: bigint) => Promise<ModelVersion>;
  readonly isExplicit: boolean;
  /** `--model-config-name`; empty for config.pbtxt. */
  readonly configName: string;
  readonly isAutoCompleteEnabled: boolean;
  /** `--repoagent-directory`, for messages. */
  readonly repositoryAgentDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Loads and unloads by name: finds models in the repositories, reads their configuration, notices changes, and hands the
 * versions to the lifecycle. Requests about one model wait for each other.
 *
 * @see Triton core src/model_repository_manager/model_repository_manager.cc
 */
export class RepositoryControl {
  readonly #options: RepositoryControlOptions;
  /**
   * The files that the last successful load of each model saw. A model is not here, so that the next load reads its files
   * whatever they are, if it was unloaded, if its load failed, or if its files came with the request.
   */
  readonly #loaded = new Map<string, ModelFingerprint>();
  readonly #operations = new KeyedMutex();
  #isClosed = false;

  constructor(options: RepositoryControlOptions) {
    this.#options = options;
  }

  /**
   * Loads the given models side by side.
   *
   * @param names model names, or `["*"]` for everything in the repositories
   * @returns whether every one of them is ready; each failure has been logged
   */
  async loadAtStartup(names: readonly string[]): Promise<boolean> {
    let isComplete = true;
    let wanted = names;
    if (names.length === 1 && names[0] === ALL_MODELS) {
      const { models, duplicates } = await this.#options.repository.list();
      for (const name of duplicates) {
        this.#logDuplicate(name);
        isComplete = false;
      }
      wanted = [...models.keys()];
    }
    const outcomes = await Promise.all(
      wanted.map(async (name) => {
        try {
          await this.#load(name, NO_PARAMETERS);
          return true;
        } catch {
          // Logged where it happened; the caller only needs to know that not everything came up.
          return false;
        }
      }),
    );
    return isComplete && outcomes.every((isReady) => isReady);
  }

  /**
   * Loads or reloads a model by request. A model whose files have not changed since it was loaded stays as it is.
   *
   * @throws {TritonError} Unavailable outside explicit mode, InvalidArg for a bad name or a load that failed, Internal if
   *   the model cannot be found or its configuration cannot be used
   */
  async load(name: string, parameters: LoadParameters): Promise<void> {
    this.#checkExplicit();
    checkModelName(name);
    await this.#load(name, parameters);
  }

  /**
   * Takes a model out of service by request; an unknown one is fine. Its requests in flight are answered afterwards.
   *
   * @throws {TritonError} Unavailable outside explicit mode
   */
  async unload(name: string): Promise<void> {
    this.#checkExplicit();
    await this.#operations.run(name, () => {
      this.#loaded.delete(name);
      this.#options.lifecycle.unload(name);
      return Promise.resolve();
    });
  }

  /** Loads and unloads that are under way. */
  get operationCount(): number {
    return this.#operations.pendingCount;
  }

  /** Resolves when no load or unload is under way; never rejects. */
  settled(): Promise<void> {
    return this.#operations.idle();
  }

  /** Takes every model out of service for good: no load begins any more; those under way end as they may. */
  unloadAll(): void {
    this.#isClosed = true;
    for (const name of this.#options.lifecycle.names()) {
      this.#loaded.delete(name);
      this.#options.lifecycle.unload(name);
    }
  }

  /** What is in the repositories now, with the state of each version that a load was tried for. */
  async index(readyOnly: boolean): Promise<readonly ModelIndexEntry[]> {
    const { models, duplicates } = await this.#options.repository.list();
    const entries: ModelIndexEntry[] = [];
    for (const name of [...models.keys(), ...duplicates].sort()) {
      if (duplicates.has(name)) {
        entries.push({ name, version: null, state: "UNAVAILABLE", reason: DUPLICATE_REASON });
        continue;
      }
      const states = this.#options.lifecycle.states(name);
      if (states === null) {
        if (!readyOnly) {
          entries.push({ name, version: null, state: null, reason: "" });
        }
        continue;
      }
      for (const [version, { state, reason }] of states) {
        if (!readyOnly || state === "READY") {
          entries.push({ name, version, state, reason });
        }
      }
    }
    return entries;
  }

  #checkExplicit(): void {
    if (!this.#options.isExplicit) {
      throw new TritonError(
        StatusCode.Unavailable,
        "explicit model load / unload is not allowed if polling is enabled",
      );
    }
  }

  #load(name: string, parameters: LoadParameters): Promise<void> {
    return this.#operations.run(name, async () => {
      if (this.#isClosed) {
        throw new TritonError(StatusCode.Unavailable, "Server exiting");
      }
      const found = await this.#find(name, parameters);
      const before = this.#loaded.get(name);
      if (
        parameters.config === null &&
        found.fingerprint !== null &&
        before !== undefined &&
        !isModelModified(before, found.fingerprint)
      ) {
        return;
      }
      const local = await this.#poll(name, () => found.localise());
      const shared = new SharedModel(local);
      try {
        await this.#loadFrom(name, shared, parameters.config);
        this.#remember(name, found.fingerprint, parameters.config !== null);
      } finally {
        await shared.release();
      }
    });
  }

  #remember(name: string, fingerprint: ModelFingerprint | null, isConfigOverridden: boolean): void {
    if (fingerprint === null) {
      this.#loaded.delete(name);
    } else if (isConfigOverridden) {
      const nowNs = BigInt(this.#options.clock.epochMs()) * NS_PER_MS;
      this.#loaded.set(name, withConfigModified(fingerprint, nowNs));
    } else {
      this.#loaded.set(name, fingerprint);
    }
  }

  async #loadFrom(name: string, local: SharedModel, override: string | null): Promise<void> {
    const { configName, isAutoCompleteEnabled, lifecycle, loadVersion, log } = this.#options;
    const files = new LocalModelFiles(local.directory);
    const { config, isProvided } = await this.#poll(name, async () => {
      const read = await readModelConfig({
        name,
        files,
        configName,
        override,
        isAutoCompleteEnabled,
        log,
      });
      this.#checkAgents(read.config);
      return read;
    });
    const source: ModelSource = { name, config, isConfigProvided: isProvided, files, local };
    try {
      const versions = await versionsToLoad(config, files, log);
      await lifecycle.load(name, versions, (version) => loadVersion(source, version));
    } catch (reason) {
      const error = tritonErrorFrom(reason);
      if (lifecycle.states(name)?.size === 0) {
        log.error(`failed to load model '${name}': ${error.message}`);
      }
      throw new TritonError(
        StatusCode.InvalidArg,
        `load failed for model '${name}': ${error.message}\n`,
        { cause: reason },
      );
    }
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
        this.#logDuplicate(name);
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
  async #poll<T>(name: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (reason) {
      const error = tritonErrorFrom(reason);
      this.#options.log.error(`Poll failed for model directory '${name}': ${error.message}`);
      throw pollFailure(name, reason);
    }
  }

  #logDuplicate(name: string): void {
    this.#options.log.error(
      `failed to poll model '${name}': not unique across all model repositories`,
    );
  }
}

function pollFailure(name: string, cause?: unknown): TritonError {
  return new TritonError(
    StatusCode.Internal,
    `failed to load '${name}', failed to poll from model repository`,
    { cause },
  );
}

/** @throws {TritonError} InvalidArg for an empty name or one that leaves the repository */
function checkModelName(name: string): void {
  const trimmed = name.trim();
  if (trimmed === "") {
    throw new TritonError(
      StatusCode.InvalidArg,
      "Model name cannot be empty. Please enter a valid name to deploy.",
    );
  }
  if (trimmed === ".." || trimmed.includes("/")) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `invalid model name '${name}', model name must not contain path traversal characters`,
    );
  }
}
