import type { ModelConfig } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { LogSettings } from "../base/log-settings.ts";
import type { Logger } from "../base/logger.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import type { TraceSettings } from "./trace-settings.ts";

/** A version that was READY when it was looked up. Look it up for each request: the next one may meet a newer version. */
export interface ModelHandle {
  readonly spec: ModelSpec;
  /** Complete and normalised: what /config shows. */
  readonly config: ModelConfig;
  /**
   * Validates the request against the model and hands it to the scheduler.
   *
   * Ownership: on success the scheduler owns the request and answers it through its sender; on an error the caller
   * still owns it and the sender is not called.
   *
   * @throws {TritonError} InvalidArg for a request that does not fit the model, Unavailable if it is refused
   */
  enqueue(request: InferenceRequest): void;
}

/** One row of the repository index. */
export interface ModelIndexEntry {
  readonly name: string;
  /** null: the model was never attempted, or has no version. */
  readonly version: bigint | null;
  readonly state: "READY" | "UNAVAILABLE" | "LOADING" | "UNLOADING" | "UNKNOWN" | null;
  /** Empty if there is none. */
  readonly reason: string;
}

/** What a load request carries: `config` (JSON text) and `file:<path>` (bytes). */
export interface LoadParameters {
  readonly config: string | null;
  /** By path relative to the model directory. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The one interface between the front ends and everything below. `InferenceServer` implements it; tests may fake it. */
export interface ServerFacade {
  /** `--id`; "triton" unless set. */
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly logSettings: LogSettings;
  readonly traceSettings: TraceSettings;

  /** @throws {TritonError} Unavailable `Server exiting` during shutdown */
  isLive(): boolean;
  /** @throws {TritonError} Unavailable `Server exiting` during shutdown */
  isReady(): boolean;
  /**
   * A READY version of a model: the given one, or the greatest.
   *
   * @throws {TritonError} the lookup errors of the protocol (unknown model or version NotFound, not ready Unavailable)
   */
  getModel(name: string, version: bigint | null): ModelHandle;
  /**
   * Whether `getModel` gives one: what cannot be looked up is not ready, nor is any model of a server that is not.
   *
   * @see Triton core src/tritonserver.cc, TRITONSERVER_ServerModelIsReady, from its pull request 508 on
   */
  isModelReady(name: string, version: bigint | null): boolean;
  /** READY versions, ascending; empty if there are none. */
  readyVersions(name: string): readonly bigint[];
  /**
   * @param name null for every READY model
   * @throws {TritonError} InvalidArg if the model or version is not available
   */
  statistics(name: string | null, version: bigint | null): readonly ModelStatistics[];
  /** Looks at the repositories on every call. */
  repositoryIndex(options: { readonly readyOnly: boolean }): Promise<readonly ModelIndexEntry[]>;
  /** Explicit mode only. @throws {TritonError} with the texts of the repository extension */
  loadModel(name: string, parameters: LoadParameters): Promise<void>;
  /** Explicit mode only. Resolves once no new request can reach the model; running ones finish later. */
  unloadModel(name: string, options: { readonly unloadDependents: boolean }): Promise<void>;
}
