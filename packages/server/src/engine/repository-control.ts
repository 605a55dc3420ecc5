import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { KeyedMutex } from "../base/keyed-mutex.ts";
import { NameLocks } from "../base/name-locks.ts";
import type { LoadParameters } from "../model/model-host.ts";
import { type ModelFingerprint, withConfigModified } from "../repository/fingerprint.ts";
import { DependencyGraph } from "./dependency-graph.ts";
import { type LoadOutcome, loadByDependency } from "./dependency-loads.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { ModelLifecycle } from "./model-lifecycle.ts";
import {
  ModelPoller,
  type ModelPollerOptions,
  type PolledModel,
  pollFailure,
} from "./model-poller.ts";
import type { ModelIndexEntry } from "./server-facade.ts";
import type { ModelSource } from "./version-loader.ts";

const NS_PER_MS = 1_000_000n;
const DUPLICATE_REASON = "model appears in two or more repositories";

/** Stands for every model of the repositories among the models to load at start-up. */
export const ALL_MODELS = "*";

const NO_PARAMETERS: LoadParameters = { config: null, files: new Map() };

/** What the control works with. */
export interface RepositoryControlOptions extends ModelPollerOptions {
  readonly lifecycle: ModelLifecycle;
  readonly loadVersion: (source: ModelSource, version: bigint) => Promise<LoadedVersion>;
  readonly isExplicit: boolean;
  readonly clock: Clock;
}

/** The models that one load is about, as they were found. */
interface Poll {
  /** Those that are new or have changed. */
  readonly changed: PolledModel[];
  /** By name, those that could not be polled. */
  readonly failures: Map<string, unknown>;
  /** All of them: what was asked for and what that needs. */
  readonly names: Set<string>;
}

/**
 * Loads and unloads by name: finds models in the repositories, reads their configurations, notices changes, and hands the
 * versions to the lifecycle, after those of the models that they need. Requests about one model wait for each other, and so
 * do those about models that need each other.
 *
 * @see Triton core src/model_repository_manager/model_repository_manager.cc
 */
export class RepositoryControl {
  readonly #options: RepositoryControlOptions;
  readonly #poller: ModelPoller;
  /**
   * The files that the last successful load of each model saw. A model is not here, so that the next load reads its files
   * whatever they are, if it was unloaded, if its load failed, or if its files came with the request. An ensemble whose
   * models are not there is here: only its files, or its models, can change that.
   */
  readonly #loaded = new Map<string, ModelFingerprint>();
  readonly #graph = new DependencyGraph();
  /** Where the ensembles of the graph load from when one of their models has changed; their files are held. */
  readonly #ensembles = new Map<string, ModelSource>();
  readonly #operations = new KeyedMutex();
  readonly #locks = new NameLocks();
  #isClosed = false;

  constructor(options: RepositoryControlOptions) {
    this.#options = options;
    this.#poller = new ModelPoller(options);
  }

  /**
   * Loads the given models side by side, and what they need.
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
        this.#poller.logDuplicate(name);
        isComplete = false;
      }
      wanted = [...models.keys()];
    }
    const { outcomes, failures } = await this.#operations.run(ALL_MODELS, () =>
      this.#loadTogether(wanted, NO_PARAMETERS),
    );
    return (
      isComplete &&
      failures.size === 0 &&
      [...outcomes.values()].every(({ error }) => error === null)
    );
  }

  /**
   * Loads or reloads a model by request, with the models that it needs. A model whose files have not changed since it was
   * loaded stays as it is.
   *
   * @throws {TritonError} Unavailable outside explicit mode, InvalidArg for a bad name or a load that failed, Internal if
   *   the model cannot be found or its configuration cannot be used
   */
  async load(name: string, parameters: LoadParameters): Promise<void> {
    this.#checkExplicit();
    checkModelName(name);
    await this.#operations.run(name, async () => {
      const { outcomes, failures } = await this.#loadTogether([name], parameters);
      if (failures.has(name)) {
        throw failures.get(name);
      }
      const error = outcomes.get(name)?.error ?? null;
      if (error !== null) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `load failed for model '${name}': ${error.message}\n`,
          { cause: error },
        );
      }
      if (failures.size > 0) {
        throw pollFailure(name, [...failures.values()][0]);
      }
      if ((this.#options.lifecycle.states(name)?.size ?? 0) === 0) {
        throw new TritonError(
          StatusCode.Internal,
          `failed to load '${name}', no version is available`,
        );
      }
    });
  }

  /**
   * Takes a model out of service by request; an unknown one is fine. Its requests in flight are answered afterwards.
   * Ensembles that need it leave, too.
   *
   * @param unloadDependents also takes out what only this model needs, unless it was loaded by name
   * @throws {TritonError} Unavailable outside explicit mode
   */
  async unload(name: string, unloadDependents = false): Promise<void> {
    this.#checkExplicit();
    await this.#operations.run(name, async () => {
      const concerned = (): readonly string[] => {
        const removable = this.#graph.removable(name, unloadDependents);
        return this.#graph.withDependents([name, ...removable]);
      };
      let names = concerned();
      while (!this.#locks.tryLock(names)) {
        await this.#locks.released();
        names = concerned();
      }
      try {
        await this.#unloadLocked(name, names, unloadDependents);
      } finally {
        this.#locks.unlock(names);
      }
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
    for (const [name, { local }] of this.#ensembles) {
      this.#ensembles.delete(name);
      void local.release();
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

  async #unloadLocked(
    name: string,
    names: readonly string[],
    unloadDependents: boolean,
  ): Promise<void> {
    const { lifecycle } = this.#options;
    for (const removed of new Set([name, ...this.#graph.remove(name, unloadDependents)])) {
      this.#loaded.delete(removed);
      lifecycle.unload(removed);
      await this.#forgetEnsemble(removed);
    }
    const dependents = names.filter((other) => this.#graph.get(other) !== null);
    this.#graph.judge(dependents);
    await this.#bring(dependents);
  }

  /** Polls, locks what is concerned, and loads. What somebody else is at is waited for, and polled anew. */
  async #loadTogether(
    names: readonly string[],
    parameters: LoadParameters,
  ): Promise<{ outcomes: ReadonlyMap<string, LoadOutcome>; failures: Poll["failures"] }> {
    for (;;) {
      if (this.#isClosed) {
        throw new TritonError(StatusCode.Unavailable, "Server exiting");
      }
      const { changed, failures, names: polled } = await this.#pollChain(names, parameters);
      try {
        // What is needed must not change either while it is built upon.
        const concerned = this.#graph.withDependents(polled);
        if (!this.#locks.tryLock(concerned)) {
          await this.#locks.released();
          continue;
        }
        try {
          return { outcomes: await this.#loadLocked(names, changed), failures };
        } finally {
          this.#locks.unlock(concerned);
        }
      } finally {
        await Promise.all(changed.map(({ source }) => source.local.release()));
      }
    }
  }

  /** The given models and, of ensembles, what they need, and so on. */
  async #pollChain(names: readonly string[], parameters: LoadParameters): Promise<Poll> {
    const poll: Poll = { changed: [], failures: new Map(), names: new Set(names) };
    let wanted = names;
    while (wanted.length > 0) {
      const next = new Set<string>();
      await Promise.all(
        wanted.map(async (name) => {
          const own = names.includes(name) ? parameters : NO_PARAMETERS;
          for (const needed of await this.#pollOne(name, own, poll)) {
            next.add(needed);
          }
        }),
      );
      wanted = [...next].filter((name) => !poll.names.has(name));
      for (const name of wanted) {
        poll.names.add(name);
      }
    }
    return poll;
  }

  /** @returns what the model needs */
  async #pollOne(name: string, parameters: LoadParameters, poll: Poll): Promise<Iterable<string>> {
    try {
      const polled = await this.#poller.poll(name, parameters, this.#loaded.get(name) ?? null);
      if (polled === null) {
        return this.#graph.get(name)?.needs.keys() ?? [];
      }
      poll.changed.push(polled);
      const { schedulingChoice } = polled.source.config;
      return schedulingChoice.case === "ensembleScheduling"
        ? schedulingChoice.value.step.map(({ modelName }) => modelName)
        : [];
    } catch (error) {
      poll.failures.set(name, error);
      return [];
    }
  }

  async #loadLocked(
    names: readonly string[],
    changed: readonly PolledModel[],
  ): Promise<ReadonlyMap<string, LoadOutcome>> {
    const polled = new Map(changed.map((model) => [model.name, model]));
    const outdated: ModelSource[] = [];
    for (const { name, source } of changed) {
      const node = this.#graph.put(source.config, names.includes(name));
      const before = this.#ensembles.get(name);
      if (before !== undefined) {
        this.#ensembles.delete(name);
        outdated.push(before);
      }
      if (node.needs.size > 0) {
        source.local.retain();
        this.#ensembles.set(name, source);
      }
    }
    await Promise.all(outdated.map(({ local }) => local.release()));
    const concerned = this.#graph.withDependents(polled.keys());
    this.#graph.judge(concerned);
    const outcomes = await this.#bring(concerned, polled);
    for (const [name, { error, isInvalid }] of outcomes) {
      const model = polled.get(name);
      if (model !== undefined && (error === null || isInvalid)) {
        this.#remember(model);
      }
    }
    return outcomes;
  }

  #bring(
    names: readonly string[],
    polled: ReadonlyMap<string, PolledModel> = new Map(),
  ): Promise<ReadonlyMap<string, LoadOutcome>> {
    return loadByDependency(
      {
        ...this.#options,
        graph: this.#graph,
        sourceOf: (name) => {
          const source = polled.get(name)?.source ?? this.#ensembles.get(name);
          assert(source !== undefined, "what is loaded was polled, now or as an ensemble");
          return source;
        },
      },
      names,
    );
  }

  #remember({ name, fingerprint, isConfigOverridden }: PolledModel): void {
    if (fingerprint === null) {
      this.#loaded.delete(name);
    } else if (isConfigOverridden) {
      const nowNs = BigInt(this.#options.clock.epochMs()) * NS_PER_MS;
      this.#loaded.set(name, withConfigModified(fingerprint, nowNs));
    } else {
      this.#loaded.set(name, fingerprint);
    }
  }

  async #forgetEnsemble(name: string): Promise<void> {
    const source = this.#ensembles.get(name);
    if (source !== undefined) {
      this.#ensembles.delete(name);
      await source.local.release();
    }
  }
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
