import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";
import {
  GraphOptimizationLevel,
  type OrtSessionSettings,
} from "../../ffi/ort/ort-session-options.ts";
import { executionProviders } from "./execution-accelerators.ts";
import { parseBoolValue, parseIntValue } from "./parse-value.ts";

/** How runs are spread between the event loop and the native threads. */
export type ExecutionMode = "auto" | "inline" | "thread";

/** What a model's configuration says of how it is loaded and run, on whatever device. */
export interface ModelSettings {
  /** All but the execution providers, which depend on the device. */
  readonly session: Omit<OrtSessionSettings, "providers">;
  /** Entries of every run's options. */
  readonly runConfigEntries: ReadonlyMap<string, string>;
  /**
   * Parameter `NEREID_SESSION_PER_INSTANCE` (boolean, default false; not Triton's): one session, and one copy of the
   * weights, for each instance instead of one for all instances on a device.
   */
  readonly hasSessionPerInstance: boolean;
  /**
   * Parameter `NEREID_EXECUTION_MODE` (`auto`, `inline`, `thread`; default `auto`; not Triton's): where the model runs.
   * `inline` blocks the event loop for every run, however long; `thread` never does.
   */
  readonly executionMode: ExecutionMode;
}

/**
 * What sessions of a single instance are made with unless the model says otherwise: the session's threads spin between the
 * operators of a run, and sleep when it ends, so that the event loop has the cores (decision 0011).
 */
const LONE_SESSION_DEFAULTS: ReadonlyMap<string, string> = new Map([
  ["session.intra_op.allow_spinning", "1"],
  ["session.force_spinning_stop", "1"],
]);

/** The same of several instances: threads that spin for one would take the cores away from the others. */
const SHARED_SESSION_DEFAULTS: ReadonlyMap<string, string> = new Map([
  ["session.intra_op.allow_spinning", "0"],
]);

/** Parameters that are entries of the session's options under the same name. ONNX Runtime checks neither key nor value. */
const SESSION_CONFIG_KEYS = [
  "session.use_device_allocator_for_initializers",
  "session.intra_op.allow_spinning",
  "session.inter_op.allow_spinning",
  "session.force_spinning_stop",
  "session.intra_op.spin_duration_us",
] as const;

const RUN_CONFIG_KEYS = ["memory.enable_memory_arena_shrinkage"] as const;

const GRAPH_LEVELS: ReadonlyMap<number, GraphOptimizationLevel> = new Map<
  number,
  GraphOptimizationLevel
>([
  [-1, GraphOptimizationLevel.EnableBasic],
  [1, GraphOptimizationLevel.EnableExtended],
  [2, GraphOptimizationLevel.DisableAll],
]);

/**
 * Reads the parameters and the graph level. Unknown parameters are ignored, as Triton does.
 *
 * @throws {TritonError} InvalidArg for a value that Triton refuses
 * @see onnxruntime_backend src/onnxruntime.cc, ModelState::ModelState
 */
export function parseModelSettings(
  config: ModelConfig,
  options: { readonly usesGlobalThreadPools: boolean },
): ModelSettings {
  const { parameters } = config;
  const text = (key: string): string | null => parameters[key]?.stringValue ?? null;
  const isParallel = parseIsParallel(text("execution_mode"));
  // With the global pools the counts are not even read, as in Triton.
  const threadCount = (key: string): number | null =>
    options.usesGlobalThreadPools ? null : parseThreadCount(text(key));
  const session = {
    graphOptimizationLevel:
      GRAPH_LEVELS.get(config.optimization?.graph?.level ?? 0) ?? GraphOptimizationLevel.EnableAll,
    isParallel,
    usesGlobalThreadPools: options.usesGlobalThreadPools,
    intraOpThreadCount: threadCount("intra_op_thread_count"),
    interOpThreadCount: threadCount("inter_op_thread_count"),
    isCpuMemoryArenaEnabled: parseOptionalBool(text("enable_mem_arena")),
    isMemoryPatternEnabled: parseOptionalBool(text("enable_mem_pattern")),
    configEntries: new Map([
      ...(instanceCount(config) > 1 ? SHARED_SESSION_DEFAULTS : LONE_SESSION_DEFAULTS),
      ...configEntries(SESSION_CONFIG_KEYS, text),
    ]),
    customOpLibraries: config.modelOperations?.opLibraryFilename ?? [],
  };
  return {
    session,
    runConfigEntries: configEntries(RUN_CONFIG_KEYS, text),
    hasSessionPerInstance: parseOptionalBool(text("NEREID_SESSION_PER_INSTANCE")) ?? false,
    executionMode: parseExecutionMode(text("NEREID_EXECUTION_MODE") ?? "auto"),
  };
}

/**
 * The settings of the session on one device.
 *
 * @param gpuDeviceId null for instances that are not on a GPU
 * @throws {TritonError} InvalidArg for an unknown execution accelerator or its parameters
 */
export function sessionSettings(
  config: ModelConfig,
  settings: ModelSettings,
  gpuDeviceId: number | null,
): OrtSessionSettings {
  return { ...settings.session, providers: executionProviders(config, gpuDeviceId) };
}

function parseIsParallel(text: string | null): boolean {
  const mode = text === null ? 0 : parseIntValue(text);
  if (mode !== 0 && mode !== 1) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Invalid configuration value provided. Expected values for  execution_mode are 0 or 1 but got ${mode} .`,
    );
  }
  return mode === 1;
}

function parseThreadCount(text: string | null): number | null {
  const count = text === null ? 0 : parseIntValue(text);
  return count > 0 ? count : null;
}

function parseOptionalBool(text: string | null): boolean | null {
  return text === null ? null : parseBoolValue(text);
}

function parseExecutionMode(text: string): ExecutionMode {
  if (text === "auto" || text === "inline" || text === "thread") {
    return text;
  }
  throw new TritonError(
    StatusCode.InvalidArg,
    `Invalid configuration value provided. Expected values for NEREID_EXECUTION_MODE are auto, inline or thread but got ${text}`,
  );
}

function configEntries(
  keys: readonly string[],
  text: (key: string) => string | null,
): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const key of keys) {
    const value = text(key);
    if (value !== null) {
      entries.set(key, value);
    }
  }
  return entries;
}

/** Instances that run; passive ones take no core. */
function instanceCount({ instanceGroup }: ModelConfig): number {
  let count = 0;
  for (const group of instanceGroup) {
    count += group.passive ? 0 : group.count;
  }
  return count;
}
