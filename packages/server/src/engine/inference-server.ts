import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { AlarmClock } from "../base/alarm-clock.ts";
import { assert } from "../base/assert.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { LogSettings } from "../base/log-settings.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { systemRandom } from "../base/random.ts";
import { createCache } from "../cache/create-cache.ts";
import type { ResponseCache } from "../cache/response-cache.ts";
import { availableCount } from "../config/execution-options.ts";
import type { GpuAvailability } from "../config/instance-groups.ts";
import {
  type CompiledServerOptions,
  compileServerOptions,
  resolveBackendSettings,
  type ServerOptions,
} from "../config/server-options.ts";
import { createEventLoopWait } from "../ffi/event-loop/event-loop-wait.ts";
import { adaptiveFamilies } from "../metrics/adaptive-families.ts";
import { cacheFamilies } from "../metrics/cache-families.ts";
import { CustomMetricRegistry } from "../metrics/custom-metrics.ts";
import { type MetricFamily, mergeFamilies } from "../metrics/exposition.ts";
import { firstResponseFamilies } from "../metrics/first-response-family.ts";
import { inferenceFamilies } from "../metrics/inference-families.ts";
import type { LoadParameters, ModelHandle } from "../model/model-host.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import { WaitGraph } from "../model/wait-graph.ts";
import { ModelRepository } from "../repository/model-repository.ts";
import { RateLimiter } from "../scheduling/rate-limiter.ts";
import {
  type BackendDescription,
  type BackendFactory,
  BackendRegistry,
} from "./backend-registry.ts";
import { builtInBackends, findPythonBasedBackend } from "./built-in-backends.ts";
import {
  type InProcessRequest,
  type InProcessResponse,
  inferInProcess,
  streamInProcess,
} from "./in-process.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { metricsSources } from "./metrics-sources.ts";
import { ModelLifecycle, UNLOADED_REASON } from "./model-lifecycle.ts";
import { ALL_MODELS, RepositoryControl } from "./repository-control.ts";
import { SERVER_EXTENSIONS } from "./server-extensions.ts";
import type { ModelIndexEntry, ServerFacade } from "./server-facade.ts";
import { drainAndUnload } from "./shutdown.ts";
import { TraceSettings } from "./trace-settings.ts";
import { loadVersion, type VersionCaches, type VersionLoaderOptions } from "./version-loader.ts";

/** The pieces that a program around the server may bring itself. */
export interface InferenceServerParts {
  readonly clock?: Clock;
  /** Silent unless given. */
  readonly log?: Logger;
  /** What the logging extension shows and changes; of no effect without a logger that reads it. */
  readonly logSettings?: LogSettings;
  /** By backend name; the built-in ones unless given. */
  readonly backends?: ReadonlyMap<string, BackendFactory>;
}

type ServerState = "initializing" | "ready" | "failed" | "exiting";

/** A row of the start-up table of models. */
export interface ModelStatusRow {
  readonly name: string;
  /** null: no version was found. */
  readonly version: bigint | null;
  /** `READY`, `UNAVAILABLE: <reason>`, …; empty without a version. */
  readonly status: string;
}

const NO_PARAMETERS: LoadParameters = { config: null, files: new Map() };

/** As on a machine without GPUs: GPU instances come with the CUDA work. */
const NO_GPUS: GpuAvailability = { isSupported: true, gpus: [], computeCapabilityMin: 6 };

/**
 * The server without its sockets: repositories, models, scheduling and execution behind one facade. Front ends and
 * embedding programs call the same object.
 */
export class InferenceServer implements ServerFacade {
  readonly options: CompiledServerOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly logSettings: LogSettings;
  readonly traceSettings: TraceSettings = new TraceSettings();
  readonly waits: WaitGraph = new WaitGraph();
  readonly #customMetrics = new CustomMetricRegistry([
    ...inferenceFamilies([]),
    ...cacheFamilies([], null),
  ]);
  readonly #backends: BackendRegistry;
  readonly #lifecycle: ModelLifecycle;
  readonly #repository: ModelRepository;
  readonly #control: RepositoryControl;
  #state: ServerState = "initializing";
  #stop: Promise<void> | null = null;
  /** Made when the server starts, closed after the models. */
  #cache: ResponseCache | null = null;

  /**
   * Makes a server that has not started; `InferenceServer.start` makes one that has.
   *
   * @throws {TritonError} InvalidArg or Unsupported for options that cannot be
   */
  constructor(options: ServerOptions, parts: InferenceServerParts = {}) {
    this.options = compileServerOptions(options);
    this.clock = parts.clock ?? systemClock;
    this.log = parts.log ?? nullLogger;
    this.logSettings = parts.logSettings ?? { ...this.options.log };
    this.#repository = ModelRepository.open(this.options.modelRepositories);
    this.#backends = new BackendRegistry({
      factories: parts.backends ?? builtInBackends,
      findFactory: (name) => findPythonBasedBackend(this.options.backendDirectory, name),
      settingsOf: (backend) => resolveBackendSettings(this.options, backend),
      host: this,
      metrics: this.#customMetrics,
      clock: this.clock,
      log: this.log,
    });
    this.#lifecycle = new ModelLifecycle({
      log: this.log,
      loadConcurrency: this.options.modelLoadThreadCount,
      retryCount: this.options.modelLoadRetryCount,
    });
    let loadCount = 0;
    const loaderOptions: VersionLoaderOptions = {
      backends: this.#backends,
      backendDirectory: this.options.backendDirectory,
      gpus: NO_GPUS,
      isAutoCompleteEnabled: this.options.autoCompleteConfig,
      rateLimiter: createRateLimiter(this.options, this.clock),
      cache: (): VersionCaches | null =>
        this.#cache === null
          ? null
          : { cache: this.#cache, nextIdentity: () => String(++loadCount) },
      hasHistograms: this.options.metrics.hasHistograms,
      getLoaded: (name, version) => this.#lifecycle.get(name, version),
      clock: this.clock,
      alarmClock: new AlarmClock({ clock: this.clock, wait: createEventLoopWait() }),
      random: systemRandom,
      waits: this.waits,
      log: this.log,
    };
    this.#control = new RepositoryControl({
      repository: this.#repository,
      lifecycle: this.#lifecycle,
      loadVersion: (source, version) => loadVersion(loaderOptions, source, version),
      isExplicit: this.options.modelControlMode === "explicit",
      configName: this.options.modelConfigName,
      isAutoCompleteEnabled: this.options.autoCompleteConfig,
      repositoryAgentDirectory: this.options.repositoryAgentDirectory,
      clock: this.clock,
      log: this.log,
    });
  }

  /**
   * A server whose models are loaded, without any socket.
   *
   * @throws {TritonError} if a repository is no directory, or if a model failed to load and `exitOnError` is on (it is
   *   unless set)
   */
  static async start(
    options: ServerOptions,
    parts: InferenceServerParts = {},
  ): Promise<InferenceServer> {
    const server = new InferenceServer(options, parts);
    const failure = await server.initialize();
    if (failure !== null && server.options.exitOnError) {
      await server.stop();
      throw failure;
    }
    return server;
  }

  get name(): string {
    return this.options.id;
  }

  get version(): string {
    return this.options.version;
  }

  get extensions(): readonly string[] {
    return SERVER_EXTENSIONS;
  }

  /**
   * Loads the models of the start and makes the server ready. Called once.
   *
   * @returns null, or what went wrong with a model while the server itself came up: the caller decides by
   *   `options.exitOnError` whether that ends it
   * @throws {TritonError} if there is no server at all (a cache that cannot be made, a repository that is not a directory)
   */
  async initialize(): Promise<TritonError | null> {
    assert(this.#state === "initializing", "a server starts once");
    try {
      this.#cache = await createCache({
        settings: this.options.cacheSettings,
        directory: this.options.cacheDirectory,
        clock: this.clock,
        log: this.log,
      });
      await this.#repository.check();
    } catch (error) {
      this.#state = "failed";
      await this.#cache?.close();
      throw error;
    }
    const names =
      this.options.modelControlMode === "explicit" ? this.options.startupModels : [ALL_MODELS];
    const isComplete = await this.#control.loadAtStartup(names);
    this.#state = "ready";
    return isComplete ? null : this.#startFailure();
  }

  /** Triton's one sentence; the models and their reasons, which the log has too, are its cause. */
  #startFailure(): TritonError {
    const reasons = this.describeModels()
      .filter(({ status }) => status !== "READY")
      .map(({ name, version, status }) =>
        version === null ? `${name}: ${status}` : `${name} version ${version}: ${status}`,
      );
    const cause = new Error(reasons.join("\n"));
    return new TritonError(StatusCode.Internal, "failed to load all models", { cause });
  }

  isLive(): boolean {
    this.#checkNotExiting();
    return this.#state === "ready";
  }

  isReady(): boolean {
    this.#checkNotExiting();
    if (this.#state !== "ready") {
      return false;
    }
    return !this.options.strictReadiness || this.#areModelsReady();
  }

  getModel(name: string, version: bigint | null): ModelHandle {
    if (this.#state !== "exiting") {
      // While it is exiting models can be found, so that sequences which have begun can end.
      this.#checkReady();
    }
    return this.#lifecycle.get(name, version);
  }

  isModelReady(name: string, version: bigint | null): boolean {
    return this.#find(name, version)?.isHealthy ?? false;
  }

  async askReady(): Promise<boolean> {
    if (!this.isReady()) {
      return false;
    }
    if (!this.options.strictReadiness) {
      return true;
    }
    const versions = this.#lifecycle.names().flatMap((name) => this.#lifecycle.ready(name));
    const results = await Promise.allSettled(versions.map((version) => version.checkReady()));
    return results.every(({ status }) => status === "fulfilled");
  }

  async askModelReady(name: string, version: bigint | null): Promise<boolean> {
    const loaded = this.#find(name, version);
    await loaded?.checkReady();
    return loaded !== null;
  }

  readyVersions(name: string): readonly bigint[] {
    this.#checkReady();
    return this.#lifecycle.ready(name).map(({ spec }) => spec.version);
  }

  statistics(name: string | null, version: bigint | null): readonly ModelStatistics[] {
    this.#checkReady();
    if (name === null) {
      return this.#lifecycle
        .names()
        .flatMap((known) => this.#lifecycle.ready(known).map(({ statistics }) => statistics));
    }
    const ready = this.#lifecycle.ready(name);
    if (ready.length === 0) {
      throw new TritonError(StatusCode.InvalidArg, `requested model '${name}' is not available`);
    }
    const wanted = ready.filter(({ spec }) => version === null || spec.version === version);
    if (wanted.length === 0) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `requested model version is not available for model '${name}'`,
      );
    }
    return wanted.map(({ statistics }) => statistics);
  }

  repositoryIndex(options: { readonly readyOnly: boolean }): Promise<readonly ModelIndexEntry[]> {
    this.#checkReady();
    return this.#control.index(options.readyOnly);
  }

  async loadModel(name: string, parameters: LoadParameters = NO_PARAMETERS): Promise<void> {
    this.#checkReady();
    await this.#control.load(name, parameters);
  }

  async unloadModel(name: string, options?: { readonly unloadDependents: boolean }): Promise<void> {
    this.#checkReady();
    await this.#control.unload(name, options?.unloadDependents);
  }

  /** One inference without a socket; see `InProcessRequest`. */
  infer(request: InProcessRequest): Promise<InProcessResponse> {
    return inferInProcess(this, request);
  }

  /**
   * Runs one inference and gives its answers one by one: for decoupled models, which may give none or many. Leaving the loop
   * cancels what is still to come.
   *
   * @throws {TritonError} from the loop, whatever the wire would answer
   */
  inferStream(request: InProcessRequest): AsyncIterable<InProcessResponse> {
    return streamInProcess(this, request);
  }

  /** The metrics as they are now: of the READY versions, and what models count for themselves. */
  metricFamilies(): readonly MetricFamily[] {
    const sources = this.#lifecycle
      .names()
      .flatMap((name) => metricsSources(this.#lifecycle.ready(name)));
    return mergeFamilies([
      ...inferenceFamilies(sources),
      ...firstResponseFamilies(sources),
      ...adaptiveFamilies(sources),
      ...cacheFamilies(sources, this.#cache?.statistics() ?? null),
      ...this.#customMetrics.families(),
    ]);
  }

  /** The backends that models have asked for, for the start-up table. */
  describeBackends(): readonly BackendDescription[] {
    return this.#backends.describe();
  }

  /** Every model that a load was tried for, for the start-up table. */
  describeModels(): readonly ModelStatusRow[] {
    return this.#lifecycle.names().flatMap((name): ModelStatusRow[] => {
      const states = [...(this.#lifecycle.states(name) ?? [])];
      if (states.length === 0) {
        return [{ name, version: null, status: "Not loaded: No model version was found" }];
      }
      return states.map(([version, { state, reason }]) => ({
        name,
        version,
        status: reason === "" ? state : `${state}: ${reason}`,
      }));
    });
  }

  /**
   * Refuses new requests, answers the accepted ones, unloads every model. Idempotent: every call waits for the same end.
   *
   * @param timeoutSecs what is left of the exit timeout; the options' unless given
   * @throws {TritonError} Internal `Exit timeout expired. Exiting immediately.`
   */
  stop(timeoutSecs: number = this.options.exitTimeoutSecs): Promise<void> {
    this.#stop ??= this.#drain(timeoutSecs);
    return this.#stop;
  }

  async #drain(timeoutSecs: number): Promise<void> {
    this.#state = "exiting";
    await drainAndUnload({
      control: this.#control,
      lifecycle: this.#lifecycle,
      clock: this.clock,
      log: this.log,
      timeoutSecs,
    });
    await this.#backends.close();
    await this.#cache?.close();
  }

  /** null for what is not ready or not known. */
  #find(name: string, version: bigint | null): LoadedVersion | null {
    try {
      this.#checkReady();
      return this.#lifecycle.get(name, version);
    } catch (error) {
      const { code } = tritonErrorFrom(error);
      if (code === StatusCode.NotFound || code === StatusCode.Unavailable) {
        return null;
      }
      throw error;
    }
  }

  #areModelsReady(): boolean {
    return this.#lifecycle.names().every((name) => {
      const states = [...(this.#lifecycle.states(name)?.values() ?? [])];
      return (
        states.length > 0 &&
        states.every(({ state, reason }) => state === "READY" || reason === UNLOADED_REASON) &&
        this.#lifecycle.ready(name).every(({ isHealthy }) => isHealthy)
      );
    });
  }

  #checkNotExiting(): void {
    if (this.#state === "exiting") {
      throw new TritonError(StatusCode.Unavailable, "Server exiting");
    }
  }

  #checkReady(): void {
    if (this.#state !== "ready") {
      throw new TritonError(StatusCode.Unavailable, "Server not ready");
    }
  }
}

/** Waits until the event loop has had a turn, however long that takes. */
const NEXT_TURN_MS = 0;

function createRateLimiter(options: CompiledServerOptions, clock: Clock): RateLimiter | null {
  if (options.rateLimitMode === "off") {
    return null;
  }
  const limits = options.rateLimitResources.map((resource) => ({
    name: resource.name,
    deviceId: resource.deviceId,
    count: availableCount(resource),
  }));
  const limiter: RateLimiter = new RateLimiter(limits, {
    nowNs: () => clock.nowNs(),
    deferTurn: () => {
      clock.setTimer(NEXT_TURN_MS, () => {
        limiter.onTurn();
      });
    },
  });
  return limiter;
}
