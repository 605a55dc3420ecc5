import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OnnxModel, writeModel } from "@nereid/onnx-writer";
import { createModelConfig, type ModelConfig, type ModelConfigInit } from "@nereid/protocol";
import { systemClock } from "../../../base/clock.ts";
import { type Logger, nullLogger } from "../../../base/logger.ts";
import { compileModelSpec } from "../../../config/compile-model-spec.ts";
import type { Instance, InstanceKind, Model, ModelContext } from "../../../model/backend.ts";
import type { ModelSpec } from "../../../model/model-spec.ts";
import { ABSENT_HOST, NO_METRICS } from "../../../model/testing/absent-host.ts";
import { createOnnxRuntimeBackend } from "../backend.ts";
import type { OnnxRuntimeBackend } from "../onnxruntime-backend.ts";
import { OnnxRuntimeModel } from "../onnxruntime-model.ts";
import type { StateMemory } from "../state-memory.ts";

/** A backend for tests, with the settings that the core adds to every backend's. */
export function createTestBackend(
  settings: Readonly<Record<string, string>> = {},
  log: Logger = nullLogger,
): OnnxRuntimeBackend {
  return createOnnxRuntimeBackend({
    settings: new Map(Object.entries({ "default-max-batch-size": "4", ...settings })),
    host: ABSENT_HOST,
    metrics: NO_METRICS,
    clock: systemClock,
    log,
  });
}

/** A model version on disk, in a directory of its own. */
export class ModelFiles implements Disposable {
  readonly #root: string;
  readonly modelDirectory: string;
  readonly versionDirectory: string;

  constructor(name: string) {
    this.#root = mkdtempSync(join(tmpdir(), "onnxruntime-test-"));
    this.modelDirectory = join(this.#root, name);
    this.versionDirectory = join(this.modelDirectory, "1");
  }

  writeInitialStates(states: Readonly<Record<string, Uint8Array>>): void {
    const folder = join(this.modelDirectory, "initial_state");
    mkdirSync(folder, { recursive: true });
    for (const [name, bytes] of Object.entries(states)) {
      writeFileSync(join(folder, name), bytes);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true });
  }
}

/** What a test says of a model; the configuration may leave everything to auto-completion. */
export interface TestModel {
  readonly onnx: OnnxModel;
  readonly config?: ModelConfigInit;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Files of the folder `initial_state` by name. */
  readonly initialStates?: Readonly<Record<string, Uint8Array>>;
  readonly instanceCount?: number;
  readonly kind?: InstanceKind;
  readonly log?: Logger;
}

/** A model that has been written, completed and loaded. Disposing of it closes everything but the backend. */
export class LoadedModel implements AsyncDisposable {
  readonly spec: ModelSpec;
  readonly config: ModelConfig;
  readonly instances: readonly Instance[];
  readonly #model: Model;
  readonly #files: ModelFiles;

  private constructor(
    spec: ModelSpec,
    config: ModelConfig,
    model: Model,
    instances: readonly Instance[],
    files: ModelFiles,
  ) {
    this.spec = spec;
    this.config = config;
    this.#model = model;
    this.instances = instances;
    this.#files = files;
  }

  get instance(): Instance {
    const [instance] = this.instances;
    if (instance === undefined) {
      throw new TypeError("the model has no instance");
    }
    return instance;
  }

  /** The implicit state of a model that has one. */
  get states(): StateMemory {
    const states = this.#model instanceof OnnxRuntimeModel ? this.#model.states : null;
    if (states === null) {
      throw new TypeError("the model has no implicit state");
    }
    return states;
  }

  static async load(backend: OnnxRuntimeBackend, test: TestModel): Promise<LoadedModel> {
    const files = new ModelFiles("m");
    try {
      writeModel(join(files.versionDirectory, "model.onnx"), test.onnx);
      files.writeInitialStates(test.initialStates ?? {});
      return await LoadedModel.#load(backend, test, files);
    } catch (error) {
      files[Symbol.dispose]();
      throw error;
    }
  }

  static async #load(
    backend: OnnxRuntimeBackend,
    test: TestModel,
    files: ModelFiles,
  ): Promise<LoadedModel> {
    const context = testContext(files, test);
    const config = (await backend.autoComplete(context)) ?? context.config;
    const spec = compileModelSpec(config, 1n, new Map());
    const model = await backend.createModel({ ...context, config }, spec);
    const instances: Instance[] = [];
    for (let index = 0; index < (test.instanceCount ?? 1); index++) {
      instances.push(
        await model.createInstance({
          name: `m_0_${index}`,
          kind: test.kind ?? "CPU",
          deviceId: 0,
          profiles: [],
          isPassive: false,
        }),
      );
    }
    return new LoadedModel(spec, config, model, instances, files);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const instance of this.instances) {
      await instance.close();
    }
    await this.#model.close();
    this.#files[Symbol.dispose]();
  }
}

/** The context of a test's model. */
export function testContext(files: ModelFiles, test: TestModel): ModelContext {
  const parameters = Object.entries(test.parameters ?? {}).map(
    ([key, stringValue]) => [key, { stringValue }] as const,
  );
  return {
    name: "m",
    version: 1n,
    config: createModelConfig({
      name: "m",
      backend: "onnxruntime",
      parameters: Object.fromEntries(parameters),
      ...test.config,
    }),
    modelDirectory: files.modelDirectory,
    versionDirectory: files.versionDirectory,
    log: test.log ?? nullLogger,
  };
}
