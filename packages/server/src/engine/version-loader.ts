import { join } from "node:path";
import { cloneModelConfig, type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import type { AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { compileModelConfig, mergeAutoCompleted } from "../config/complete-model-config.ts";
import {
  type GpuAvailability,
  instancePlacements,
  resolveInstanceGroups,
} from "../config/instance-groups.ts";
import type { ModelFiles } from "../config/model-files.ts";
import { checkSupported } from "../config/unsupported-features.ts";
import type { Backend, Instance, Model, ModelContext } from "../model/backend.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { SharedModel } from "../repository/shared-model.ts";
import type { BackendRegistry } from "./backend-registry.ts";
import { ModelVersion } from "./model-version.ts";

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
  readonly clock: Clock;
  readonly alarmClock: AlarmClock;
  readonly log: Logger;
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
): Promise<ModelVersion> {
  checkSupported(source.config);
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
  if (runtime !== "" && runtime !== `libtriton_${backend}.so`) {
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
  const model = await backend.createModel(context, spec);
  const instances = await createInstances(model, context.config);
  source.local.retain();
  return new ModelVersion({
    spec,
    config: context.config,
    model,
    instances,
    clock: options.clock,
    alarmClock: options.alarmClock,
    releaseFiles: () => source.local.release(),
  });
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
    for (const instance of instances) {
      await instance.close();
    }
    await model.close();
    throw failure.reason;
  }
  return instances;
}
