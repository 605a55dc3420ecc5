import type { ModelConfig } from "@nereid/protocol";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Batch } from "./batch.ts";
import type { CustomMetrics } from "./custom-metrics.ts";
import type { ModelHost } from "./model-host.ts";
import type { ModelSpec } from "./model-spec.ts";
import type { SequenceState } from "./sequence-state.ts";

/** The devices of an instance group. `AUTO` has been resolved before a backend sees it. */
export type InstanceKind = "CPU" | "GPU" | "MODEL";

/** Where one instance runs. */
export interface InstancePlacement {
  /** `<group name>_<index>`, as in Triton's logs. */
  readonly name: string;
  readonly kind: InstanceKind;
  /** GPU number for kind GPU, otherwise 0. */
  readonly deviceId: number;
  readonly profiles: readonly string[];
  readonly isPassive: boolean;
}

/** What every backend is given at start-up. */
export interface BackendOptions {
  /** `--backend-config=<backend>,<key>=<value>` over the global pairs; all values are text. */
  readonly settings: ReadonlyMap<string, string>;
  /** What the code of models may call. Not before the server has started. */
  readonly host: ModelHost;
  /** Where the code of models counts for itself. */
  readonly metrics: CustomMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a backend is given of one model version. */
export interface ModelContext {
  readonly name: string;
  readonly version: bigint;
  /** Normalised; after auto-completion also complete. Not to be changed. */
  readonly config: ModelConfig;
  /** Absolute local paths. */
  readonly modelDirectory: string;
  readonly versionDirectory: string;
  readonly log: Logger;
}

/**
 * The code that runs models of one kind.
 *
 * Errors: every method rejects with a `TritonError` whose text is shown to users as the reason of a failed load.
 */
export interface Backend {
  readonly name: string;
  /** The library or program that runs the models, as the start-up table shows it. */
  readonly libraryPath: string;
  /**
   * Returns the configuration with what the model file says filled in, or null to leave it as it is. The engine takes
   * from it only what Triton's core takes: max_batch_size, inputs, outputs, scheduling choice and transaction policy.
   */
  autoComplete(context: ModelContext): Promise<ModelConfig | null>;
  /** Loads one version's weights, off the event loop. */
  createModel(context: ModelContext, spec: ModelSpec): Promise<Model>;
  /** Called once, after every model has been closed. */
  close(): Promise<void>;
}

/** One loaded version: its weights, shared by its instances where the runtime allows. */
export interface Model {
  createInstance(placement: InstancePlacement): Promise<Instance>;
  /** Called once, after every instance has been closed. Gives the memory back. */
  close(): Promise<void>;
}

/** One executable copy of a model on one device. It runs one batch at a time. */
export interface Instance {
  readonly placement: InstancePlacement;
  /**
   * How many batches it takes in beyond the one that it runs, to begin each when the one before has ended without a hand-off
   * in between; 0 if left out. Asked while it runs. Such a batch has ahead of it only what is short by measurement, so that
   * it might as well have waited outside.
   */
  readonly lookahead?: number;
  /**
   * Runs a batch, at once or, within its `lookahead`, after the ones before it. Takes ownership of it, never throws, and calls `batch.complete` exactly once: before returning if the
   * run is cheap enough for the event loop, otherwise later. Failures are responses with an error. A decoupled model answers
   * through `batch.respond`, also after `complete`.
   */
  execute(batch: Batch): void;
  /**
   * Clients of some of the batch's open requests have gone (`isCancelled` says of which): what nobody waits for may be stopped.
   * Every request is still ended, with a Cancelled error if it was stopped. Nothing happens if it cannot be.
   */
  cancel(batch: Batch): void;
  /** Whether it could run a batch now; a backend whose instances always can leaves it out. */
  readonly isHealthy?: boolean;
  /**
   * Whether it has ended by itself and the last attempt to start it again has failed, or none is made: it fails every batch at
   * once until it is healthy.
   */
  readonly isBroken?: boolean;
  /**
   * Calls back once, when the next attempt to start an instance that is not healthy is over, whether it runs then or is broken;
   * never if none is made. Until then it is given no batch that another one might run. Instances that do not end by
   * themselves leave it out.
   */
  onceRestarted?(callback: () => void): void;
  /** Asks the model's own code whether it is ready. @throws {TritonError} if it is not, with what it says */
  checkReady?(): Promise<void>;
  /**
   * The state of a sequence that starts now and will run on this instance. Called only for models whose configuration has
   * implicit state; a backend without this method cannot run them.
   */
  createSequenceState?(): SequenceState;
  /** Called once, when no batch is running and no request is open. */
  close(): Promise<void>;
}
