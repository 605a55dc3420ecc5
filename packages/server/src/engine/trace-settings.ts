import { StatusCode, TritonError } from "@nereid/protocol";

/** Levels in the order in which they are shown; none of them means OFF. */
export const TRACE_LEVELS = ["TIMESTAMPS", "TENSORS"] as const;
export type TraceLevel = (typeof TRACE_LEVELS)[number];

/** The settings in force for the server or for one model. */
export interface TraceSetting {
  /** Empty: tracing is off. */
  readonly levels: readonly TraceLevel[];
  /** One request of so many is traced. */
  readonly rate: number;
  /** Traces still to be taken; -1 has no limit. */
  readonly count: number;
  /** Traces written to one file before the next; 0 writes a single file. */
  readonly logFrequency: number;
  /** Path of the trace file; empty: none was given at start-up, so that tracing cannot be switched on. */
  readonly file: string;
}

/** A change: absent fields stay, null goes back to the fallback (the server's, or the start-up value). */
export interface TraceSettingUpdate {
  readonly levels?: readonly TraceLevel[] | null;
  readonly rate?: number | null;
  readonly count?: number | null;
  readonly logFrequency?: number | null;
}

const STARTUP: TraceSetting = { levels: [], rate: 1000, count: -1, logFrequency: 0, file: "" };

/** The fields that were set on purpose, without those that fall back. */
type SpecifiedSetting = Partial<Omit<TraceSetting, "file">>;

/**
 * Trace settings of the server and of models: each field of a model falls back to the server's, each of the server's to
 * the start-up value.
 *
 * Recording traces comes later; no trace file can be given yet, so the settings that would record are refused with the
 * real server's text for that case.
 *
 * @see Triton server src/tracer.cc, TraceManager
 */
export class TraceSettings {
  #server: SpecifiedSetting = {};
  readonly #models = new Map<string, SpecifiedSetting>();

  /** @param modelName empty for the server's own */
  get(modelName: string): TraceSetting {
    const server = { ...STARTUP, ...this.#server };
    return { ...server, ...this.#models.get(modelName) };
  }

  /**
   * @param modelName empty for the server's own
   * @throws {TritonError} InvalidArg for settings that could not trace; nothing is changed then
   */
  update(modelName: string, change: TraceSettingUpdate): void {
    const before = modelName === "" ? this.#server : this.#models.get(modelName);
    const specified = merge(before ?? {}, change);
    const fallback = modelName === "" ? STARTUP : this.get("");
    checkTraceable({ ...fallback, ...specified });
    if (modelName === "") {
      this.#server = specified;
    } else if (Object.keys(specified).length === 0) {
      this.#models.delete(modelName);
    } else {
      this.#models.set(modelName, specified);
    }
  }
}

function merge(before: SpecifiedSetting, change: TraceSettingUpdate): SpecifiedSetting {
  const kept = Object.entries({ ...before, ...change }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  // The entries are those of both arguments' types, without null.
  return Object.fromEntries(kept) as SpecifiedSetting;
}

function checkTraceable(setting: TraceSetting): void {
  if (setting.levels.length === 0) {
    return;
  }
  const reason =
    setting.rate === 0
      ? "sample rate must be non-zero"
      : setting.file === ""
        ? "trace file name is not given"
        : "";
  if (reason !== "") {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Attempting to set invalid trace setting :${reason}`,
    );
  }
}
