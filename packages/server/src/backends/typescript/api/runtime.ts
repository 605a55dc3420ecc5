import type { HostRequest, HostResponse, LoadOptions } from "./host.ts";
import type { MetricFamily, MetricFamilyDefinition } from "./metric-family.ts";
import { TritonError } from "./model-error.ts";

/** The levels of the server's log; verbose lines have a level number of their own. */
export type LogLevel = "info" | "warning" | "error" | "verbose";

/** What the thread of a model instance does for the model. */
export interface ModelRuntime {
  infer(request: HostRequest): Promise<HostResponse>;
  stream(request: HostRequest): AsyncIterable<HostResponse>;
  isModelReady(name: string, version: bigint | number | undefined): Promise<boolean>;
  loadModel(name: string, options: LoadOptions): Promise<void>;
  unloadModel(name: string, unloadDependents: boolean): Promise<void>;
  /** Memory of which an answer is made without a copy. */
  allocate(size: number): Uint8Array;
  log(level: LogLevel, message: string): void;
  createMetricFamily(definition: MetricFamilyDefinition): Promise<MetricFamily>;
}

/** A thread has one model: there is one runtime, set before the model's module is imported. */
let current: ModelRuntime | null = null;

/** Connects this module with the thread that it runs in. */
export function setRuntime(value: ModelRuntime): void {
  current = value;
}

/** @throws {TritonError} Unsupported outside a model that a server runs */
export function runtime(): ModelRuntime {
  if (current === null) {
    throw new TritonError("only a model that a server runs can do this", "UNSUPPORTED");
  }
  return current;
}
