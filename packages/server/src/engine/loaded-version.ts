import type { ModelHandle } from "../model/model-host.ts";
import type { ModelStatistics } from "../model/statistics.ts";
import type { LatencyChoice } from "../scheduling/latency-controller.ts";

/**
 * One loaded version of a model, whatever runs it: what loads, serves, replaces and counts versions needs of them.
 *
 * It accepts requests until `stop`, and from those who hold it until they let go; `close` waits for the accepted ones: no
 * request is lost when a version is replaced.
 */
export interface LoadedVersion extends ModelHandle {
  readonly statistics: ModelStatistics;
  /** Whether its responses are cached. */
  readonly isCached: boolean;
  /** What has been chosen to meet its latency target; null without one. */
  readonly adaptiveChoice: LatencyChoice | null;
  /** Whether it could run a batch now, as far as is known without asking. */
  readonly isHealthy: boolean;
  /** Asks the model itself. @throws {TritonError} if it is not ready, with what it says of why */
  checkReady(): Promise<void>;
  /** Requests accepted and not yet answered. */
  readonly inflightCount: number;
  /** For an ensemble that sends its requests here: until `letGo` it is not closed, and accepts requests although stopped. */
  hold(): void;
  letGo(): void;
  /** Resolves when every accepted request has been answered. */
  idle(): Promise<void>;
  /** Resolves when, besides, nothing is left that more requests belong to. */
  drained(): Promise<void>;
  /** Refuses new requests from now on. The accepted ones are still answered. */
  stop(): void;
  /** Waits for who holds it and for the accepted requests, then frees everything. Called once, after `stop`. */
  close(): Promise<void>;
}
