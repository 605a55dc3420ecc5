import {
  cloneModelConfig,
  createModelConfig,
  ModelInstanceGroup_Kind as Kind,
  type ModelConfig,
  type ModelInstanceGroup,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { InstancePlacement } from "../model/backend.ts";
import { invalidConfig } from "./invalid-config.ts";
import { BackendName, Platform } from "./platforms.ts";

/** The GPUs that instance groups may use. */
export interface GpuAvailability {
  /** Whether this server can run models on GPUs at all; where it cannot, `gpus` is empty. */
  readonly isSupported: boolean;
  /** Device numbers of the usable GPUs, ascending. */
  readonly gpus: readonly number[];
  /** `--min-supported-compute-capability`, only for messages. */
  readonly computeCapabilityMin: number;
}

/** Backends whose instances on CPUs gain from being two. */
const TWO_CPU_INSTANCES: ReadonlySet<string> = new Set([
  BackendName.OnnxRuntime,
  BackendName.TensorFlow,
]);

/**
 * A copy of the configuration whose instance groups are resolved: names, kinds, counts and GPUs filled in, then validated.
 * Done for each version when its backend is known. An ensemble has none and passes.
 *
 * @param preferredGroups what the backend would like where the configuration is silent; usually empty
 * @throws {TritonError} InvalidArg
 * @see Triton core src/model_config_utils.cc, NormalizeInstanceGroup and ValidateInstanceGroup
 */
export function resolveInstanceGroups(
  config: ModelConfig,
  availability: GpuAvailability,
  preferredGroups: readonly ModelInstanceGroup[],
): ModelConfig {
  const resolved = cloneModelConfig(config);
  if (config.schedulingChoice.case === "ensembleScheduling") {
    return resolved;
  }
  if (resolved.instanceGroup.length === 0) {
    resolved.instanceGroup.push(groupFromPreference(config.name, availability, preferredGroups));
  }
  for (const [index, group] of resolved.instanceGroup.entries()) {
    group.name ||= `${config.name}_${index}`;
    if (group.kind === Kind.AUTO) {
      group.kind = resolvedKind(group, availability);
    }
    applyPreferences(group, availability, preferredGroups);
    if (group.count < 1) {
      const hasTwo = group.kind === Kind.CPU && TWO_CPU_INSTANCES.has(config.backend);
      group.count = hasTwo ? 2 : 1;
    }
    if (group.kind === Kind.GPU && group.gpus.length === 0) {
      group.gpus.push(...availability.gpus);
    }
  }
  validateInstanceGroups(resolved, availability);
  return resolved;
}

/** The group of a configuration that has none: what the first preferred group that can be had says, under the model's name. */
function groupFromPreference(
  name: string,
  { gpus }: GpuAvailability,
  preferredGroups: readonly ModelInstanceGroup[],
): ModelInstanceGroup {
  const [group] = createModelConfig({ instanceGroup: [{ name }] }).instanceGroup;
  assert(group !== undefined, "it was just made");
  const preferred = preferredGroups.find(({ kind }) => kind !== Kind.GPU || gpus.length > 0);
  if (preferred === undefined) {
    return group;
  }
  group.kind = preferred.kind;
  group.count = preferred.count;
  if (preferred.kind === Kind.GPU) {
    group.gpus = preferred.gpus.filter((gpu) => gpus.includes(gpu));
  } else if (preferred.kind === Kind.AUTO) {
    group.gpus = [...preferred.gpus];
  }
  return group;
}

/** GPU if there are any and every one that the group names is there. */
function resolvedKind(group: ModelInstanceGroup, { gpus }: GpuAvailability): Kind {
  const isOnGpu = gpus.length > 0 && group.gpus.every((gpu) => gpus.includes(gpu));
  return isOnGpu ? Kind.GPU : Kind.CPU;
}

function applyPreferences(
  group: ModelInstanceGroup,
  { gpus }: GpuAvailability,
  preferredGroups: readonly ModelInstanceGroup[],
): void {
  for (const preferred of preferredGroups) {
    if (preferred.kind !== group.kind) {
      continue;
    }
    if (group.kind === Kind.GPU && group.gpus.length === 0 && preferred.gpus.length > 0) {
      group.gpus = preferred.gpus.filter((gpu) => gpus.includes(gpu));
      if (group.gpus.length === 0) {
        continue;
      }
    }
    if (group.count < 1 && preferred.count > 0) {
      group.count = preferred.count;
    }
  }
}

function validateInstanceGroups(config: ModelConfig, availability: GpuAvailability): void {
  for (const group of config.instanceGroup) {
    const subject = `instance group ${group.name} of model ${config.name}`;
    validateKind(group, subject, availability);
    validateProfiles(group, subject, config.platform);
  }
}

function validateKind(
  group: ModelInstanceGroup,
  subject: string,
  availability: GpuAvailability,
): void {
  switch (group.kind) {
    case Kind.MODEL:
    case Kind.CPU:
      if (group.gpus.length > 0) {
        const kind = group.kind === Kind.CPU ? "KIND_CPU" : "KIND_MODEL";
        throw invalidConfig(`${subject} has kind ${kind} but specifies one or more GPUs`);
      }
      return;
    case Kind.GPU:
      validateGpus(group, subject, availability);
      return;
    default:
      throw new TritonError(StatusCode.Internal, `${subject} has unexpected kind KIND_AUTO`);
  }
}

function validateGpus(
  group: ModelInstanceGroup,
  subject: string,
  { isSupported, gpus, computeCapabilityMin }: GpuAvailability,
): void {
  if (!isSupported) {
    throw invalidConfig(`${subject} has kind KIND_GPU but server does not support GPUs`);
  }
  if (group.gpus.length === 0) {
    const problem = gpus.length === 0 ? "no GPUs are available" : "specifies no GPUs";
    throw invalidConfig(`${subject} has kind KIND_GPU but ${problem}`);
  }
  for (const gpu of group.gpus) {
    if (!gpus.includes(gpu)) {
      throw invalidConfig(
        `${subject} specifies invalid or unsupported gpu id ${gpu}. GPUs with at least the minimum required ` +
          `CUDA compute compatibility of ${computeCapabilityMin.toFixed(6)} are: ${gpus.join(", ")}`,
      );
    }
  }
}

function validateProfiles(group: ModelInstanceGroup, subject: string, platform: string): void {
  if (group.profile.length === 0) {
    return;
  }
  if (platform !== Platform.TensorRt) {
    // The missing blank is the real server's.
    throw invalidConfig(
      `${subject} and platform ${platform}specifies profile field which is only supported for TensorRT models`,
    );
  }
  for (const profile of group.profile) {
    if (profile === "") {
      throw invalidConfig("profile name must not be empty");
    }
    const [, digits] = /^\s*\+?(-?\d+)/.exec(profile) ?? [];
    if (digits === undefined) {
      throw invalidConfig(`unable to parse '${profile}': stoi`);
    }
    if (Number(digits) < 0) {
      throw invalidConfig(
        `${subject} and platform ${platform} specifies invalid profile ${profile}. The field should contain ` +
          "the string representation of a non-negative integer.",
      );
    }
  }
}

/** One placement for each instance of the resolved groups, in the order in which the real server creates them. */
export function instancePlacements(config: ModelConfig): readonly InstancePlacement[] {
  const placements: InstancePlacement[] = [];
  for (const group of config.instanceGroup) {
    const shared = { profiles: group.profile, isPassive: group.passive };
    for (let index = 0; index < group.count; index++) {
      const name = `${group.name}_${index}`;
      if (group.kind === Kind.GPU) {
        for (const deviceId of group.gpus) {
          placements.push({ name, kind: "GPU", deviceId, ...shared });
        }
      } else {
        const kind = group.kind === Kind.MODEL ? "MODEL" : "CPU";
        placements.push({ name, kind, deviceId: 0, ...shared });
      }
    }
  }
  return placements;
}

/** What one instance needs while it runs, and its priority: its group's `rate_limiter`. */
export interface InstanceGroupLimits {
  readonly demands: readonly {
    readonly name: string;
    readonly isGlobal: boolean;
    readonly deviceId: number;
    readonly count: number;
  }[];
  /** 0 is 1. */
  readonly priority: number;
}

/** The limits of each instance that runs requests, in the order of `instancePlacements`. */
export function instanceLimits(config: ModelConfig): readonly InstanceGroupLimits[] {
  return config.instanceGroup
    .filter(({ passive }) => !passive)
    .flatMap((group) => {
      const deviceIds = group.kind === Kind.GPU ? group.gpus : [0];
      const limits = deviceIds.map((deviceId) => groupLimits(group, deviceId));
      return Array.from({ length: group.count }, () => limits).flat();
    });
}

function groupLimits({ rateLimiter }: ModelInstanceGroup, deviceId: number): InstanceGroupLimits {
  return {
    demands: (rateLimiter?.resources ?? []).map(({ name, global, count }) => ({
      name,
      isGlobal: global,
      deviceId,
      count,
    })),
    priority: rateLimiter?.priority ?? 0,
  };
}
