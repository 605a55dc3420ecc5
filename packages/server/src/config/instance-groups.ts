import type { ModelConfig, ModelInstanceGroup } from "@nereid/protocol";
import type { InstancePlacement } from "../model/backend.ts";

/** The GPUs that instance groups may use. */
export interface GpuAvailability {
  /** Whether this server can run models on GPUs at all; where it cannot, `gpus` is empty. */
  readonly isSupported: boolean;
  /** Device numbers of the usable GPUs, ascending. */
  readonly gpus: readonly number[];
  /** `--min-supported-compute-capability`, only for messages. */
  readonly computeCapabilityMin: number;
}

/**
 * A copy of the configuration whose instance groups are resolved: names, kinds, counts and GPUs filled in, then validated.
 * Done for each version when its backend is known. An ensemble has none and passes.
 *
 * @param preferredGroups what the backend would like where the configuration is silent; usually empty
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, NormalizeInstanceGroup and ValidateInstanceGroup
 */
export function resolveInstanceGroups(
  _config: ModelConfig,
  _availability: GpuAvailability,
  _preferredGroups: readonly ModelInstanceGroup[],
): ModelConfig {
  throw new Error("not written yet");
}

/** One placement for each instance of the resolved groups, in the order in which the real server creates them. */
export function instancePlacements(_config: ModelConfig): readonly InstancePlacement[] {
  throw new Error("not written yet");
}
