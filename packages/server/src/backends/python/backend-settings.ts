import { StatusCode, TritonError } from "@nereid/protocol";

const MIB = 1 << 20;

/** `--backend-config=python,<key>=<value>`, read. */
export interface BackendSettings {
  /** `python` (not Triton's): the interpreter, a path or a name that is looked for in PATH. */
  readonly python: string;
  /** `shm-default-byte-size`: shared memory that an idle instance keeps in each direction instead of giving it back. */
  readonly idleArenaBytesMax: number;
  /** `shm-max-byte-size` (not Triton's): shared memory that an instance may take in each direction. */
  readonly arenaBytesMax: number;
  /** `shm-region-prefix-name`: what the system calls the instances' memory files in its lists. */
  readonly memoryName: string;
  /** `stub-timeout-seconds`: how long a process may take to come up before it loads the model. */
  readonly startTimeoutMs: number;
  /** `finalize-timeout-seconds` (not Triton's): how long a model's `finalize`, and what it still runs, may take. */
  readonly finalizeTimeoutMs: number;
  /** `send-timeout-seconds` (not Triton's): how long a decoupled model waits for a client that takes no more answers. */
  readonly sendTimeoutMs: number;
  /** `stub-restart` (not Triton's): whether a process that has died is replaced. */
  readonly isRestarted: boolean;
}

/** Shared memory of an instance in one direction, unless set: far more than the largest message of any protocol. */
export const ARENA_BYTES_MAX_DEFAULT: number = 8 * 1024 * MIB;

const IDLE_ARENA_BYTES_DEFAULT = 64 * MIB;

/**
 * Reads the settings. `shm-growth-byte-size`, `shm_message_queue_size` and `thread-pool-size` are checked as Triton checks
 * them, and mean nothing here: memory grows by what is needed, and neither queues nor threads carry the messages.
 *
 * @param backendName `python`, or the name of a backend written in Python
 * @throws {TritonError} InvalidArg with Triton's texts
 * @see Triton python_backend src/python_be.cc, TRITONBACKEND_Initialize
 */
export function parseBackendSettings(
  settings: ReadonlyMap<string, string>,
  backendName: string,
): BackendSettings {
  const positive = "can't be smaller than or equal to zero.";
  integerSetting(settings, "shm-growth-byte-size", { min: 1, problem: positive });
  const idle = integerSetting(settings, "shm-default-byte-size", {
    min: MIB,
    // The text has not followed the limit in Triton either.
    problem: "can't be smaller than 4 MiBs",
  });
  integerSetting(settings, "thread-pool-size", { min: 1, problem: "can't be less than 1." });
  const memoryName = settings.get("shm-region-prefix-name");
  if (memoryName === "") {
    throw invalid("shm-region-prefix-name must at least contain one character.");
  }
  integerSetting(settings, "shm_message_queue_size", {
    min: Number.NEGATIVE_INFINITY,
    problem: "",
  });
  const seconds = (key: string, fallback: number): number =>
    (integerSetting(settings, key, { min: 1, problem: positive }) ?? fallback) * 1000;
  return {
    python: settings.get("python") ?? "python3",
    idleArenaBytesMax: idle ?? IDLE_ARENA_BYTES_DEFAULT,
    arenaBytesMax:
      integerSetting(settings, "shm-max-byte-size", {
        min: MIB,
        problem: "can't be smaller than 1 MiB",
      }) ?? ARENA_BYTES_MAX_DEFAULT,
    memoryName: (memoryName ?? `triton_${backendName}_backend_shm_region_`).slice(0, 200),
    startTimeoutMs: seconds("stub-timeout-seconds", 30),
    finalizeTimeoutMs: seconds("finalize-timeout-seconds", 30),
    sendTimeoutMs: seconds("send-timeout-seconds", 120),
    isRestarted: booleanSetting(settings, "stub-restart", true),
  };
}

/** The number that a setting begins with, as `std::stol` reads it; null if it is not set. */
function integerSetting(
  settings: ReadonlyMap<string, string>,
  key: string,
  rule: { readonly min: number; readonly problem: string },
): number | null {
  const text = settings.get(key);
  if (text === undefined) {
    return null;
  }
  const match = /^\s*[+-]?\d+/.exec(text);
  const value = match === null ? Number.NaN : Number(match[0]);
  if (!Number.isSafeInteger(value)) {
    throw invalid("stol");
  }
  if (value < rule.min) {
    throw invalid(`${key} ${rule.problem}`);
  }
  return value;
}

function booleanSetting(
  settings: ReadonlyMap<string, string>,
  key: string,
  fallback: boolean,
): boolean {
  const text = settings.get(key);
  if (text === undefined) {
    return fallback;
  }
  if (text !== "true" && text !== "false") {
    throw invalid(`${key} must be true or false.`);
  }
  return text === "true";
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
