import type { GlobalThreadPools } from "../../ffi/ort/ort-environment.ts";
import { IDLE_BYTES_MAX_DEFAULT } from "../../memory/buffer-pool.ts";
import { parseBoolValue, parseIntValue } from "./parse-value.ts";

/** `--backend-config=onnxruntime,<key>=<value>`, read. */
export interface BackendSettings {
  /**
   * `library-path`: the ONNX Runtime library to load; null if the backend finds one itself. The command line also fills
   * it from the environment variable NEREID_ONNXRUNTIME_LIBRARY.
   */
  readonly libraryPath: string | null;
  /** `default-max-batch-size`: what auto-completion sets for models that can batch and do not say how much. */
  readonly defaultMaxBatchSize: number;
  /**
   * `enable-global-threadpool`, with `intra_op_thread_count` and `inter_op_thread_count`: thread pools for all sessions
   * together; null gives each session its own.
   */
  readonly globalThreadPools: GlobalThreadPools | null;
  /** `idle-buffer-byte-size` (not Triton's): bytes of tensor memory that are kept for reuse. */
  readonly idleBufferBytesMax: number;
}

/** @throws {TritonError} InvalidArg for a value that is no boolean or number */
export function parseBackendSettings(settings: ReadonlyMap<string, string>): BackendSettings {
  const text = (key: string): string | null => settings.get(key) ?? null;
  const integer = (key: string, fallback: number): number => {
    const value = text(key);
    return value === null ? fallback : parseIntValue(value);
  };
  const isGlobal = parseBoolValue(text("enable-global-threadpool") ?? "false");
  return {
    libraryPath: text("library-path"),
    // Negative counts as none, as in Triton.
    defaultMaxBatchSize: Math.max(integer("default-max-batch-size", 0), 0),
    // Without the global pools the two counts are not even read, as in Triton.
    globalThreadPools: isGlobal
      ? {
          intraOpThreadCount: Math.max(integer("intra_op_thread_count", 0), 0),
          interOpThreadCount: Math.max(integer("inter_op_thread_count", 0), 0),
        }
      : null,
    idleBufferBytesMax: Math.max(integer("idle-buffer-byte-size", IDLE_BYTES_MAX_DEFAULT), 0),
  };
}
