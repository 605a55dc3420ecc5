import type { OrtLibrary } from "../../ffi/ort/ort-library.ts";
import type { OrtValues } from "../../ffi/ort/ort-value.ts";
import type { BufferPool } from "../../memory/buffer-pool.ts";
import type { CopyStatistics } from "./copy-statistics.ts";

/** What every run of every model needs. */
export interface RunResources {
  readonly library: OrtLibrary;
  readonly values: OrtValues;
  readonly buffers: BufferPool;
  readonly copies: CopyStatistics;
}

/**
 * Tensors up to this size are copied to and from memory that is bound once, larger ones are used where they are: at about
 * this size copying costs as much as making and releasing an OrtValue (0.2 µs each way).
 */
export const STAGED_BYTES_MAX = 4096;
