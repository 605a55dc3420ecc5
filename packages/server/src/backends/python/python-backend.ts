import type { ModelConfig } from "@nereid/protocol";
import type { Backend, BackendOptions, Model, ModelContext } from "../../model/backend.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { BackendSettings } from "./backend-settings.ts";
import { completeConfig } from "./complete-config.ts";
import { ExecutionEnvironments } from "./execution-environment.ts";
import { modelFile, parseModelSettings, warnOfCustomStub } from "./model-settings.ts";
import { checkModelFile, describeModel, PythonModel } from "./python-model.ts";
import type { StubCommand } from "./stub-process.ts";

/** What the backend is made with. */
export interface PythonBackendParts {
  readonly name: string;
  /** The folder of a backend that is itself written in Python; null for `python`, whose models bring the code. */
  readonly libraryDirectory: string | null;
  /** The stub's folder, or the backend's model.py. */
  readonly libraryPath: string;
  readonly settings: BackendSettings;
  readonly options: BackendOptions;
}

/** Runs models written in Python, an instance a process. */
export class PythonBackend implements Backend {
  readonly name: string;
  readonly libraryPath: string;
  readonly #parts: PythonBackendParts;
  readonly #environments: ExecutionEnvironments;

  constructor(parts: PythonBackendParts) {
    this.name = parts.name;
    this.libraryPath = parts.libraryPath;
    this.#parts = parts;
    this.#environments = new ExecutionEnvironments(parts.options.log);
  }

  async autoComplete(context: ModelContext): Promise<ModelConfig | null> {
    const { settings, libraryDirectory, options } = this.#parts;
    const command = await this.#command(context);
    await checkModelFile(modelFile(context, libraryDirectory));
    const { name, config, log } = context;
    const description = { settings, libraryDirectory, instanceName: name };
    const { model } = describeModel(context, description);
    return completeConfig({ name, config, model, command, settings, clock: options.clock, log });
  }

  async createModel(context: ModelContext, spec: ModelSpec): Promise<Model> {
    const { settings, libraryDirectory, options } = this.#parts;
    const { host, metrics, clock } = options;
    const { log } = context;
    log.info(`TRITONBACKEND_ModelInitialize: ${context.name} (version ${context.version})`);
    await warnOfCustomStub(context);
    const command = await this.#command(context);
    await checkModelFile(modelFile(context, libraryDirectory));
    return new PythonModel({
      spec,
      context,
      settings,
      command,
      host,
      metrics,
      clock,
      log,
      describe: (instanceName) =>
        describeModel(context, { settings, libraryDirectory, instanceName }),
    });
  }

  close(): Promise<void> {
    return this.#environments.close();
  }

  async #command(context: ModelContext): Promise<StubCommand> {
    const { environmentPath, python } = parseModelSettings(context);
    if (environmentPath !== null) {
      return this.#environments.command(environmentPath);
    }
    return { python: python ?? this.#parts.settings.python, libraryPath: null, environment: {} };
  }
}
