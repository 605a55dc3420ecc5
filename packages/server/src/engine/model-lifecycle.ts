import { StatusCode, statusCodeName, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Logger } from "../base/logger.ts";
import { Semaphore } from "../base/semaphore.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** Where a version is in its life, as the index shows it. */
export type ModelState = "READY" | "UNAVAILABLE" | "LOADING" | "UNLOADING";

/** The reason of a version that was unloaded on purpose; strict readiness forgives exactly this text. */
export const UNLOADED_REASON = "unloaded";

/** What the index shows of one version. */
export interface VersionState {
  readonly state: ModelState;
  readonly reason: string;
}

/**
 * What is known of one version of a model. `READY` exactly while `loaded` serves requests.
 */
interface VersionRecord {
  state: ModelState;
  reason: string;
  loaded: LoadedVersion | null;
}

/** A version on its way out. */
interface ClosingVersion {
  readonly name: string;
  readonly loaded: LoadedVersion;
  /** Settles when it is gone; never rejects. */
  readonly gone: Promise<void>;
}

/** Makes one version ready to serve. Rejects with the error that the index will show. */
export type VersionLoader = (version: bigint) => Promise<LoadedVersion>;

/** What a lifecycle works with. */
export interface ModelLifecycleOptions {
  readonly log: Logger;
  /** `--model-load-thread-count`: versions that load at the same time. */
  readonly loadConcurrency: number;
  /** `--model-load-retry-count`: further attempts for each version. */
  readonly retryCount: number;
}

/**
 * The models that are served and the state of each of their versions.
 *
 * Promises: a load makes the new versions READY in one step, before the old ones leave; a load that fails leaves what
 * served before serving; a version that leaves answers every request it accepted before it is closed. Loads and unloads
 * of one model are serialised by the caller.
 *
 * @see Triton core src/model_repository_manager/model_lifecycle.cc
 */
export class ModelLifecycle {
  readonly #models = new Map<string, Map<bigint, VersionRecord>>();
  readonly #log: Logger;
  readonly #retryCount: number;
  readonly #loads: Semaphore;
  /** Versions that have left service and still answer requests or free their memory. */
  readonly #closing = new Set<ClosingVersion>();

  constructor(options: ModelLifecycleOptions) {
    this.#log = options.log;
    this.#retryCount = options.retryCount;
    this.#loads = new Semaphore(options.loadConcurrency);
  }

  /**
   * A READY version: the given one, or the greatest.
   *
   * @throws {TritonError} NotFound or Unavailable, with the real server's lookup texts
   */
  get(name: string, version: bigint | null): LoadedVersion {
    const versions = this.#models.get(name);
    if (versions === undefined) {
      throw lookupError(StatusCode.NotFound, `'${name}' is not found`);
    }
    if (version === null) {
      let latest: LoadedVersion | null = null;
      for (const { loaded, state } of versions.values()) {
        if (
          state === "READY" &&
          loaded !== null &&
          (latest === null || loaded.spec.version > latest.spec.version)
        ) {
          latest = loaded;
        }
      }
      if (latest === null) {
        throw lookupError(StatusCode.NotFound, `'${name}' has no available versions`);
      }
      return latest;
    }
    const record = versions.get(version);
    if (record === undefined) {
      throw lookupError(StatusCode.NotFound, `'${name}' version ${version} is not found`);
    }
    if (record.state !== "READY" || record.loaded === null) {
      throw lookupError(
        StatusCode.Unavailable,
        `'${name}' version ${version} is not at ready state`,
      );
    }
    return record.loaded;
  }

  /** Every READY version of a model, ascending; empty for an unknown model. */
  ready(name: string): readonly LoadedVersion[] {
    const loaded: LoadedVersion[] = [];
    for (const record of this.#models.get(name)?.values() ?? []) {
      if (record.state === "READY" && record.loaded !== null) {
        loaded.push(record.loaded);
      }
    }
    return loaded.sort((left, right) => (left.spec.version < right.spec.version ? -1 : 1));
  }

  /** Names of every model that a load was ever tried for, sorted. */
  names(): readonly string[] {
    return [...this.#models.keys()].sort();
  }

  /** The versions of one model, ascending; null if no load of it was ever tried. */
  states(name: string): ReadonlyMap<bigint, VersionState> | null {
    const versions = this.#models.get(name);
    if (versions === undefined) {
      return null;
    }
    const ascending = [...versions].sort(([left], [right]) => (left < right ? -1 : 1));
    return new Map(ascending.map(([version, { state, reason }]) => [version, { state, reason }]));
  }

  /** Versions being replaced or unloaded that still answer requests or free their memory. */
  get closingCount(): number {
    return this.#closing.size;
  }

  /**
   * Loads the given versions of a model together and, once all are ready, lets them replace what served before.
   *
   * @throws {TritonError} InvalidArg naming every version that failed; what served before still serves
   */
  async load(name: string, versions: readonly bigint[], loadVersion: VersionLoader): Promise<void> {
    const records = this.#recordsOf(name);
    if (versions.length === 0) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `at least one version must be available under the version policy of model '${name}'`,
      );
    }
    for (const version of versions) {
      this.#log.info(`loading: ${name}:${version}`);
      if (records.get(version)?.state !== "READY") {
        records.set(version, { state: "LOADING", reason: "", loaded: null });
      }
    }
    const outcomes = await Promise.all(
      versions.map((version) => this.#loads.run(() => this.#attempt(name, version, loadVersion))),
    );
    const failures = outcomes.flatMap((outcome, index) =>
      outcome instanceof TritonError ? [{ version: versions[index], error: outcome }] : [],
    );
    if (failures.length > 0) {
      this.#abandon(name, records, versions, outcomes);
      this.#log.info(`failed to load '${name}'`);
      const reasons = failures.map(
        ({ version, error }) => `version ${version} is at UNAVAILABLE state: ${describe(error)};`,
      );
      throw new TritonError(StatusCode.InvalidArg, reasons.join(""));
    }
    this.#swapIn(name, records, outcomes);
    this.#log.info(`successfully loaded '${name}'`);
  }

  /** Takes every READY version of a model out of service. Returns at once; `closed` resolves when they are gone. */
  unload(name: string): void {
    for (const [version, record] of this.#models.get(name) ?? []) {
      this.#retire(name, version, record);
    }
  }

  /** Refuses new requests on every version; the accepted ones are still answered. */
  stopAll(): void {
    for (const records of this.#models.values()) {
      for (const record of records.values()) {
        record.loaded?.stop();
      }
    }
  }

  /** Versions with unanswered requests. */
  inflight(): readonly {
    readonly name: string;
    readonly version: bigint;
    readonly count: number;
  }[] {
    return [...this.#versions()]
      .filter((loaded) => loaded.inflightCount > 0)
      .map(({ spec, inflightCount }) => ({
        name: spec.name,
        version: spec.version,
        count: inflightCount,
      }));
  }

  /** Resolves when no version has unanswered requests, or sequences that have not ended. */
  async idle(): Promise<void> {
    while (this.inflight().length > 0) {
      await Promise.all([...this.#versions()].map((loaded) => loaded.drained()));
    }
  }

  /** Resolves when every version that is leaving now has been closed. */
  async closed(): Promise<void> {
    while (this.#closing.size > 0) {
      await Promise.all([...this.#closing].map(({ gone }) => gone));
    }
  }

  /** Every version that exists: serving, leaving or being dropped. */
  #versions(): Set<LoadedVersion> {
    const versions = new Set<LoadedVersion>();
    for (const records of this.#models.values()) {
      for (const { loaded } of records.values()) {
        if (loaded !== null) {
          versions.add(loaded);
        }
      }
    }
    for (const { loaded } of this.#closing) {
      versions.add(loaded);
    }
    return versions;
  }

  #recordsOf(name: string): Map<bigint, VersionRecord> {
    let records = this.#models.get(name);
    if (records === undefined) {
      records = new Map();
      this.#models.set(name, records);
    }
    return records;
  }

  async #attempt(
    name: string,
    version: bigint,
    loadVersion: VersionLoader,
  ): Promise<LoadedVersion | TritonError> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await loadVersion(version);
      } catch (reason) {
        const error = tritonErrorFrom(reason);
        this.#log.error(`failed to load '${name}' version ${version}: ${describe(error)}`);
        if (attempt >= this.#retryCount) {
          return error;
        }
      }
    }
  }

  /** A failed load: versions that loaded are dropped again, those that never served show why. */
  #abandon(
    name: string,
    records: Map<bigint, VersionRecord>,
    versions: readonly bigint[],
    outcomes: readonly (LoadedVersion | TritonError)[],
  ): void {
    for (const [index, version] of versions.entries()) {
      const outcome = outcomes[index];
      const record = records.get(version);
      assert(outcome !== undefined && record !== undefined, "every version has its outcome");
      const isServing = record.state === "READY";
      if (outcome instanceof TritonError) {
        if (!isServing) {
          record.state = "UNAVAILABLE";
          record.reason = describe(outcome);
        }
      } else if (isServing) {
        this.#close(name, version, outcome, null);
      } else {
        record.loaded = outcome;
        record.state = "READY";
        this.#retire(name, version, record);
      }
    }
  }

  /** New before old: one synchronous step in which no lookup can fall between the two. */
  #swapIn(
    name: string,
    records: Map<bigint, VersionRecord>,
    outcomes: readonly (LoadedVersion | TritonError)[],
  ): void {
    const fresh = new Set<bigint>();
    for (const outcome of outcomes) {
      assert(!(outcome instanceof TritonError), "only complete loads are swapped in");
      const { version } = outcome.spec;
      const before = records.get(version);
      fresh.add(version);
      records.set(version, { state: "READY", reason: "", loaded: outcome });
      if (before !== undefined && before.loaded !== null && before.state === "READY") {
        this.#close(name, version, before.loaded, null);
      }
    }
    for (const [version, record] of records) {
      if (!fresh.has(version)) {
        this.#retire(name, version, record);
      }
    }
  }

  #retire(name: string, version: bigint, record: VersionRecord): void {
    if (record.state !== "READY" || record.loaded === null) {
      return;
    }
    record.state = "UNLOADING";
    this.#close(name, version, record.loaded, record);
  }

  /** Drains and frees a version; `record`, if it is still shown in the table, ends as unloaded. */
  #close(name: string, version: bigint, loaded: LoadedVersion, record: VersionRecord | null): void {
    loaded.stop();
    const finish = async (): Promise<void> => {
      try {
        await loaded.close();
      } catch (reason) {
        const error = tritonErrorFrom(reason);
        this.#log.error(`failed to unload '${name}' version ${version}: ${describe(error)}`);
      }
      if (record !== null) {
        record.state = "UNAVAILABLE";
        record.reason = UNLOADED_REASON;
        record.loaded = null;
      }
      this.#closing.delete(closing);
      this.#log.info(`successfully unloaded '${name}' version ${version}`);
    };
    // `close` waits at least one turn of the microtask queue, so `closing` is assigned when `finish` reads it.
    const closing: ClosingVersion = { name, loaded, gone: finish() };
    this.#closing.add(closing);
  }
}

function lookupError(code: StatusCode, message: string): TritonError {
  return new TritonError(code, `Request for unknown model: ${message}`);
}

/** `Internal: <message>`: how the index and the logs give an error. */
export function describe(error: TritonError): string {
  return `${statusCodeName(error.code)}: ${error.message}`;
}
