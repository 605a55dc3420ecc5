import type { ModelConfig } from "@nereid/protocol";
import type { ModelSpec } from "./model-spec.ts";
import type { InferenceRequest } from "./request.ts";
import type { WaitGraph } from "./wait-graph.ts";

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

/** What a load request carries: `config` (JSON text) and `file:<path>` (bytes). */
export interface LoadParameters {
  readonly config: string | null;
  /** By path relative to the model directory. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The server as models see it: what an ensemble's steps and a model's own code call. */
export interface ModelHost {
  /** Who waits for whom among the requests that models make. */
  readonly waits: WaitGraph;
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
  /** Explicit mode only. @throws {TritonError} with the texts of the repository extension */
  loadModel(name: string, parameters: LoadParameters): Promise<void>;
  /** Explicit mode only. Resolves once no new request can reach the model; running ones finish later. */
  unloadModel(name: string, options: { readonly unloadDependents: boolean }): Promise<void>;
}
