import type { InferenceResponse } from "./inference-response.ts";
import { runtime } from "./runtime.ts";
import type { Tensor } from "./tensor.ts";

/** A request to another model. */
export interface HostRequest {
  readonly modelName: string;
  /** The greatest version that is ready unless given. */
  readonly modelVersion?: bigint | number | undefined;
  readonly inputs: readonly Tensor[];
  /** All of the other model's unless given. */
  readonly requestedOutputs?: readonly string[] | undefined;
  readonly id?: string | undefined;
  readonly correlationId?: bigint | number | string | undefined;
  readonly isSequenceStart?: boolean | undefined;
  readonly isSequenceEnd?: boolean | undefined;
  readonly priority?: number | undefined;
  /** Microseconds that the request may wait in the other model's queue. */
  readonly timeoutUs?: number | undefined;
  readonly parameters?: Readonly<Record<string, string | number | bigint | boolean>> | undefined;
  /** Cancels the request. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer of another model. Its tensors are the caller's own. */
export interface HostResponse extends InferenceResponse {
  readonly outputs: readonly Tensor[];
  readonly parameters: ReadonlyMap<string, string | number | bigint | boolean>;
  /** @throws {TritonError} InvalidArg if the answer has no such output */
  output(name: string): Tensor;
}

/** What a load may replace of a model. */
export interface LoadOptions {
  /** JSON text of a configuration. */
  readonly config?: string | undefined;
  /** By path relative to the model directory; needs `config`. */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** The server, as a model sees it. Errors are `TritonError`s with the server's texts. */
export interface Host {
  /** Runs another model, and rejects with its error. */
  infer(request: HostRequest): Promise<HostResponse>;
  /** Runs a model that answers any number of times; leaving the loop cancels the request. */
  stream(request: HostRequest): AsyncIterable<HostResponse>;
  isModelReady(modelName: string, modelVersion?: bigint | number): Promise<boolean>;
  /** In explicit model control mode. */
  loadModel(modelName: string, options?: LoadOptions): Promise<void>;
  /** In explicit model control mode. */
  unloadModel(modelName: string, options?: { readonly unloadDependents?: boolean }): Promise<void>;
}

/** The server that runs this model. */
export const host: Host = {
  infer: (request) => runtime().infer(request),
  stream: (request) => runtime().stream(request),
  isModelReady: (name, version) => runtime().isModelReady(name, version),
  loadModel: (name, options) => runtime().loadModel(name, options ?? {}),
  unloadModel: (name, options) => runtime().unloadModel(name, options?.unloadDependents ?? false),
};
