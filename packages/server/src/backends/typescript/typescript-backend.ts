import {
  type ModelConfig,
  modelConfigToJson,
  parseModelConfigJson,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import type {
  Backend,
  BackendOptions,
  InstancePlacement,
  Model,
  ModelContext,
} from "../../model/backend.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { ModelConfigJson } from "./api/model-config-builder.ts";
import { parseInstanceSettings } from "./instance-settings.ts";
import { LinkedModels } from "./linked-models.ts";
import { resolveModelFile } from "./model-file.ts";
import { ModelStartError, ModelWorker, type WorkerPurpose } from "./model-worker.ts";
import { TypeScriptInstance } from "./typescript-instance.ts";

/** How long a model may take to complete its configuration. */
const COMPLETE_TIMEOUT_MS = 60_000;

/** The instance for which a model completes its configuration: none. */
const NO_PLACEMENT: InstancePlacement = {
  name: "auto_complete_config",
  kind: "CPU",
  deviceId: 0,
  profiles: [],
  isPassive: false,
};

/** Models in TypeScript and JavaScript: each instance a thread of its own. */
export class TypeScriptBackend implements Backend {
  readonly name = "typescript";
  readonly libraryPath: string = "node:worker_threads";
  readonly #options: BackendOptions;
  readonly #linked = new LinkedModels();

  constructor(options: BackendOptions) {
    this.#options = options;
  }

  async autoComplete(context: ModelContext): Promise<ModelConfig | null> {
    const { clock } = this.#options;
    const { heapSizeMbMax } = parseInstanceSettings(context.config);
    const modelPath = await resolveModelFile(context);
    const start = workerPurpose({ context, modelPath, placement: NO_PLACEMENT, spec: null });
    const ended = Promise.withResolvers<void>();
    const worker = new ModelWorker({
      start,
      owner: {
        isIdle: false,
        onRecord() {},
        onRelease() {},
        onEnd: () => ended.resolve(),
      },
      clock,
      heapSizeMbMax,
    });
    worker.setBusy(true);
    const stopTimer = clock.setTimer(COMPLETE_TIMEOUT_MS, () => {
      worker.terminate(
        new TritonError(
          StatusCode.Internal,
          `autoCompleteConfig of model '${context.name}' took more than ${COMPLETE_TIMEOUT_MS} ms`,
        ),
      );
    });
    try {
      const { config } = await worker.started;
      return config === null ? null : parseModelConfigJson(config);
    } catch (error) {
      if (error instanceof ModelStartError) {
        context.log.error(`failed to load '${context.name}': ${error.workerStack}`);
      }
      throw tritonErrorFrom(error);
    } finally {
      stopTimer();
      worker.terminate(new TritonError(StatusCode.Unavailable, "the configuration is complete"));
      await ended.promise;
    }
  }

  async createModel(context: ModelContext, spec: ModelSpec): Promise<Model> {
    const settings = parseInstanceSettings(context.config);
    const modelPath = await resolveModelFile(context);
    return {
      createInstance: (placement) =>
        TypeScriptInstance.create({
          ...this.#options,
          log: context.log,
          placement,
          settings,
          spec,
          linked: this.#linked,
          start: workerPurpose({ context, modelPath, placement, spec }),
        }),
      close: () => Promise.resolve(),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** @param parts a null `spec`: the configuration is to be completed */
function workerPurpose(parts: {
  readonly context: ModelContext;
  readonly modelPath: string;
  readonly placement: InstancePlacement;
  readonly spec: ModelSpec | null;
}): WorkerPurpose {
  const { context, modelPath, placement, spec } = parts;
  // As the configuration's own codec writes it.
  const modelConfig = JSON.parse(modelConfigToJson(context.config)) as ModelConfigJson;
  return {
    purpose: spec === null ? "complete" : "serve",
    modelPath,
    args: {
      modelName: context.name,
      modelVersion: String(context.version),
      modelConfig,
      instanceName: placement.name,
      instanceKind: placement.kind,
      instanceDeviceId: placement.deviceId,
      modelDirectory: context.modelDirectory,
      versionDirectory: context.versionDirectory,
    },
    isDecoupled: spec?.isDecoupled ?? false,
    isBatching: (spec?.batchSizeMax ?? 0) > 0,
    outputs: (spec?.outputs ?? []).map(({ name, datatype, fullShape }) => ({
      name,
      datatype,
      shape: fullShape,
    })),
  };
}
