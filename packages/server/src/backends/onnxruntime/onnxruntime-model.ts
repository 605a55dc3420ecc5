import { availableParallelism } from "node:os";
import { ModelInstanceGroup_Kind as GroupKind, type ModelConfig } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { compileSequenceStates } from "../../config/compile-sequence-states.ts";
import type { Instance, InstancePlacement, Model, ModelContext } from "../../model/backend.ts";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import { compareBytes } from "./byte-order.ts";
import { ExecutionPace } from "./execution-pace.ts";
import { LoadedSession } from "./loaded-session.ts";
import { resolveModelPath } from "./model-path.ts";
import { type ModelSettings, sessionSettings } from "./model-settings.ts";
import { OnnxRuntimeInstance } from "./onnxruntime-instance.ts";
import { resolvePaddedOutputs } from "./padded-outputs.ts";
import { readInitialState } from "./read-initial-state.ts";
import type { Runtime } from "./runtime.ts";
import { readSignature } from "./session-signature.ts";
import { StateMemory } from "./state-memory.ts";
import { validateConfig } from "./validate-config.ts";

/** What a model is made of. */
export interface OnnxRuntimeModelParts {
  readonly runtime: Runtime;
  readonly context: ModelContext;
  readonly spec: ModelSpec;
  readonly settings: ModelSettings;
  readonly clock: Clock;
}

/**
 * One model version. Its instances on one device share a session, and so the weights, the memory arena and the thread
 * pool, unless the model asks for a session per instance.
 */
export class OnnxRuntimeModel implements Model {
  readonly #parts: OnnxRuntimeModelParts;
  readonly #outputs: readonly OutputSpec[];
  readonly #pace: ExecutionPace;
  /** Those that run batches. */
  readonly #activeCount: number;
  /** By GPU number, null for the CPU. Empty where every instance has its own. */
  readonly #shared = new Map<number | null, Promise<LoadedSession>>();
  #instanceCount = 0;
  #states: StateMemory | null = null;

  private constructor(parts: OnnxRuntimeModelParts) {
    this.#parts = parts;
    this.#activeCount = activeInstanceCount(parts.context.config);
    this.#pace = new ExecutionPace(this.#activeCount);
    // The order in which the real server's responses have them.
    this.#outputs = [...parts.spec.outputs].sort((left, right) =>
      compareBytes(left.name, right.name),
    );
  }

  /**
   * Loads the weights for the CPU where an instance will need them; those for GPUs come with their first instance.
   *
   * @throws {TritonError} if the file cannot be loaded or does not fit the configuration
   */
  static async create(parts: OnnxRuntimeModelParts): Promise<OnnxRuntimeModel> {
    const model = new OnnxRuntimeModel(parts);
    const groups = parts.context.config.instanceGroup;
    const needsCpu = groups.some(({ kind }) => kind !== GroupKind.GPU);
    if (needsCpu && !parts.settings.hasSessionPerInstance) {
      await model.#sharedSession(null);
    }
    try {
      await model.#createStates();
    } catch (error) {
      await model.close();
      throw error;
    }
    await parts.runtime.threads.warm(Math.min(model.#activeCount, availableParallelism()));
    return model;
  }

  /** The implicit state of the model's sequences; null if it has none. */
  get states(): StateMemory | null {
    return this.#states;
  }

  async createInstance(placement: InstancePlacement): Promise<Instance> {
    const { runtime, context, spec, settings, clock } = this.#parts;
    context.log.info(
      `TRITONBACKEND_ModelInstanceInitialize: ${placement.name} (${placement.kind} device ${placement.deviceId})`,
    );
    const device = placement.kind === "GPU" ? placement.deviceId : null;
    const session = settings.hasSessionPerInstance
      ? await this.#loadSession(device)
      : await this.#sharedSession(device);
    this.#instanceCount++;
    return new OnnxRuntimeInstance({
      placement,
      resources: runtime.resources,
      threads: runtime.threads,
      isForFirstCore: device === null && this.#activeCount === 1 && hasBoundThreads(settings),
      session,
      model: spec,
      outputs: this.#outputs,
      states: this.#states,
      pace: this.#pace,
      executionMode: settings.executionMode,
      runConfigEntries: settings.runConfigEntries,
      clock,
      log: context.log,
      onClose: async () => {
        this.#instanceCount--;
        if (settings.hasSessionPerInstance) {
          await runtime.releaseSession(session.session);
        }
      },
    });
  }

  async close(): Promise<void> {
    assert(this.#instanceCount === 0, "a model is closed after its instances");
    const sessions = [...this.#shared.values()];
    this.#shared.clear();
    this.#states?.close();
    for (const session of sessions) {
      await this.#parts.runtime.releaseSession((await session).session);
    }
  }

  /** What sequences start with. */
  async #createStates(): Promise<void> {
    const { context, runtime } = this.#parts;
    const specs = await compileSequenceStates({
      config: context.config,
      readFile: (file) => readInitialState(context, file),
      warn: (message) => context.log.warning(message),
    });
    if (specs.length > 0) {
      this.#states = new StateMemory(runtime.resources, specs);
    }
  }

  #sharedSession(device: number | null): Promise<LoadedSession> {
    let session = this.#shared.get(device);
    if (session === undefined) {
      session = this.#loadSession(device);
      this.#shared.set(device, session);
      // A failed load is not a session; whoever awaits it learns of the failure.
      session.catch(() => this.#shared.delete(device));
    }
    return session;
  }

  async #loadSession(device: number | null): Promise<LoadedSession> {
    const { runtime, context, settings, spec } = this.#parts;
    const { name, config } = context;
    // The compute capability of a GPU, by which a model may have another file, is not known yet.
    const path = await resolveModelPath(context, null);
    const session = await runtime.loadSession(path, sessionSettings(config, settings, device));
    try {
      const signature = readSignature(session);
      validateConfig(name, config, signature);
      return new LoadedSession(session, signature, resolvePaddedOutputs(spec, signature));
    } catch (error) {
      await runtime.releaseSession(session);
      throw error;
    }
  }
}

/**
 * Whether the session's threads are as many as there are cores: then ONNX Runtime binds each to its own and leaves the first one
 * to the caller.
 *
 * @see onnxruntime core/util/thread_utils.cc, CreateThreadPoolHelper
 */
function hasBoundThreads({ session }: ModelSettings): boolean {
  const { intraOpThreadCount, usesGlobalThreadPools, isParallel } = session;
  return intraOpThreadCount === null && !usesGlobalThreadPools && !isParallel;
}

/** Instances that will run batches; a group has so many on each of its GPUs. */
function activeInstanceCount({ instanceGroup }: ModelConfig): number {
  return instanceGroup
    .filter(({ passive }) => !passive)
    .reduce((sum, { count, gpus }) => sum + count * Math.max(1, gpus.length), 0);
}
