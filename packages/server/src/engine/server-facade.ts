import type { Clock } from "../base/clock.ts";
import type { LogSettings } from "../base/log-settings.ts";
import type { Logger } from "../base/logger.ts";
import type { MetricFamily } from "../metrics/exposition.ts";
import type { ModelHost } from "../model/model-host.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import type { TraceSettings } from "./trace-settings.ts";

/** One row of the repository index. */
export interface ModelIndexEntry {
  readonly name: string;
  /** null: the model was never attempted, or has no version. */
  readonly version: bigint | null;
  readonly state: "READY" | "UNAVAILABLE" | "LOADING" | "UNLOADING" | "UNKNOWN" | null;
  /** Empty if there is none. */
  readonly reason: string;
}

/** The one interface between the front ends and everything below. `InferenceServer` implements it; tests may fake it. */
export interface ServerFacade extends ModelHost {
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
   * Whether it is ready and, with strict readiness, every model says so of itself.
   *
   * @throws {TritonError} Unavailable `Server exiting` during shutdown
   */
  askReady(): Promise<boolean>;
  /**
   * Whether a version of a model is ready and says so of itself.
   *
   * @throws {TritonError} what the model says of why it is not
   */
  askModelReady(name: string, version: bigint | null): Promise<boolean>;
  /** READY versions, ascending; empty if there are none. */
  readyVersions(name: string): readonly bigint[];
  /**
   * @param name null for every READY model
   * @throws {TritonError} InvalidArg if the model or version is not available
   */
  statistics(name: string | null, version: bigint | null): readonly ModelStatistics[];
  /** The metrics as they are now. */
  metricFamilies(): readonly MetricFamily[];
  /** Looks at the repositories on every call. */
  repositoryIndex(options: { readonly readyOnly: boolean }): Promise<readonly ModelIndexEntry[]>;
}
