import type { OrtLibrary } from "../../ffi/ort/ort-library.ts";
import type { OrtValues } from "../../ffi/ort/ort-value.ts";
import type { BufferPool } from "../../memory/buffer-pool.ts";
import { SMALL_COPY_BYTES_MAX, type SmallCopies } from "../../memory/small-copies.ts";
import type { CopyStatistics } from "./copy-statistics.ts";

/** What every run of every model needs. */
export interface RunResources {
  readonly library: OrtLibrary;
  readonly values: OrtValues;
  readonly buffers: BufferPool;
  /** For outputs of at most {@link STAGED_BYTES_MAX}. */
  readonly smallOutputs: SmallCopies;
  readonly copies: CopyStatistics;
}

/**
 * Tensors up to this size are copied to and from memory that is bound once, larger ones are used where they are: at about
 * this size copying costs as much as making and releasing an OrtValue (0.2 µs each way).
 */
export const STAGED_BYTES_MAX: number = SMALL_COPY_BYTES_MAX;
