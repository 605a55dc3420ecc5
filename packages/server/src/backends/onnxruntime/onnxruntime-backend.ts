import { ModelInstanceGroup_Kind as GroupKind, type ModelConfig } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Backend, Model, ModelContext } from "../../model/backend.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { autoCompleteConfig, isCompletionSkipped } from "./auto-complete.ts";
import type { BackendSettings } from "./backend-settings.ts";
import { resolveModelPath } from "./model-path.ts";
import { type ModelSettings, parseModelSettings, sessionSettings } from "./model-settings.ts";
import { OnnxRuntimeModel } from "./onnxruntime-model.ts";
import type { Runtime } from "./runtime.ts";
import { readSignature } from "./session-signature.ts";

/** The backend over a runtime, which it owns. */
export class OnnxRuntimeBackend implements Backend {
  readonly name = "onnxruntime";
  readonly runtime: Runtime;
  readonly #settings: BackendSettings;
  readonly #clock: Clock;

  constructor(runtime: Runtime, settings: BackendSettings, clock: Clock) {
    this.runtime = runtime;
    this.#settings = settings;
    this.#clock = clock;
  }

  get libraryPath(): string {
    return this.runtime.resources.library.path;
  }

  async autoComplete(context: ModelContext): Promise<ModelConfig | null> {
    const { name, config, log } = context;
    const settings = this.#modelSettings(config);
    if (isCompletionSkipped(config)) {
      log.info(
        `skipping model configuration auto-complete for '${name}': inputs and outputs already specified`,
      );
      return null;
    }
    const hasGpu = config.instanceGroup.some(({ kind }) => kind === GroupKind.GPU);
    const path = await resolveModelPath(context, null);
    const signature = await this.runtime.prepareSession(
      path,
      sessionSettings(config, settings, hasGpu ? 0 : null),
      readSignature,
    );
    const { defaultMaxBatchSize } = this.#settings;
    return autoCompleteConfig({ name, config, signature, defaultMaxBatchSize, log });
  }

  createModel(context: ModelContext, spec: ModelSpec): Promise<Model> {
    const { name, version, config, log } = context;
    log.info(`TRITONBACKEND_ModelInitialize: ${name} (version ${version})`);
    const settings = this.#modelSettings(config);
    const { runtime } = this;
    return OnnxRuntimeModel.create({ runtime, context, spec, settings, clock: this.#clock });
  }

  close(): Promise<void> {
    return this.runtime.close();
  }

  #modelSettings(config: ModelConfig): ModelSettings {
    const usesGlobalThreadPools = this.#settings.globalThreadPools !== null;
    return parseModelSettings(config, { usesGlobalThreadPools });
  }
}
