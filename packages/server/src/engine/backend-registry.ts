import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import { KeyedMutex } from "../base/keyed-mutex.ts";
import type { Logger } from "../base/logger.ts";
import type { Backend, BackendOptions } from "../model/backend.ts";
import type { CustomMetrics } from "../model/custom-metrics.ts";
import type { ModelHost } from "../model/model-host.ts";

/** Makes one backend; called at most once for each name, when the first model needs it. */
export type BackendFactory = (options: BackendOptions) => Promise<Backend>;

/** A row of the start-up table. */
export interface BackendDescription {
  readonly name: string;
  /** The library that runs the models. */
  readonly path: string;
  /** Its settings as the JSON text that Triton hands to a backend. */
  readonly config: string;
}

/** What a registry works with. */
export interface BackendRegistryOptions {
  readonly factories: ReadonlyMap<string, BackendFactory>;
  /** Looks for a backend that is not among them; null if there is none. */
  readonly findFactory?: (name: string) => Promise<BackendFactory | null>;
  /** The merged settings of a backend. */
  readonly settingsOf: (backend: string) => ReadonlyMap<string, string>;
  /** What the code of models may call. */
  readonly host: ModelHost;
  readonly metrics: CustomMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The backends that models have asked for so far. */
export class BackendRegistry {
  readonly #options: BackendRegistryOptions;
  readonly #backends = new Map<string, Backend>();
  readonly #creation = new KeyedMutex();

  constructor(options: BackendRegistryOptions) {
    this.#options = options;
  }

  /**
   * The backend of this name, started if it was not yet. A start that failed is tried again by the next model.
   *
   * @throws {TritonError} InvalidArg if there is no such backend; whatever its start throws
   */
  get(name: string): Promise<Backend> {
    return this.#creation.run(name, async () => {
      const existing = this.#backends.get(name);
      if (existing !== undefined) {
        return existing;
      }
      const factory =
        this.#options.factories.get(name) ?? (await this.#options.findFactory?.(name)) ?? null;
      if (factory === null) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `unable to find backend library for backend '${name}', try specifying runtime on the model configuration.`,
        );
      }
      const { host, metrics, clock, log, settingsOf } = this.#options;
      const backend = await factory({ settings: settingsOf(name), host, metrics, clock, log });
      this.#backends.set(name, backend);
      return backend;
    });
  }

  /** The backends that have started, by name. */
  describe(): readonly BackendDescription[] {
    return [...this.#backends.values()]
      .map((backend) => ({
        name: backend.name,
        path: backend.libraryPath,
        config: JSON.stringify({
          cmdline: Object.fromEntries(this.#options.settingsOf(backend.name)),
        }),
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Called once, after every model has been closed. */
  async close(): Promise<void> {
    for (const backend of this.#backends.values()) {
      await backend.close();
    }
    this.#backends.clear();
  }
}
