import { ModelInstanceGroup_Kind as GroupKind, type ModelConfig } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Backend, BackendOptions, Model, ModelContext } from "../../model/backend.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { autoCompleteConfig, isCompletionSkipped } from "./auto-complete.ts";
import { type BackendSettings, parseBackendSettings } from "./backend-settings.ts";
import { resolveLibraryPath } from "./library-path.ts";
import { resolveModelPath } from "./model-path.ts";
import { type ModelSettings, parseModelSettings, sessionSettings } from "./model-settings.ts";
import { OnnxRuntimeModel } from "./onnxruntime-model.ts";
import { Runtime } from "./runtime.ts";
import { readSignature } from "./session-signature.ts";

/**
 * The backend `onnxruntime`: ONNX models through ONNX Runtime's C API.
 *
 * Loads the library, which takes some 30 ms. See `BackendSettings` for the settings that it reads.
 *
 * @throws {TritonError} Unavailable, saying what to install, if there is no library; InvalidArg for a bad setting
 */
export function createOnnxRuntimeBackend(options: BackendOptions): Backend {
  const settings = parseBackendSettings(options.settings);
  const libraryPath = resolveLibraryPath(settings.libraryPath);
  const { clock, log } = options;
  log.info("TRITONBACKEND_Initialize: onnxruntime");
  const runtime = Runtime.load(libraryPath, { settings, clock, log });
  return new OnnxRuntimeBackend(runtime, settings, clock);
}

class OnnxRuntimeBackend implements Backend {
  readonly name = "onnxruntime";
  readonly #runtime: Runtime;
  readonly #settings: BackendSettings;
  readonly #clock: Clock;

  constructor(runtime: Runtime, settings: BackendSettings, clock: Clock) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#clock = clock;
  }

  get libraryPath(): string {
    return this.#runtime.resources.library.path;
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
    const signature = await this.#runtime.prepareSession(
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
    const runtime = this.#runtime;
    return OnnxRuntimeModel.create({ runtime, context, spec, settings, clock: this.#clock });
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  #modelSettings(config: ModelConfig): ModelSettings {
    const usesGlobalThreadPools = this.#settings.globalThreadPools !== null;
    return parseModelSettings(config, { usesGlobalThreadPools });
  }
}
