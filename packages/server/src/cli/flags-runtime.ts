import type { RateLimitResource } from "../config/execution-options.ts";
import { type FlagSpec, type FlagStatus, flag } from "./flag-spec.ts";
import { ParseError } from "./parse-error.ts";
import {
  parseBackendConfig,
  parseCacheConfig,
  parseHostPolicy,
  parsePair,
} from "./parse-setting.ts";
import {
  asciiLowerCase,
  parseBoolean,
  parseFloating,
  parseInteger,
  parseInteger64,
  parseUnsigned64,
} from "./parse-value.ts";

const PINNED_POOL_BYTES = 268435456n;
const CUDA_POOL_BYTES = 67108864n;
const CUDA_ADDRESS_BYTES = 1073741824n;

/** The groups Backend, Repository Agent, Response Cache and Rate Limiter. */
export const EXECUTION_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "backend-directory",
    group: "Backend",
    argument: "string",
    defaultText: "/opt/tritonserver/backends",
    help: "The directory of the backends that are not built in, as backends and the start-up log see it. Built-in backends are found without it.",
    apply(draft, value) {
      draft.server.backendDirectory = value;
    },
  }),
  flag({
    name: "backend-config",
    group: "Backend",
    argument: "<string>,<string>=<string>",
    defaultText: "",
    help: "A setting of a backend, as <backend>,<setting>=<value>, or of all backends, as <setting>=<value>.",
    isRepeatable: true,
    apply(draft, value) {
      const { name, setting, value: text } = parseBackendConfig(value);
      const settings = draft.backendSettings.get(name) ?? new Map<string, string>();
      draft.backendSettings.set(name, settings.set(setting, text));
    },
  }),
  flag({
    name: "repoagent-directory",
    group: "Repository Agent",
    argument: "string",
    defaultText: "/opt/tritonserver/repoagents",
    help: "The directory that repository agents are searched in.",
    apply(draft, value) {
      draft.server.repositoryAgentDirectory = value;
    },
  }),
  flag({
    name: "cache-config",
    group: "Response Cache",
    argument: "<string>,<string>=<string>",
    defaultText: "",
    help: "A setting of the response cache, as <cache>,<setting>=<value>: local,size=1048576 for a cache in this process, redis,host=<host> and redis,port=<port> for one in Redis. The flag turns the cache on for the models that enable it. With ttl_seconds=<seconds> a response is good for so long only.",
    isRepeatable: true,
    apply(draft, value) {
      const { name, setting, value: text } = parseCacheConfig(value);
      const settings = draft.cacheSettings.get(name) ?? new Map<string, string>();
      draft.cacheSettings.set(name, settings.set(setting, text));
      draft.isCacheConfigGiven = true;
    },
  }),
  flag({
    name: "cache-directory",
    group: "Response Cache",
    argument: "string",
    defaultText: "/opt/tritonserver/caches",
    help: "The directory of the response caches that are not built in. local and redis are found without it.",
    apply(draft, value) {
      draft.server.cacheDirectory = value;
    },
  }),
  flag({
    name: "rate-limit",
    group: "Rate Limiter",
    argument: "string",
    defaultText: "off",
    help: 'How instances are chosen: "off" runs a request as soon as an instance is free; "execution_count" waits for the resources that the instance asks for and goes by priority and by how often it has run.',
    apply(draft, value) {
      const mode = asciiLowerCase(value);
      if (mode !== "execution_count" && mode !== "off") {
        throw new ParseError("invalid argument for --rate-limit");
      }
      draft.server.rateLimitMode = mode;
    },
  }),
  flag({
    name: "rate-limit-resource",
    group: "Rate Limiter",
    argument: "<string>:<integer>:<integer>",
    defaultText: "",
    help: "How much of a resource there is, as <resource>:<count>:<device> or, on every device, <resource>:<count>.",
    isRepeatable: true,
    apply(draft, value) {
      draft.rateLimitResources.push(parseRateLimitResource(value));
    },
  }),
];

/** The groups Memory/Device Management and Shared Memory. */
export const MEMORY_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "pinned-memory-pool-byte-size",
    group: "Memory/Device Management",
    argument: "integer",
    defaultText: "268435456",
    help: "Bytes of page-locked memory for transfers between host and GPUs.",
    status: {
      kind: "refused",
      feature: "pinned memory",
      accepted: "268435456, 0 and less",
      isRefused: (value) => ![0n, PINNED_POOL_BYTES].includes(atLeastZero(parseInteger64(value))),
    },
    apply(_draft, value) {
      parseInteger64(value);
    },
  }),
  flag({
    name: "cuda-memory-pool-byte-size",
    group: "Memory/Device Management",
    argument: "<integer>:<integer>",
    defaultText: "67108864 for each GPU",
    help: "Bytes of GPU memory for tensors, as <GPU>:<bytes>.",
    isRepeatable: true,
    status: needs("GPU memory", "<GPU>:67108864, <GPU>:0", (value) => {
      const [, bytes] = parsePair(value, ":");
      return ![0n, CUDA_POOL_BYTES].includes(parseUnsigned64(bytes));
    }),
    apply(_draft, value) {
      const [device, bytes] = parsePair(value, ":");
      parseInteger(device);
      parseUnsigned64(bytes);
    },
  }),
  flag({
    name: "cuda-virtual-address-size",
    group: "Memory/Device Management",
    argument: "<integer>:<integer>",
    defaultText: "1073741824 for each GPU",
    help: "Bytes of GPU address space for implicit state that grows, as <GPU>:<bytes>.",
    isRepeatable: true,
    status: needs("GPU memory", "<GPU>:1073741824", (value) => {
      const [, bytes] = parsePair(value, ":");
      return parseUnsigned64(bytes) !== CUDA_ADDRESS_BYTES;
    }),
    apply(_draft, value) {
      const [device, bytes] = parsePair(value, ":");
      parseInteger(device);
      parseUnsigned64(bytes);
    },
  }),
  flag({
    name: "min-supported-compute-capability",
    group: "Memory/Device Management",
    argument: "float",
    defaultText: "0.0",
    help: "The lowest CUDA compute capability of the GPUs that are used.",
    status: needs("the choice of GPUs", "0.0", (value) => parseFloating(value) !== 0),
    apply(_draft, value) {
      parseFloating(value);
    },
  }),
  flag({
    name: "buffer-manager-thread-count",
    group: "Memory/Device Management",
    argument: "integer",
    defaultText: "0",
    help: "How many threads copy tensors; 0 copies them where they are used.",
    status: needs("copying by threads", "0 and less", (value) => parseInteger(value) > 0),
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "host-policy",
    group: "Memory/Device Management",
    argument: "<string>,<string>=<string>",
    defaultText: "",
    help: "Where the instances of a policy run, as <policy>,<setting>=<value>: numa-node, or cpu-cores as 0-3,6.",
    isRepeatable: true,
    status: needs("host policies"),
    apply(_draft, value) {
      parseHostPolicy(value);
    },
  }),
  flag({
    name: "model-load-gpu-limit",
    group: "Memory/Device Management",
    argument: "<device_id>:<fraction>",
    defaultText: "",
    help: "Refuses to load models while more than this fraction of a GPU's memory is in use, as <GPU>:<fraction>.",
    isRepeatable: true,
    status: needs("GPU memory", "fractions of 1 and more", (value) => {
      const [, fraction] = parsePair(value, ":");
      return !(parseFloating(fraction) >= 1);
    }),
    apply(_draft, value) {
      const [device, fraction] = parsePair(value, ":");
      parseInteger(device);
      parseFloating(fraction);
    },
  }),
  flag({
    name: "allow-client-shm",
    group: "Shared Memory",
    argument: "boolean",
    defaultText: "false",
    help: "Whether clients may register regions of shared memory and have tensors read from and written to them.",
    status: needs("shared memory", "false", parseBoolean),
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
];

/** A flag that waits for a feature, but for the values named. */
function needs(
  feature: string,
  accepted = "",
  isRefused: (value: string) => boolean = () => true,
): FlagStatus {
  return { kind: "refused", feature, accepted, isRefused };
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

/** @see Triton server src/command_line_parser.cc `ParseRateLimiterResourceOption` */
function parseRateLimitResource(value: string): RateLimitResource {
  const [name = "", count, device, ...rest] = value.split(":");
  if (count === undefined || rest.length > 0) {
    throw new ParseError(
      "--rate-limit-resource option format is '<resource_name>:<count>:<device>' or " +
        `'<resource_name>:<count>'. Got ${value}`,
    );
  }
  return {
    name,
    count: parseInteger(count),
    deviceId: device === undefined ? null : parseInteger(device),
  };
}
