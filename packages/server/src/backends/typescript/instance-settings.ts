import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";

/** What a model's parameters say of how it is run. Milliseconds and MiB. */
export interface InstanceSettings {
  /** How long a batch may run before its thread is ended; 0 for as long as it takes. */
  readonly executeTimeoutMs: number;
  /** How long a batch that no client waits for any more may go on before its thread is ended. */
  readonly cancelGraceMs: number;
  /** How long `finalize` may take before its thread is ended. */
  readonly finalizeTimeoutMs: number;
  /** The JavaScript heap of one instance; a thread that needs more is ended. */
  readonly heapSizeMbMax: number;
}

const DEFAULTS: InstanceSettings = {
  executeTimeoutMs: 0,
  cancelGraceMs: 30_000,
  finalizeTimeoutMs: 30_000,
  heapSizeMbMax: 2048,
};

/** The parameters of a model's configuration, by the setting that they give. */
const PARAMETERS: Readonly<Record<keyof InstanceSettings, string>> = {
  executeTimeoutMs: "NEREID_EXECUTE_TIMEOUT_MS",
  cancelGraceMs: "NEREID_CANCEL_GRACE_MS",
  finalizeTimeoutMs: "NEREID_FINALIZE_TIMEOUT_MS",
  heapSizeMbMax: "NEREID_HEAP_SIZE_MB",
};

/** The most that a timer or a heap takes. */
const VALUE_MAX = 0x7fffffff;

/** @throws {TritonError} InvalidArg for a parameter that is no whole number, or no heap at all */
export function parseInstanceSettings({ parameters }: ModelConfig): InstanceSettings {
  const read = (setting: keyof InstanceSettings, min: number): number => {
    const name = PARAMETERS[setting];
    const text = Object.hasOwn(parameters, name) ? parameters[name]?.stringValue : undefined;
    if (text === undefined) {
      return DEFAULTS[setting];
    }
    const value = Number(text);
    if (!/^[0-9]+$/.test(text) || value < min || value > VALUE_MAX) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `parameter ${name} should be a whole number from ${min} to ${VALUE_MAX}, got '${text}'`,
      );
    }
    return value;
  };
  return {
    executeTimeoutMs: read("executeTimeoutMs", 0),
    cancelGraceMs: read("cancelGraceMs", 1),
    finalizeTimeoutMs: read("finalizeTimeoutMs", 1),
    heapSizeMbMax: read("heapSizeMbMax", 16),
  };
}
