import type { InferenceRequest } from "./inference-request.ts";
import type { InferenceResponse } from "./inference-response.ts";
import type { ModelConfigBuilder, ModelConfigJson } from "./model-config-builder.ts";
import type { TritonError } from "./model-error.ts";

/** What a model is told when its instance starts. */
export interface ModelArguments {
  readonly modelName: string;
  readonly modelVersion: string;
  /** The complete configuration, in the form of `/v2/models/<name>/config`. */
  readonly modelConfig: ModelConfigJson;
  /** `<group>_<index>`. */
  readonly instanceName: string;
  readonly instanceKind: "CPU" | "GPU" | "MODEL";
  readonly instanceDeviceId: number;
  readonly modelDirectory: string;
  readonly versionDirectory: string;
}

/** What one request of a batch gets: its response, its error, or null where it is answered by its sender or goes back. */
export type ExecuteResult = InferenceResponse | TritonError | null;

/**
 * What the default export of a `model.ts` is a class of. Each instance has its own thread and its own object.
 *
 * `execute` gets the requests of a batch and returns one result for each, in their order; a model with decoupled
 * transactions returns nothing and answers through the requests' senders. While its promise is pending the instance
 * takes no other batch, unless the model is decoupled.
 */
export interface Model {
  initialize?(args: ModelArguments): void | Promise<void>;
  execute(
    requests: readonly InferenceRequest[],
  ):
    | readonly ExecuteResult[]
    | undefined
    | Promise<readonly ExecuteResult[] | undefined>
    | void
    | Promise<void>;
  /** Called once when the model is unloaded. */
  finalize?(): void | Promise<void>;
  /** Whether the instance can serve; asked with the model's readiness. Ready unless there is such a method. */
  isReady?(): boolean | Promise<boolean>;
}

/** The class itself: `export default class implements Model`, checked with `satisfies ModelClass`. */
export interface ModelClass {
  new (): Model;
  /** Completes the configuration before the model is loaded, in a thread of its own that ends afterwards. */
  autoCompleteConfig?(config: ModelConfigBuilder): ModelConfigBuilder | Promise<ModelConfigBuilder>;
}
