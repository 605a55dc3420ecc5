import type { ModelConfig } from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";

/** What every parameter of a model begins with that is ours, not Triton's. */
const PREFIX = "NEREID_";

/** Parameters of steps have numbers in their names: whoever reads an ensemble's steps checks those (`checkStepParameters`). */
const STEP_PREFIX = "NEREID_STEP_";

/** Those that any model may have. */
const GENERAL = [
  "NEREID_FAIR_KEY",
  "NEREID_FAIR_WEIGHTS",
  "NEREID_LATENCY_TARGET_US",
  "NEREID_PAD_INPUTS",
  "NEREID_PAD_MASKS",
  "NEREID_PAD_OUTPUTS",
  "NEREID_PAD_VALUES",
] as const;

const TYPESCRIPT = [
  "NEREID_CANCEL_GRACE_MS",
  "NEREID_EXECUTE_TIMEOUT_MS",
  "NEREID_FINALIZE_TIMEOUT_MS",
  "NEREID_HEAP_SIZE_MB",
] as const;

/** Those that only one backend reads, by its name. */
const OF_BACKENDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["onnxruntime", ["NEREID_EXECUTION_MODE", "NEREID_SESSION_PER_INSTANCE"]],
  ["typescript", TYPESCRIPT],
  ["javascript", TYPESCRIPT],
]);

/**
 * A parameter that begins like ours and that nobody would read is a mistake, most likely in its spelling.
 *
 * @param config complete: its backend is known
 * @throws {TritonError} InvalidArg
 */
export function checkOwnParameters(config: ModelConfig): void {
  const names: readonly string[] = [...GENERAL, ...(OF_BACKENDS.get(config.backend) ?? [])];
  const isEnsemble = config.schedulingChoice.case === "ensembleScheduling";
  for (const key of Object.keys(config.parameters)) {
    const isOurs = key.startsWith(PREFIX) && !(isEnsemble && key.startsWith(STEP_PREFIX));
    if (isOurs && !names.includes(key)) {
      const steps = isEnsemble ? ` and ${STEP_PREFIX}<step>_…` : "";
      throw invalidConfig(
        `parameter '${key}' of model '${config.name}': this model can have ${names.join(", ")}${steps}`,
      );
    }
  }
}
