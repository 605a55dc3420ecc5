import { join } from "node:path";
import { cloneModelConfig, type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { ResponseCache } from "../cache/response-cache.ts";
import { compileModelConfig, mergeAutoCompleted } from "../config/complete-model-config.ts";
import {
  type GpuAvailability,
  instanceLimits,
  instancePlacements,
  resolveInstanceGroups,
} from "../config/instance-groups.ts";
import type { ModelFiles } from "../config/model-files.ts";
import { checkSupported } from "../config/unsupported-features.ts";
import type { Backend, Instance, Model, ModelContext } from "../model/backend.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { WaitGraph } from "../model/wait-graph.ts";
import type { SharedModel } from "../repository/shared-model.ts";
import type { LimitedInstance, RateLimiter } from "../scheduling/rate-limiter.ts";
import type { BackendRegistry } from "./backend-registry.ts";
import { createStatistics } from "./create-statistics.ts";
import { loadEnsembleVersion } from "./ensemble-loader.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { ModelVersion, type VersionCacheParts, type VersionLimits } from "./model-version.ts";
import { registerInstances } from "./rate-limited-instances.ts";
import { warmUpInstance } from "./warm-up.ts";
import { createWarmUpSamples } from "./warm-up-samples.ts";

/** A model that has been found and whose configuration has been read: what all its versions load from. */
export interface ModelSource {
  readonly name: string;
  /** Normalised, not yet complete. */
  readonly config: ModelConfig;
  readonly isConfigProvided: boolean;
  readonly files: ModelFiles;
  readonly local: SharedModel;
}

/** What all loads have in common. */
export interface VersionLoaderOptions {
  readonly backends: BackendRegistry;
  /** `--backend-directory`, for messages. */
  readonly backendDirectory: string;
  readonly gpus: GpuAvailability;
  readonly isAutoCompleteEnabled: boolean;
  /** null: instances run as soon as they are free. */
  readonly rateLimiter: RateLimiter | null;
  /** null while there is none. */
  readonly cache: () => VersionCaches | null;
  /**
   * A READY version of a model, for the steps of ensembles.
   *
   * @throws {TritonError} if there is none
   */
  readonly getLoaded: (name: string, version: bigint | null) => LoadedVersion;
  /** Whether the times to the first answer are counted. */
  readonly hasHistograms: boolean;
  readonly clock: Clock;
  readonly alarmClock: AlarmClock;
  readonly random: Random;
  /** What ensembles ask before they have a step run. */
  readonly waits: WaitGraph;
  readonly log: Logger;
}

/** The response cache as versions use it. */
export interface VersionCaches {
  readonly cache: ResponseCache;
  /** Another text each time. */
  nextIdentity(): string;
}

/**
 * Loads one version: asks its backend to complete the configuration, checks it, loads the weights and makes the
 * instances. On an error everything made so far is freed again.
 *
 * @throws {TritonError} the reason that the index and the load request show
 * @see Triton core src/backend_model.cc, TritonModel::Create
 */
export async function loadVersion(
  options: VersionLoaderOptions,
  source: ModelSource,
  version: bigint,
): Promise<LoadedVersion> {
  checkSupported(source.config);
  if (source.config.schedulingChoice.case === "ensembleScheduling") {
    return loadEnsembleVersion(options, source, version, cacheParts(options, source.config));
  }
  checkRuntime(options, source, version);
  const backend = await options.backends.get(source.config.backend);
  const resolved = resolveInstanceGroups(cloneModelConfig(source.config), options.gpus, []);
  const context: ModelContext = {
    name: source.name,
    version,
    config: resolved,
    modelDirectory: source.local.directory,
    versionDirectory: join(source.local.directory, String(version)),
    log: options.log,
  };
  const completed = options.isAutoCompleteEnabled ? await backend.autoComplete(context) : null;
  const config = completed === null ? resolved : mergeAutoCompleted(resolved, completed);
  checkSupported(config);
  const spec = await compileModelConfig({
    config,
    isProvided: source.isConfigProvided || completed !== null,
    version,
    files: source.files,
  });
  return createVersion(options, source, backend, { ...context, config }, spec);
}

/** @throws {TritonError} InvalidArg if the configuration names a library that is not the built-in backend */
function checkRuntime(options: VersionLoaderOptions, source: ModelSource, version: bigint): void {
  const { backend, runtime } = source.config;
  const known = ["", `libtriton_${backend}.so`, "model.py"];
  if (!known.includes(runtime)) {
    const model = source.local.directory;
    throw new TritonError(
      StatusCode.InvalidArg,
      `unable to find backend library '${runtime}' for model '${source.name}', searched: ` +
        `'${join(model, String(version))}' '${model}' '${join(options.backendDirectory, backend)}' `,
    );
  }
}

async function createVersion(
  options: VersionLoaderOptions,
  source: ModelSource,
  backend: Backend,
  context: ModelContext,
  spec: ModelSpec,
): Promise<ModelVersion> {
  const { config } = context;
  const model = await backend.createModel(context, spec);
  const instances = await createInstances(model, config);
  const statistics = createStatistics(options, config, spec);
  let limits: VersionLimits | null = null;
  try {
    const samples = await createWarmUpSamples({ ...options, config, spec, files: source.files });
    limits = registerLimits(options.rateLimiter, config);
    const active = instances.filter(({ placement }) => !placement.isPassive);
    await settleAll(
      active.map((instance) => warmUpInstance(instance, { ...options, spec, samples, statistics })),
    );
  } catch (error) {
    for (const limited of limits?.instances ?? []) {
      limits?.limiter.unregister(limited);
    }
    await closeAll(instances, model);
    throw error;
  }
  source.local.retain();
  return new ModelVersion({
    spec,
    config,
    model,
    instances,
    statistics,
    limits,
    cache: cacheParts(options, config),
    clock: options.clock,
    alarmClock: options.alarmClock,
    log: options.log,
    releaseFiles: () => source.local.release(),
  });
}

/** @throws {TritonError} InvalidArg if there will never be the resources for an instance */
function registerLimits(limiter: RateLimiter | null, config: ModelConfig): VersionLimits | null {
  if (limiter === null) {
    return null;
  }
  const instances: readonly LimitedInstance[] = registerInstances(limiter, instanceLimits(config));
  return { limiter, instances };
}

function cacheParts(
  { cache, log }: VersionLoaderOptions,
  config: ModelConfig,
): VersionCacheParts | null {
  const caches = config.responseCache?.enable === true ? cache() : null;
  return caches === null ? null : { cache: caches.cache, identity: cacheIdentity(caches), log };
}

/**
 * Entries that only this process has are of one load: another may have other weights. Those that are shared are by name and
 * version, as in the real server, so that other servers find them.
 */
function cacheIdentity(caches: VersionCaches): string {
  return caches.cache.isPrivate ? caches.nextIdentity() : "";
}

/** Makes all instances side by side; if one fails, the others and the model are closed and the first error is thrown. */
async function createInstances(model: Model, config: ModelConfig): Promise<readonly Instance[]> {
  const results = await Promise.allSettled(
    instancePlacements(config).map((placement) => model.createInstance(placement)),
  );
  const failure = results.find((result) => result.status === "rejected");
  const instances = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  if (failure !== undefined) {
    await closeAll(instances, model);
    throw failure.reason;
  }
  return instances;
}

async function closeAll(instances: readonly Instance[], model: Model): Promise<void> {
  for (const instance of instances) {
    await instance.close();
  }
  await model.close();
}

/** Waits for all, then throws the first one's error if there is any. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) {
    throw failure.reason;
  }
}
